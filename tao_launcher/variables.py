"""The container's environment: which variables docker is given, and which of them by name only."""
from __future__ import annotations

import re

from .errors import UsageError
from .record import Record
from .values import Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LAUNCH_ID = 'TAO_LAUNCH_ID'
SECRET_WORDS = {
    'KEY', 'APIKEY', 'TOKEN', 'SECRET', 'PASSWORD', 'PASSWD', 'PASS', 'CREDENTIAL', 'CREDENTIALS',
}


class Variables(Record):
    """words are the values of docker's -e; export holds the secrets that the engine's process is given."""

    words: tuple[str, ...]
    by_name: tuple[str, ...]
    export: Mapping[str, str]
    notices: tuple[str, ...]
    origins: tuple[str, ...]  # of each of words


def is_secret(name: str, value: str) -> bool:
    """Whether a variable looks like a secret, which must not be seen in argv.

    Those that steer the docker client itself are never passed through its environment.
    """
    upper = name.upper()
    if upper.startswith(('SSH_', 'DOCKER_', 'LD_')) or upper in ('PATH', 'HOME'):
        return False
    return bool(SECRET_WORDS & set(upper.split('_'))) or bool(re.search(r'://[^/\s:@]*:[^/\s@]+@', value))


def collect(
    defaults: Sequence[Variable], file: Sequence[Variable], decided: Sequence[Variable], identity: Sequence[Variable],
    options: Sequence[Variable], environ: Mapping[str, str], launch_id: bool,
) -> Variables:
    """Every variable once; of two the later stands, at its own place.

    In this order: a runner's defaults, the file's Envs, what the launcher decided about GPUs, the
    identity (each unless set already), --env, and TAO_LAUNCH_ID where the engine can pass it.
    Raises UsageError when somebody sets TAO_LAUNCH_ID.
    """
    given = {variable.name for variable in (*file, *options)}
    own = {variable.name for variable in defaults}
    found: dict[str, Variable] = {}
    for variable in (*defaults, *file, *decided, *(v for v in identity if v.name not in given), *options):
        if variable.value is None and variable.name in own:
            continue  # a runner's own, such as PYTHONPATH, is never the host's
        found.pop(variable.name, None)
        found[variable.name] = variable
    if LAUNCH_ID in found:
        raise UsageError(f'{LAUNCH_ID} is the launcher\'s own variable', f'set by {found[LAUNCH_ID].origin}')
    words, by_name, notices, origins = [], [], [], []
    export: dict[str, str] = {}
    for variable in found.values():
        value = variable.value
        if value is None and variable.name not in environ:
            # docker would remove the image's own value
            notices.append(f'{variable.name} is not set here and so left out ({variable.origin})')
            continue
        origins.append(variable.origin)
        if value is None or (value and is_secret(variable.name, value)):
            words.append(variable.name)
            by_name.append(variable.name)
            if value is not None:
                export[variable.name] = value
        else:
            words.append(f'{variable.name}={value}')
    if launch_id:
        words.append(LAUNCH_ID)
        origins.append('')
    return Variables(tuple(words), tuple(by_name), export, tuple(notices), tuple(origins))


def masked(words: Iterable[str]) -> list[str]:
    """A task's words as we may print them: secret-looking values and what follows -k or --key starred out.

    Also inside a word that is itself a command line (bash -c "dino train -k KEY").
    """
    shown: list[str] = []
    hide = False
    for word in words:
        if re.search(r'\s', word):
            pieces = re.split(r'(\s+)', word)
            pieces[::2] = masked(pieces[::2])
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
