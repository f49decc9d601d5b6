"""The words that build, tag and push an image of a checkout. Pure."""
from __future__ import annotations

import re

from ..base.errors import UsageError
from ..base.record import Record
from ..launch.variables import for_the_container

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


HOST_NETWORK = '--network=host'


class Arguments(Record):
    """--build-arg as the engine gets them: words are their values, export what goes by name and its value."""

    words: tuple[str, ...]
    export: Mapping[str, str]
    by_name: tuple[str, ...]


def arguments(given: Sequence[str], environ: Mapping[str, str], *, is_sudo: bool = False) -> Arguments:
    """NAME=VALUE, or NAME for the host's value. What looks secret goes by name, its value through the environment.

    Raises UsageError with every fault.
    """
    faults: list[str] = []
    found: dict[str, str | None] = {}
    for word in given:
        name, equals, value = word.partition('=')
        if not re.fullmatch(r'[A-Za-z_]\w*', name):
            faults.append(f'--build-arg: "{name}": expected NAME=VALUE or NAME')
        elif not equals and name not in environ:
            faults.append(f'--build-arg: {name} is not set here; export it, or give {name}=VALUE')
        found.pop(name, None)
        found[name] = value if equals else None
    if faults:
        raise UsageError(*faults)
    words, by_name = [], []
    export: dict[str, str] = {}
    for name, meant in found.items():
        handed, secret = for_the_container(name, meant, '--build-arg', environ, has_own_client=not is_sudo)
        if handed is None or secret:
            by_name.append(name)
        if handed is not None and secret:
            export[name] = handed
        words.append(name if name in by_name else f'{name}={handed}')
    return Arguments(tuple(words), export, tuple(by_name))


def engine_words(engine: Sequence[str], given: Arguments) -> tuple[str, ...]:
    """The engine's command; sudo keeps the variables that are passed by name."""
    if engine[0].rpartition('/')[2] == 'sudo' and given.by_name:
        return (engine[0], f'--preserve-env={",".join(given.by_name)}', *engine[1:])
    return tuple(engine)


def build(dockerfile: str, image: str, folder: str, given: Arguments, *, force: bool, pull: bool) -> tuple[str, ...]:
    """The words that build an image; with `pull` from the newest base image, with `force` without a cache."""
    return (
        'build', *(['--pull'] if pull else []), '-f', dockerfile, '-t', image, *(['--no-cache'] if force else []),
        HOST_NETWORK, *(word for argument in given.words for word in ('--build-arg', argument)), folder,
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
