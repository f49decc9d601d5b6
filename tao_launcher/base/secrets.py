"""What looks like a secret, and texts without it."""
from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


SECRET_WORDS = {
    'KEY', 'APIKEY', 'TOKEN', 'SECRET', 'PASSWORD', 'PASSWD', 'PASS', 'CREDENTIAL', 'CREDENTIALS',
}


def is_secret(name: str, value: str) -> bool:
    """Whether a variable looks like a secret, which must not be seen in argv.

    Those that steer the docker client itself are never passed through its environment.
    """
    upper = name.upper()
    if upper.startswith(('SSH_', 'DOCKER_', 'LD_')) or upper in ('PATH', 'HOME'):
        return False
    return bool(SECRET_WORDS & set(upper.split('_'))) or bool(re.search(r'://[^/\s:@]*:[^/\s@]+@', value))


def masked_words(words: Iterable[str]) -> list[str]:
    """A task's words as we may print them: secret-looking values and what follows -k or --key starred out.

    Also inside a word that is itself a command line (bash -c "dino train -k KEY").
    """
    shown: list[str] = []
    hide = False
    for word in words:
        if re.search(r'\s', word):
            pieces = re.split(r'(\s+)', word)
            pieces[::2] = masked_words(pieces[::2])
            shown.append('***' if hide else ''.join(pieces))
            hide = False
            continue
        name, equals, value = word.partition('=')
        option = re.sub('[.-]', '_', name.lstrip('-'))
        secret = name == '-k' or is_secret(option, value)
        if equals:
            word = f'{name}=***' if secret else word
        shown.append('***' if hide or (not equals and is_secret('', word)) else word)
        hide = not equals and name.startswith('-') and secret
    return shown


def masked(text: str) -> str:
    """The text without the passwords of addresses such as ssh://user:password@host."""
    parts = text.split('@')
    for i, part in enumerate(parts[:-1]):
        # one expression for all of it would look at every start again
        password = re.split(r'[\s/"]', part)[-1].partition(':')[2]
        if password and not parts[i + 1].startswith('sha256:'):
            parts[i] = f'{part[:-len(password)]}***'
    return '@'.join(parts)
