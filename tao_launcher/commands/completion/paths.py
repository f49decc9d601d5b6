"""Paths that can be at the cursor: of the host, and of the container through the mounts. Pure."""
from __future__ import annotations

from ...base.late import re
from ...launch import paths
from ...launch.arguments import OUTPUT, SPEC, is_path_key
from ...settings.values import clean_path
from .types import NOTHING, Candidate, Completions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...settings.values import Mount
    from .types import World

MANY = 1000  # more names of a folder than anyone looks through: only those that begin as typed
MODES = {'ro': 'read only', 'rw': 'read and write', 'z': 'SELinux: shared', 'Z': 'SELinux: its own'}


def host(text: str, world: World, *, only_folders: bool = False) -> Completions:
    """The host paths that begin with a text."""
    base = text.rpartition('/')[2]
    head = text[:len(text) - len(base)]
    return Completions(head, _names(world.listing(head or '.'), base, only_folders=only_folders), are_paths=True)


def _names(listing: Sequence[tuple[str, bool]], base: str, *, only_folders: bool = False) -> tuple[Candidate, ...]:
    names = [
        f'{name}/' if is_folder else name for name, is_folder in listing
        if (is_folder or not only_folders) and (name[0] != '.' or base[:1] == '.')
    ]
    if base and len(names) > MANY:
        start = base.lower()
        names = [name for name in names if name.lower().startswith(start)]
    make = Candidate._make
    return tuple([make((name, '')) for name in names])


def container(text: str, mounts: Sequence[Mount], world: World) -> Completions:
    """The container paths that begin with a text: the destinations of mounts, and what their sources hold."""
    if not text:
        return Completions('', tuple(_destination(mount, mount.destination, world) for mount in mounts), are_paths=True)
    base = text.rpartition('/')[2]
    head = text[:len(text) - len(base)]
    if not head.startswith('/') or '..' in head.split('/'):
        return NOTHING
    folder = clean_path(head)
    source = paths.to_host(folder, mounts)
    found = _names(world.listing(source), base) if source else ()
    there = {candidate.text.rstrip('/') for candidate in found}
    below: dict[str, list[Mount]] = {}
    for mount in mounts:
        rest = (paths.below(mount.destination, folder) or '').lstrip('/')
        if rest and rest.partition('/')[0] not in there:
            below.setdefault(rest.partition('/')[0], []).append(mount)
    ways = [_way(folder.rstrip('/'), first, leading, world) for first, leading in below.items()]
    return Completions(head, (*found, *ways), are_paths=True)


def _way(folder: str, first: str, mounts: Sequence[Mount], world: World) -> Candidate:
    """The way to the destinations below a folder that begin with the same name, as far as they share it."""
    if len(mounts) == 1:
        return _destination(mounts[0], mounts[0].destination[len(folder) + 1:], world)
    shared = first
    for name in mounts[0].destination[len(f'{folder}/{first}/'):].split('/'):
        longer = f'{shared}/{name}'
        if any(paths.below(mount.destination, f'{folder}/{longer}') is None for mount in mounts):
            break
        shared = longer
    return Candidate(f'{shared}/')


def _destination(mount: Mount, text: str, world: World) -> Candidate:
    ending = '/' if world.is_folder(mount.source) and not text.endswith('/') else ''
    return Candidate(text + ending, f'mount of {mount.source}')


def volume(text: str, mounts: Sequence[Mount], world: World) -> Completions:
    """SRC:DST[:MODE]: a host path, a container path, a mode."""
    parts = text.split(':')
    if len(parts) == 1:
        found = host(text, world)
        return found._replace(candidates=tuple(
            each if each.text.endswith('/') else Candidate(f'{each.text}:', '') for each in found.candidates
        ))
    if len(parts) == 2:
        source, there = parts
        found = container(there, mounts, world)
        if not there and source.startswith('/') and source != '/':
            same = Candidate(source.rstrip('/'), 'the same path')
            found = found._replace(candidates=(same, *found.candidates))
        return found.behind(f'{source}:')
    modes = tuple(Candidate(mode, what) for mode, what in MODES.items())
    return Completions(f'{parts[0]}:{parts[1]}:', modes) if len(parts) == 3 else NOTHING


def argument(before: str, word: str, mounts: Sequence[Mount], world: World) -> Completions:
    """A word of a task: container paths where it can only be one, as after -e, and where it begins with a "/"."""
    key, equals, text = word.partition('=')
    head = ''
    if equals and not word.startswith('/'):
        head = f'{key}='
    else:
        key, text = before if before.startswith('-') and '=' not in before else '', word
    items = re.match(r'[\[(](.*,)? *', text)
    if items:
        head, text = head + items.group(), text[items.end():]
    is_path = key in (*SPEC, *OUTPUT) or is_path_key(key)
    if text.startswith('/') or (is_path and not text):
        return container(text, mounts, world).behind(head)
    return NOTHING
