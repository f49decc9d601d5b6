"""The words that build, tag and push an image of a checkout. Pure."""
from __future__ import annotations

import re

from ..base.errors import UsageError
from ..base.record import Record
from ..base.secrets import steers_the_client
from ..launch.variables import for_the_container

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


HOST_NETWORK = '--network=host'
OWN_SECRET = r'id=[\w.-]+(,type=(file|env))?,((src|source)=[^,]+|env=[A-Za-z_]\w*)'


class Arguments(Record):
    """--build-arg as the engine gets them: words are their values, export what goes by name and its value.

    `secrets` are the values of BuildKit's --secret.
    """

    words: tuple[str, ...]
    export: Mapping[str, str]
    by_name: tuple[str, ...]
    secrets: tuple[str, ...] = ()


class Recipe(Record):
    """What an image is built from; with `pull` from the newest base image, with `force` without a cache."""

    dockerfile: str
    image: str
    folder: str
    given: Arguments
    force: bool
    pull: bool
    platform: str = ''  # the machine's own


def arguments(
    given: Sequence[str], environ: Mapping[str, str], secrets: Sequence[str] = (), *, is_sudo: bool = False,
) -> Arguments:
    """Build arguments NAME=VALUE, or NAME for the host's value. What looks secret goes by name, its value by export.

    `secrets` go by name whatever they look like, or are docker's own id=NAME,src=FILE. Raises UsageError
    with every fault.
    """
    faults: list[str] = []
    found = _pairs('--build-arg', given, environ, faults)
    own = tuple(word for word in secrets if word.startswith('id='))
    by_id = _pairs('--build-secret', [word for word in secrets if word not in own], environ, faults)
    faults += [
        '--build-secret: "id=…": expected id=NAME,src=FILE or id=NAME,env=VARIABLE' for word in own
        if not re.fullmatch(OWN_SECRET, word)
    ]
    faults += [f'{name} is given as --build-arg and as --build-secret' for name in by_id if name in found]
    faults += [
        f'--build-secret: {name}: the engine\'s own client would act on it; choose another name'
        for name, value in by_id.items() if value is not None and steers_the_client(name)
    ]
    if faults:
        raise UsageError(*faults)
    words, by_name = [], []
    export = {name: value for name, value in by_id.items() if value is not None}
    for name, meant in found.items():
        handed, is_secret = for_the_container(name, meant, '--build-arg', environ, has_own_client=not is_sudo)
        if handed is None or is_secret:
            by_name.append(name)
        if handed is not None and is_secret:
            export[name] = handed
        words.append(name if name in by_name else f'{name}={handed}')
    variables = [named for word in own for named in re.findall(',env=(.*)', word)]
    return Arguments(tuple(words), export, (*by_name, *by_id, *variables), (*map(secret, by_id), *own))


def secret(name: str) -> str:
    """BuildKit's --secret of that name, whose value is in the variable of that name."""
    return f'id={name},env={name}'


def _pairs(
    option: str, given: Sequence[str], environ: Mapping[str, str], faults: list[str],
) -> dict[str, str | None]:
    """NAME and the value, or None for the host's, of each; of two of a name the later counts. Faults are added."""
    found: dict[str, str | None] = {}
    for word in given:
        name, equals, value = word.partition('=')
        if not re.fullmatch(r'[A-Za-z_]\w*', name):
            faults.append(f'{option}: "{name}": expected NAME=VALUE or NAME')
        elif not equals and name not in environ:
            faults.append(f'{option}: {name} is not set here; export it, or give {name}=VALUE')
        found.pop(name, None)
        found[name] = value if equals else None
    return found


def engine_words(engine: Sequence[str], given: Arguments) -> tuple[str, ...]:
    """The engine's command; sudo keeps the variables that are passed by name."""
    if engine[0].rpartition('/')[2] == 'sudo' and given.by_name:
        return (engine[0], f'--preserve-env={",".join(given.by_name)}', *engine[1:])
    return tuple(engine)


def build(start: Sequence[str], recipe: Recipe) -> tuple[str, ...]:
    """The words that build an image; those of `start` name the builder and its own options."""
    return (
        *start, *(['--platform', recipe.platform] if recipe.platform else []), *(['--pull'] if recipe.pull else []),
        '-f', recipe.dockerfile, '-t', recipe.image, *(['--no-cache'] if recipe.force else []), HOST_NETWORK,
        *(word for argument in recipe.given.words for word in ('--build-arg', argument)),
        *(word for secret in recipe.given.secrets for word in ('--secret', secret)), recipe.folder,
    )


def image(text: str) -> str:
    """[HOST[:PORT]/]REPOSITORY[:TAG] that an image can be given, as docker takes it. Raises ValueError."""
    part = '[a-z0-9]+((\\.|__?|-+)[a-z0-9]+)*'
    host = '([a-zA-Z0-9.-]+(:[0-9]+)?|\\[[0-9a-fA-F:]+\\](:[0-9]+)?)/'
    if not re.fullmatch(f'({host})?{part}(/{part})*(:[a-zA-Z0-9_][a-zA-Z0-9_.-]{{0,127}})?', text):
        raise ValueError('expected TAG, or REPOSITORY:TAG such as nvcr.io/nvidia/tao/tao-toolkit:6.0.0-pyt')
    return text


def tag_of(user: str) -> str:
    """A user's name as a tag can hold it."""
    return re.sub('[^a-zA-Z0-9_.-]', '-', user).lstrip('.-')[:100] or 'user'
