"""From container paths to host paths through the mounts, and back; and where the links on the way lead. Pure."""
from __future__ import annotations

from ..base.record import Record
from ..settings.values import clean_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Optional

    from ..settings.values import Mount

    Link = Callable[[str], Optional[str]]  # what a link on the host holds; None for what is no link

# As for the kernel: more links are a loop, a longer path is none.
MANY_LINKS = 40
LONGEST = 4096


# Folders that every image has too, so that a path below them says nothing about the host.
OF_THE_IMAGE = ('/bin', '/dev', '/etc', '/lib', '/lib64', '/opt', '/proc', '/sbin', '/sys', '/usr', '/var')
# Those without which nothing in the image works.
FILLED = frozenset((
    '/', *OF_THE_IMAGE, '/opt/nvidia', '/usr/bin', '/usr/include', '/usr/lib', '/usr/lib64', '/usr/local',
    '/usr/local/bin', '/usr/local/cuda', '/usr/local/lib', '/usr/sbin', '/usr/share', '/var/lib',
))

# Folders that every image has as well, where what is below them is someone's own.
EMPTY_IN_THE_IMAGE = ('/home', '/media', '/mnt', '/root', '/run', '/srv', '/tmp')


class Led(Record):
    """Where a container path leads, links followed as the container follows them.

    link is the first one on the way, '' for none. Where `path` is under no mount, `host_path` is what the same links
    lead to on the host.
    """

    path: str
    link: str = ''
    host_path: str = ''


def below(path: str, folder: str) -> str | None:
    """What follows `folder` in `path` ('' for the folder itself); None for a path elsewhere."""
    folder = folder.rstrip('/')
    if path == (folder or '/'):
        return ''
    return path[len(folder):] if path.startswith(folder + '/') else None


def is_of_the_image(path: str) -> bool:
    """Whether a path is below a folder that every image has."""
    return any(below(path, folder) is not None for folder in OF_THE_IMAGE)


def hides_the_image(destination: str) -> bool:
    """Whether a mount at this container path hides files that an image needs."""
    return destination in FILLED


def to_host(path: str, mounts: Iterable[Mount]) -> str | None:
    """The host path of a container path, by the innermost mount; None under no mount."""
    found = innermost(path, mounts)
    return joined(found[0].source, found[1]) if found else None


def innermost(path: str, mounts: Iterable[Mount]) -> tuple[Mount, str] | None:
    """(the mount that has a container path, what follows its destination there); None under no mount."""
    rests = ((mount, below(path, mount.destination)) for mount in mounts)
    found = [(mount, rest) for mount, rest in rests if rest is not None]
    return max(found, key=lambda pair: len(pair[0].destination)) if found else None


def to_container(path: str, mounts: Sequence[Mount]) -> list[str]:
    """Every container path of a host path, that of the innermost source first, and of these the same path.

    Where a mount inside another one hides it, it has none.
    """
    rests = ((mount, below(path, mount.source)) for mount in mounts)
    found = [
        (len(mount.source.rstrip('/')), joined(mount.destination, rest)) for mount, rest in rests if rest is not None
    ]
    found.sort(key=lambda pair: (-pair[0], pair[1] != path))
    return list(dict.fromkeys(there for _, there in found if to_host(there, mounts) == path))


def inside(path: str, mounts: Sequence[Mount], real: Callable[[str], str]) -> list[str]:
    """As to_container; a path that is below no source as it is written may be so once links are followed.

    `real` follows those of the host.
    """
    found = to_container(path, mounts)
    return found or to_container(real(path), [mount._replace(source=real(mount.source)) for mount in mounts])


def is_below_a_source(path: str, mounts: Sequence[Mount], real: Callable[[str], str] = str) -> bool:
    """Whether a host path is below the source of a mount that is no folder of every image; `real` as in `inside`."""
    sources = [mount.source for mount in mounts if mount.source not in ('/', *OF_THE_IMAGE)]
    return any(below(real(path), real(source)) is not None for source in sources)


def joined(folder: str, rest: str) -> str:
    """A folder and what follows it in a path, which is '' or begins with a "/"."""
    return folder.rstrip('/') + rest or '/'


def follow(path: str, mounts: Sequence[Mount], link: Link) -> Led:
    """Where a container path leads: a link on a mount is followed in the container, not on the host."""
    led = Led(path)
    for _ in range(MANY_LINKS):
        found = innermost(led.path, mounts)
        step = _next_link(found[1], found[0], link) if found else None
        if not found or step is None:
            break
        place, target, rest = step
        there, here = (joined(folder, place) for folder in (found[0].destination, found[0].source))
        led = Led(_leads(there, target, rest), led.link or there, _leads(here, target, rest))
    return led


def _next_link(rest: str, mount: Mount, link: Link) -> tuple[str, str, str] | None:
    """(the first link of a path below a mount, what it holds, what follows it); None without a link."""
    end = 0 if len(rest) <= LONGEST else len(rest)
    while end < len(rest):
        end = rest.find('/', end + 1)
        end = len(rest) if end < 0 else end
        target = link(joined(mount.source, rest[:end]))
        if target:
            return rest[:end], target, rest[end:]
    return None


def _leads(link: str, target: str, rest: str) -> str:
    return clean_path((target if target.startswith('/') else f'{link.rpartition("/")[0]}/{target}') + rest)


def without_dots(path: str, mounts: Sequence[Mount], link: Link) -> str | None:
    """An absolute path without ".."; None where that is not known."""
    parts = path.split('/')
    if '..' not in parts or parts[0]:
        return path
    if len(path) > LONGEST:
        return None
    for i, part in enumerate(parts):
        host_path = to_host(clean_path('/'.join(parts[:i])), mounts) if part == '..' else None
        if part == '..' and (host_path is None or link(host_path) is not None):
            return None  # of the image's own folders, which may be links
    return clean_path(path)


def volume(path: str, there: str, look: Callable[[str], bool | None]) -> str:
    """The option that mounts a host path at a container path: the folder that it is or is in.

    '' for a folder that every image has, which the mount would hide.
    """
    folder = there.rpartition('/')[0]
    if not look(f'{path}/.') and path.count('/') > 1 and folder and not _is_everyones(folder):
        path, there = path.rpartition('/')[0], folder
    if _is_everyones(there):
        return ''
    if ':' in path + there:
        return 'in the mounts file'  # --volume cannot carry it
    from ..base.shell import quote

    return f'--volume {quote(f"{path}:{there}")}'


def _is_everyones(folder: str) -> bool:
    return folder in FILLED or folder in EMPTY_IN_THE_IMAGE
