"""--same_paths: every source at its own path too, and the current folder as the job's. Pure."""
from __future__ import annotations

from ..base.errors import UsageError
from ..base.text import plural
from ..settings import layers
from ..settings.values import Mount, Source
from .paths import below, hides_the_image, innermost, inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..engine.daemon import Daemon
    from ..settings.settings import Settings
    from .plan import Target

SAME = Source('setting', 'same_paths')  # where such a mount comes from


def applied(
    target: Target, settings: Settings, engine: Daemon, folders: Sequence[str], real: Callable[[str], str],
) -> Settings:
    """The settings with the further mounts, and with the working directory unless they have one.

    `folders` are the names of the current folder, the better first; `real` follows the host's links. Raises UsageError
    with every source that cannot be at its own path.
    """
    every = layers.under(target.mounts, settings.mounts)
    problems = _problems(every, engine)
    option = settings.sources['same_paths']
    if problems:
        raise UsageError(
            f'{option}: {plural(len(problems), "mount source")} cannot be at the same path in the container', *problems,
            advice='absolute paths of that machine, or leave this option out' if engine.is_remote
            else 'mount a folder below it instead, or leave this option out',
        )
    further = copies(every)
    settings = settings._replace(mounts=(*settings.mounts, *further))
    if 'workdir' in settings.passed or engine.is_remote:
        return settings
    as_written = [folder for folder in folders if any(below(folder, mount.source) is not None for mount in every)]
    workdir = [*as_written, *(() if as_written else _by_links(folders[0], [*every, *further], real))][:1]
    if workdir:
        passed, sources = {**settings.passed, 'workdir': workdir[0]}, {**settings.sources, 'workdir': SAME}
        return settings._replace(passed=passed, sources=sources)
    if option.kind != 'option':
        return settings  # which holds in every folder
    why = f'{folders[0]} is below no source' if folders[0] else 'is gone'
    notice = f'{option}: the current folder {why}, so the job does not work in it'
    return settings._replace(notices=(*settings.notices, notice))


def _by_links(folder: str, mounts: Sequence[Mount], real: Callable[[str], str]) -> list[str]:
    """The folder at a source's own path, which leads there through links."""
    found = ((path, innermost(path, mounts)) for path in inside(folder, mounts, real))
    return [path for path, mount in found if mount and mount[0].source == mount[0].destination]


def copies(mounts: Sequence[Mount]) -> list[Mount]:
    """Every source at its own path, but where something is mounted; for reading only if all its mounts are."""
    taken = {mount.destination for mount in mounts}
    modes: dict[str, list[str]] = {}
    for mount in mounts:
        modes.setdefault(mount.source, []).append(mount.mode)
    return [
        Mount(source, source, next((mode for mode in given if 'ro' not in mode.split(',')), given[0]), SAME)
        for source, given in modes.items() if source not in taken
    ]


def _problems(mounts: Sequence[Mount], engine: Daemon) -> list[str]:
    """Why sources cannot be at their own paths."""
    there = {mount.destination: mount for mount in mounts}
    found: dict[str, str] = {}
    for mount in mounts:
        source, other = mount.source, there.get(mount.source)
        if other and other.source == source:
            continue
        if other:
            why = f'{other.source} is mounted there ({other.origin})'
        elif hides_the_image(source):
            why = 'it would hide the image\'s own files'
        elif engine.is_remote and mount.is_of_here:
            why = f'it is written as a path of this machine, and the daemon is remote: {engine.shown_address}'
        else:
            continue
        found.setdefault(source, f'{source} ({mount.origin}): {why}')
    return [*found.values()]
