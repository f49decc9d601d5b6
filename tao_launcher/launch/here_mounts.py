"""Mounts without a container: what is at their places on this machine, and links for those that are missing. Pure."""
from __future__ import annotations

from ..base.record import Record
from .paths import below, joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..settings.values import Mount
    from .path_notices import Look

# What is at a mount's destination here: its source, or what nobody can tell from it; something else; nothing, but the
# source is there; neither.
HERE, OTHER, ABSENT, NOWHERE = 'here', 'other', 'absent', 'nowhere'


class Placed(Record):
    """A mount, and what is at its destination: `path` is where that is, through links that are still to be made."""

    mount: Mount
    state: str
    path: str


def placed(
    mounts: Sequence[Mount], look: Look, is_same: Callable[[str, str], bool], *, with_links: bool,
) -> list[Placed]:
    """What is at the destination of each mount; with `with_links` a link is made before those below it are looked at.

    The outer ones come first.
    """
    found: list[Placed] = []
    for mount in sorted(mounts, key=lambda mount: mount.destination.count('/')):
        links = [each for each in found if with_links and each.state == ABSENT]
        path = _through(mount.destination, links)
        there, source = look(path), look(mount.source)
        if there is False:
            state = NOWHERE if source is False else ABSENT
        else:
            is_other = there and source and path != mount.source and not is_same(mount.source, path)
            state = OTHER if is_other else HERE
        found.append(Placed(mount, state, path))
    return found


def _through(path: str, links: Sequence[Placed]) -> str:
    """Where a path is once these links are there: the innermost decides."""
    for link in reversed(links):
        rest = below(path, link.mount.destination)
        if rest is not None:
            return joined(link.mount.source, rest)
    return path


def commands(links: Sequence[Placed], look: Look) -> Iterator[tuple[str, ...]]:
    """The commands that make these links, the outer ones first, and the folders above them that are missing."""
    made: set[str] = set()
    for link in links:
        parent = link.mount.destination.rpartition('/')[0] or '/'
        above = link.path.rpartition('/')[0] or '/'
        if look(above) is False and parent not in made:
            made.add(parent)
            yield ('mkdir', '-p', parent)
        # -n: what someone else has made a link in the meantime is no folder to put another one into
        yield ('ln', '-sn', link.mount.source, link.mount.destination)
