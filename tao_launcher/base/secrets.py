"""What looks like a secret, and texts without it. Everything here is linear in its input."""
from __future__ import annotations

from .late import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

SECRET_WORDS = {
    'KEY', 'APIKEY', 'TOKEN', 'SECRET', 'PASSWORD', 'PASSWD', 'PASS', 'PASSPHRASE', 'CREDENTIAL', 'CREDENTIALS',
    'PAT', 'AUTH',
}
# Ends of words that are written together: PGPASSWORD, SSHPASS, accessToken.
SECRET_ENDS = (
    'PASSWORD', 'PASSWD', 'PASSPHRASE', 'SSHPASS', 'SECRET', 'TOKEN', 'APIKEY', 'ACCESSKEY', 'SECRETKEY', 'PRIVATEKEY',
)
FILES = ('SSH_AUTH_SOCK', 'REGISTRY_AUTH_FILE')  # their values are paths
# What docker's and podman's clients, and the ssh that they start, take from their environment.
CLIENT = frozenset((
    'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_CERT_PATH', 'DOCKER_API_VERSION',
    'DOCKER_DEFAULT_PLATFORM', 'DOCKER_BUILDKIT', 'DOCKER_AUTH_CONFIG', 'DOCKER_CUSTOM_HEADERS', 'CONTAINER_HOST',
    'CONTAINER_CONNECTION', 'CONTAINER_SSHKEY', 'REGISTRY_AUTH_FILE', 'TMPDIR', 'SSH_AUTH_SOCK', 'SSH_ASKPASS',
    'SSL_CERT_FILE', 'SSL_CERT_DIR', 'GODEBUG', 'PATH', 'HOME',
))
# And all that begin so. A set and these are looked up sooner than a pattern is compiled.
CLIENT_STARTS = ('DOCKER_TLS', 'DOCKER_CONTENT_TRUST', 'DOCKER_CLI_', 'BUILDKIT_', 'CONTAINERS_', 'XDG_', 'LD_')
PROXIES = frozenset(('HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'))  # in whatever case
# Anyone may be user@ of an address; what is before the @ of a web address is a token.
ADDRESS = r'://[^/\s:@]*:[^/\s@]+@|(?i:https?)://[^/\s@]+@'
# Tokens that their own start gives away: NVIDIA's, Hugging Face's, GitHub's, GitLab's.
TOKEN = r'(nvapi-|hf_|gh[pousr]_|github_pat_|glpat-)[\w-]{16,}'

TOKEN_STARTS = ('nvapi-', 'hf_', 'gh', 'glpat-')  # looked at before a pattern is compiled
SECRET_PARTS = ('KEY', 'TOKEN', 'SECRET', 'PASS', 'PWD', 'CRED', 'PAT', 'AUTH')


def is_secret(name: str, value: str) -> bool:
    """Whether a variable, an option or a key of that name with that value looks like a secret."""
    if is_secret_name(name) or (value.startswith(TOKEN_STARTS) and re.match(TOKEN, value)):
        return True
    return '@' in value and bool(re.search(ADDRESS, value))


def is_secret_name(name: str) -> bool:
    """Whether what has that name looks like a secret: by one of its words, which "_" separates."""
    upper = name.upper()
    if not any(word in upper for word in SECRET_PARTS):
        return False
    words = upper.split('_')
    if upper in FILES:
        return False
    return bool(SECRET_WORDS.intersection(words)) or (len(words) > 1 and words[-1] == 'PWD') or any(
        word.endswith(SECRET_ENDS) for word in words
    )


def until_value(text: str) -> str:
    """What may be shown of a text that should be a name, or begin with one: all but what may be its value.

    People write NAME=VALUE, NAME VALUE and NAME: VALUE.
    """
    start = len(text) - len(text.lstrip())
    end = next((i for i in range(start, len(text)) if text[i] in '=:' or text[i].isspace()), len(text))
    return text if not text[end + 1:].strip() else f'{text[:end + 1]}…'


def steers_the_client(name: str) -> bool:
    """Whether the engine's client obeys a variable of that name.

    Such a variable, meant for a container, must never get into the client's environment with the container's value.
    """
    return name in CLIENT or name.startswith(CLIENT_STARTS) or name.upper() in PROXIES


PIECES = r"""(\s+)|(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|["'\\])+"""
# The start of NAME=VALUE, and of "NAME": VALUE as JSON and YAML have it, also within quotes of a shell.
PAIR = r"""(?<![\w./~-])([\w.-]+)((?:\\?["'])?\s{0,9}[=:]\s{0,9})"""
VALUE = r"""(\\?["'])|[^\s,{}\[\]"'\\]+"""


def masked_words(words: Iterable[str]) -> list[str]:
    """A task's words as we may print them: secret-looking values and what follows -k or --key starred out.

    Also inside a word that is itself a command line (bash -c "dino train -k KEY"), JSON or YAML.
    """
    shown: list[str] = []
    hide = False
    for word in words:
        option, equals, value = word.partition('=')
        has_option = bool(equals and re.fullmatch(r'[-+~]*[\w.-]+', option))
        if not hide and (has_option or not re.search(r'\s', word)):
            one, hide = _masked_word(word)
            if has_option and one == word:  # its name is no secret, but its value may hold pairs
                one = f'{option}={_masked_text(value)}'
            shown.append(one if has_option or one != word else masked_pairs(word))
        else:
            shown.append('***' if hide else _masked_text(word))
            hide = False
    return shown


def _masked_word(word: str) -> tuple[str, bool]:
    """(a word without its secret, whether the next word is one)."""
    bare = word.strip('"\'')
    option, equals, value = bare.partition('=')
    if equals and not value:
        return word, False
    if not equals and not bare.startswith('-'):
        return ('***' if '@' in bare and is_secret('', bare) else word), False
    is_key = is_secret(re.sub('[.-]', '_', option.lstrip('-+~')), value)
    if option == '-k' or (is_key and re.fullmatch(r'[-+~]*[\w.-]+', option)):
        return (f'{option}=***' if equals else word), not equals
    if bare.startswith('-k'):
        return '-k***', False
    return ('***' if is_secret('', bare) else word), False


def _masked_text(text: str) -> str:
    """A command line, or a text with pairs."""
    shown = []
    hide = False
    for piece in re.finditer(PIECES, masked_pairs(text), re.DOTALL):
        word = piece.group()
        if piece.group(1) is None:
            word, hide = ('***', False) if hide else _masked_word(word)
        shown.append(word)
    return ''.join(shown)


def masked_pairs(text: str, *, is_ours: bool = False) -> str:
    """The text with the values of secret-looking names starred out: KEY=value, "key": "value".

    In a sentence of ours (`is_ours`) what follows a name and a colon is what we say about it.
    """
    if '=' not in text and ':' not in text:
        return text
    done, shown = 0, []
    for pair in re.finditer(PAIR, text):
        name, sign = pair.groups()
        is_none = pair.start() < done or is_ours and '=' not in sign
        if is_none or not is_secret_name(re.sub('[.-]', '_', name.lstrip('-'))):
            continue
        value = re.compile(VALUE).match(text, pair.end())
        is_bare = sign == ':' and value and not value.group(1)  # key:/data is a mount, and {key:abc} a pair
        if not value or (is_bare and text[pair.start() - 1:pair.start()] not in ('{', ',')):
            continue
        quote = value.group(1) or ''
        end = _closed(text, value.end(), quote) if quote else value.end()
        shown += [text[done:pair.end()], quote, '***', quote]
        done = end
    return ''.join([*shown, text[done:]])


def _closed(text: str, start: int, quote: str) -> int:
    """Where a quoted value that begins at `start` ends, after its quote; the end of the text if it is open."""
    inner = {"'": "[^']*'?", '"': r'(?:[^"\\]|\\.)*"?'}.get(quote, fr'(?:[^\\]|\\[^{quote[-1]}])*(?:\\.)?')
    found = re.compile(inner, re.DOTALL).match(text, start)
    return found.end() if found else start


def masked(text: str) -> str:
    """The text without the passwords and tokens of addresses such as ssh://user:password@host."""
    if '@' not in text:
        return text

    def star(found: re.Match[str]) -> str:
        user, colon, password = found.group()[:-1].partition(':')
        before = text[max(0, found.start() - 8):found.start()].lower()
        is_web = before.endswith(('http://', 'https://'))
        if is_web and password in ('', 'x-oauth-basic'):  # the user is the token
            return '***@'
        return f'{user}:***@' if colon and password else found.group()

    return re.sub(r'(?<![^\s/@"])[^\s/@"]+@(?!sha256:)', star, text)
