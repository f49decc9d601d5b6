"""Texts and words without what looks like a secret in them. Everything here is linear in its input."""
from __future__ import annotations

from .late import re
from .secrets import has_address, has_token_sign, is_secret_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

PIECES = r"""(\s+)|(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|["'\\])+"""
# The start of NAME=VALUE, and of "NAME": VALUE as JSON and YAML have it, also within quotes of a shell.
PAIR = r"""(?<![\w./~-])([\w.-]+)((?:\\?["'])?\s{0,9}[=:]\s{0,9})"""
VALUE = r"""(\\?["'])|[^\s,{}\[\]"'\\]+"""
# Tokens that their own form gives away, wherever they are: NVIDIA's, Hugging Face's, GitHub's, GitLab's, OpenAI's and
# its like, Amazon's, Slack's, and signed ones (JWT).
TOKENS = (
    r'(?<![A-Za-z0-9])(?:(?:nvapi|glpat)-[\w-]{16,}|(?:hf|gh[pousr])_[A-Za-z0-9]{16,}|github_pat_\w{16,}'
    r'|sk-(?=[\w-]{0,60}[0-9])[\w-]{20,}|A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])|xox[abeoprs]-[\w-]{10,})'
    r'|(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*'
)
# The header of HTTP; a shell's variable is no secret.
AUTHORIZATION = (
    r"""((?i:authorization)\\?["']?\s{0,9}[:=]\s{0,9}\\?["']?(?i:bearer|basic|token)\s{1,9})(?!\$)[^\s"'\\,;{}]+"""
)
OPTION = r'[-+~]*[\w.-]+'
CURL_USER = r'-[A-Za-z]*[uU]|--(?:proxy-)?user'  # its value is NAME:PASSWORD
KEY = r'[\w-]{20,}'  # as `wandb login` takes it
ENDS = (';', '|', '&')  # of a command, in a shell's line
PLACEHOLDER = 'VALUE'  # in the commands that our own sentences suggest


def masked_words(words: Iterable[str]) -> list[str]:
    """A task's words as we may print them: secret-looking values and what follows -k or --key starred out.

    Also inside a word that is itself a command line (bash -c "dino train -k KEY"), JSON or YAML.
    """
    command = _Command()
    return [_masked_argument(word, command) for word in words]


def _masked_argument(word: str, command: _Command) -> str:
    option, equals, value = word.partition('=')
    has_option = bool(equals and re.fullmatch(OPTION, option))
    if not command.is_next_known and not has_option and re.search(r'\s', word):
        return masked_text(word)
    shown = command.masked(word)
    if shown != word:
        return shown
    # the name of an option is no secret, but its value may hold pairs
    return f'{option}={masked_text(value)}' if has_option else masked_pairs(_without_tokens(word))


class _Command:
    """A command that is gone through word after word: what comes before a word may tell that it is a secret."""

    def __init__(self) -> None:
        self._program = ''  # one of those that take a secret in a way of their own
        self._next = ''  # what the next word is: a "secret", or a "user" with a password

    @property
    def is_next_known(self) -> bool:
        """Whether the last word has told what the next one is."""
        return bool(self._next)

    def end(self) -> None:
        """Another command begins."""
        self._program = ''

    def masked(self, word: str) -> str:
        """The next word without its secret."""
        known, self._next = self._next, ''
        if known:
            return '***' if known == 'secret' else _without_password(word)
        bare = word.strip('"\'')
        option, equals, value = bare.partition('=')
        if equals and not value:
            return word
        if not equals and not bare.startswith('-'):
            return self._masked_operand(word, bare)
        is_key = is_secret_name(re.sub('[.-]', '_', option.lstrip('-+~'))) or has_address(value)
        if option == '-k' or (is_key and re.fullmatch(OPTION, option)):
            self._next = '' if equals else 'secret'
            return f'{option}=***' if equals else word
        if bare.startswith('-k'):
            return '-k***'
        if self._program == 'curl':
            self._next = 'user' if re.fullmatch(CURL_USER, bare) else ''
            return _without_password(word) if re.match('-[uU]', word) else word
        return '***' if has_address(bare) else word

    def _masked_operand(self, word: str, bare: str) -> str:
        """A word that is neither an option nor NAME=VALUE."""
        if self._program == 'wandb login' and re.fullmatch(KEY, bare):
            return '***'
        name = bare.rpartition('/')[2]
        if self._program == 'wandb' and bare == 'login':
            self._program = 'wandb login'
        elif name in ('curl', 'wandb') or word.endswith(ENDS):
            self._program = name
        return '***' if has_address(bare) else word


def _without_password(word: str) -> str:
    """NAME:PASSWORD with the latter starred out."""
    name, colon, password = word.partition(':')
    return f'{name}:***' if colon and password else word


def masked_text(text: str) -> str:
    """Running text that others wrote, such as a message or a command line, without its secrets."""
    shown = []
    command = _Command()
    for piece in re.finditer(PIECES, masked_pairs(_without_tokens(text)), re.DOTALL):
        blank = piece.group(1)
        if blank and '\n' in blank:
            command.end()
        shown.append(blank or command.masked(piece.group()))
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
        if is_ours and value.group() == PLACEHOLDER:
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
    """The text without tokens, and without the passwords of addresses such as ssh://user:password@host."""
    text = _without_tokens(text)
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


def _without_tokens(text: str) -> str:
    if not has_token_sign(text):
        return text
    return re.sub(TOKENS, '***', re.sub(AUTHORIZATION, r'\1***', text))
