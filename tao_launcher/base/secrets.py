"""What looks like a secret. Everything here is linear in its input."""
from __future__ import annotations

from .late import re

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
# What a text has that base/masking may mask, besides pairs and options: looked at before that is loaded.
TOKEN_SIGNS = (
    'nvapi-', 'glpat-', 'hf_', 'ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_', 'sk-', 'AKIA', 'ASIA', 'xox',
    'eyJ', 'uthorization', 'AUTHORIZATION', '@',
)
SECRET_PARTS = ('KEY', 'TOKEN', 'SECRET', 'PASS', 'PWD', 'CRED', 'PAT', 'AUTH')


def is_secret(name: str, value: str) -> bool:
    """Whether a variable, an option or a key of that name with that value looks like a secret."""
    if is_secret_name(name) or (value.startswith(TOKEN_STARTS) and re.match(TOKEN, value)):
        return True
    return has_address(value)


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


def has_address(text: str) -> bool:
    """Whether a text holds an address with a password or a token in it."""
    return '@' in text and bool(re.search(ADDRESS, text))


def has_token_sign(text: str) -> bool:
    """Whether a text may hold a token, a header with one, or an address with a password; if not, it holds none."""
    return any(sign in text for sign in TOKEN_SIGNS)


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
