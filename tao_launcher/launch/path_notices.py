"""What of a task's arguments would fail, or vanish, for a reason that shows before the launch.

Pure but for what the caller's `look` and `link` find on the host.
"""
from __future__ import annotations

from ..base.errors import ConfigError
from ..base.record import Record
from ..settings.values import clean_path
from .arguments import Argument, arguments, is_path_key
from .paths import (
    EMPTY_IN_THE_IMAGE,
    follow,
    innermost,
    inside,
    is_below_a_source,
    is_of_the_image,
    to_host,
    volume,
    without_dots,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Optional

    from ..settings.values import Mount
    from .paths import Led, Link

    # Whether a host path exists; None where the caller may not know. "FOLDER/." exists for folders only.
    Look = Callable[[str], Optional[bool]]

class Place(Record):
    """What the arguments are read with: `workdir` is the container's working directory, '' for the image's own.

    `real` is a host path with all links followed.
    """

    task: str
    mounts: Sequence[Mount]
    look: Look
    link: Link
    cwd: str
    home: str
    workdir: str = ''
    real: Callable[[str], str] = str


def _arguments(words: Sequence[str], place: Place) -> list[Argument]:
    """The arguments that may be paths; one with ".." is where that leads, as far as no link is on the way."""
    found = ((each, without_dots(each.path, place.mounts, place.link)) for each in arguments(words))
    return [Argument(path, each.key) for each, path in found if path is not None]


def _resolved(argument: Argument, place: Place) -> Argument:
    """The argument with its container path, where the container's working directory is known."""
    path = argument.path
    if path[:1] in ('', '/') or not place.workdir or path == '~' or path.startswith('~/'):
        return argument
    return Argument(clean_path(f'{place.workdir}/{path}'), argument.key)


def outputs(words: Sequence[str], place: Place) -> list[Argument]:
    """The arguments that name a container path for what the task writes."""
    found = (_resolved(argument, place) for argument in _arguments(words, place))
    return [each for each in found if each.path[:1] == '/' != each.path and each.is_output(place.task)]


def check(words: Sequence[str], place: Place) -> list[str]:
    """Notices about a task's arguments. Raises ConfigError for a spec file that is missing on the host."""
    found = (_notice(argument, place) for argument in _arguments(words, place))
    return [notice for notice in dict.fromkeys(found) if notice]


def _notice(argument: Argument, place: Place) -> str:
    """A notice about an argument, or ''."""
    path, key = argument
    if path in ('', '/'):
        return f'{key} {"is the root folder of the container" if path else "is empty"}: was a variable not set?'
    resolved = _resolved(argument, place)
    if path[0] == '/' or resolved != argument and _is_meant(resolved, place):
        return _absolute(resolved, place)
    return argument.unexpanded(place.task) or _relative(argument, place)


def _is_meant(argument: Argument, place: Place) -> bool:
    """Whether a word below the container's working directory is a path there: the task needs it, or it exists."""
    host_path = to_host(argument.path, place.mounts)
    if host_path is None:
        return False
    needed = argument.is_spec(place.task) or argument.is_output(place.task)
    return needed or place.look(host_path) is not False or place.link(host_path) is not None


def _relative(argument: Argument, place: Place) -> str:
    """A notice about a path that is relative to a folder of the image's, or that only a shell would expand."""
    path, key = argument
    is_home = path == '~' or path.startswith('~/')
    base = place.home if is_home else place.cwd  # '' where that is gone
    here = base and clean_path(f'{base}/{path[is_home:]}')
    exists, is_spec, is_output = place.look(here), argument.is_spec(place.task), argument.is_output(place.task)
    is_meant = is_spec or is_output or exists and argument.is_meant_as_a_path()
    there = inside(here, place.mounts, place.real) if is_meant or '/' in path and is_path_key(key) else []
    if not is_meant and not there:
        return ''
    folder = f'the container\'s working directory{place.workdir and f" {place.workdir}"}'
    what = f'{path} is relative to {folder}'
    if is_output:
        unless = '' if place.workdir else ' unless a mount is there'
        what = f'{path} is made in {folder}, and vanishes with it{unless}'
    if is_home:
        what = f'the task gets the "~" of {path} as it is; only a shell would expand it'
    if there:
        return f'{what}; the host\'s {here} is {there[0]} there'
    option = volume(here, here, place.look) if exists else ''
    if exists and (option or not is_output):
        mount = f': mount it, {option}, and give that path' if option else ''
        return f'{what}; the host\'s {here} is not there{mount}'
    return what + ': the container has it only if the image does' * is_spec


def _absolute(argument: Argument, place: Place) -> str:
    """A notice about a container path."""
    path = argument.path
    led = follow(path, place.mounts, place.link)
    host_path = to_host(led.path, place.mounts)
    if host_path is None:
        return _led_out(path, led, place) if led.link else _uncovered(argument, place)
    argument.refuse_other_bytes()
    if argument.is_spec(place.task):
        return _spec_file(path, host_path, place)
    if argument.is_output(place.task):
        return _read_only(path, led, place) or _below_a_file(path, host_path, place)
    return _of_the_host(path, place) if place.look(host_path) is False else ''


def _read_only(path: str, led: Led, place: Place) -> str:
    """That an output is on a mount that is for reading only, or ''."""
    found = innermost(led.path, place.mounts)
    if not found or 'ro' not in found[0].mode.split(','):
        return ''
    return f'{path} is on a read-only mount ({found[0].origin}): the task cannot write there'


def _below_a_file(path: str, host_path: str, place: Place) -> str:
    """That a file is where an output's folder would have to be, or ''."""
    parent = host_path.rpartition('/')[0]
    while len(parent) > 1 and place.look(parent) is False:
        parent = parent.rpartition('/')[0]
    if len(parent) < 2 or place.look(parent) is not True or place.look(f'{parent}/.') is not False:
        return ''
    return f'{path} cannot be made: the host\'s {parent} is a file'


def _of_the_host(path: str, place: Place) -> str:
    """That a path is one of the host's under a mount's source, or ''."""
    there = inside(path, place.mounts, place.real) if place.look(path) else []
    return f'{path} is a host path; in the container it is {there[0]}' if there else ''


def _led_out(path: str, led: Led, place: Place) -> str:
    """That a link on the way dangles in the container, or '' where the image may have what it leads to."""
    if is_of_the_image(led.path):
        return ''
    what = f'{led.link} is a link out of its mount, to {led.path}, which is under no mount'
    whose = what if led.link == path else f'{path}: {what}'
    there = inside(led.host_path, place.mounts, place.real)
    if there:
        return f'{whose}; the host\'s {led.host_path} is {there[0]} there'
    if not place.look(led.host_path):
        return whose
    option = volume(led.host_path, led.path, place.look)
    return f'{whose}; mount it: {option}' if option else whose


def _spec_file(path: str, host_path: str, place: Place) -> str:
    """A notice, or '', about a spec file under a mount; raises ConfigError when it is missing for sure."""
    exists = place.look(host_path)
    if exists:
        return ''
    if '$' in path:
        return f'spec file {path} not found; the task gets the "$" as it is; only a shell would expand it'
    if exists is None:
        return f'spec file {path}: on the host it is {host_path}, which cannot be checked'
    meant = _of_the_host(path, place)
    raise ConfigError(
        f'spec file {path} not found', f'on the host it is {host_path}',
        f'nearest existing folder: {_nearest(host_path, place.look)}', *([meant] if meant else []),
        advice='correct the path, or --no-check',
    )


def _nearest(path: str, look: Look) -> str:
    while path != '/' and not look(f'{path}/.'):
        path = path.rpartition('/')[0] or '/'
    return path


def _uncovered(argument: Argument, place: Place) -> str:
    """A notice about a path that no mount brings into the container, or ''."""
    path = argument.path
    is_spec, is_output = argument.is_spec(place.task), argument.is_output(place.task)
    is_the_images = path in EMPTY_IN_THE_IMAGE and not is_output or is_of_the_image(path)
    if is_the_images and not is_below_a_source(path, place.mounts):
        return ''
    vanishes = f'{path} is under no mount: what is written there vanishes with the container'
    there = inside(path, place.mounts, place.real)
    if there and is_output:
        return f'{vanishes}; the host\'s {path} is {there[0]} there'
    if not place.look(path):
        if there and is_below_a_source(path, place.mounts, place.real):
            return f'{path} is under no mount; the host\'s {path} is {there[0]} there'
        unless = f'spec file {path} is under no mount: the container has it only if the image does'
        return vanishes if is_output else unless if is_spec else ''
    if there:
        return f'{path} is a host path; in the container it is {there[0]}'
    option = volume(path, path, place.look)
    mount = f'; mount it: {option}' if option else ''
    return f'{vanishes if is_output else f"{path} is on the host but not in the container"}{mount}'
