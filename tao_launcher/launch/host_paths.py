"""--host-path: what the daemon calls the folders of a launcher that is in a container. Pure."""
from __future__ import annotations

from ..base.shell import quote
from .paths import below, joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..settings.values import HostPath, Mount
    from .plan import Plan


def translated(made: Plan) -> Plan:
    """The plan with the sources as the daemon has them, and notices about what is said of none."""
    paths = made.settings.host_paths
    notices = (*made.notices, *without_use(made.mounts, paths))
    return made._replace(mounts=of_the_daemon(made.mounts, paths), notices=notices)


def of_the_daemon(mounts: Sequence[Mount], paths: Sequence[HostPath]) -> tuple[Mount, ...]:
    """The mounts with their sources as the daemon has them."""
    return tuple(_translated(mount, paths) for mount in mounts)


def _translated(mount: Mount, paths: Sequence[HostPath]) -> Mount:
    path = known(mount.source, paths)
    if not path or path.here == path.there:
        return mount
    rest = below(mount.source, path.here) or ''
    return mount._replace(source=joined(path.there, rest), here=mount.source)


def known(source: str, paths: Sequence[HostPath]) -> HostPath | None:
    """What is said of a source: of the folders that have it, the innermost one's."""
    found = [path for path in paths if below(source, path.here) is not None]
    return max(found, key=lambda path: len(path.here)) if found else None


def without_use(mounts: Sequence[Mount], paths: Sequence[HostPath]) -> list[str]:
    """Notices about folders of the option under which no source is; a variable may be set for all launches."""
    return [
        f'{path.origin} {path.here}={path.there}: no mount source is under {path.here}' for path in paths
        if path.origin.kind == 'option' and all(below(mount.source, path.here) is None for mount in mounts)
    ]


def may_be_others(mounts: Sequence[Mount], paths: Sequence[HostPath], mark: str) -> list[str]:
    """A notice about sources of which the daemon's path is not known; `mark` shows that we are in a container."""
    unknown = [*dict.fromkeys(mount.source for mount in mounts if not known(mount.source, paths))]
    if not unknown:
        return []
    shown = ', '.join(unknown[:3]) + (f' and {len(unknown) - 3} more' if len(unknown) > 3 else '')
    return [
        f'the launcher is in a container ({mark}): the daemon takes {shown} for paths of its own machine, where they '
        f'may be other folders or none; --host-path {quote(unknown[0])}=THERE says which, --host-path /=/ that they '
        'are the same'
    ]


def ours(path: str, paths: Sequence[HostPath]) -> str:
    """Our path of one of the daemon's; '' where nothing is said of it."""
    rests = [(found, below(path, found.there)) for found in paths]
    said = [(found, rest) for found, rest in rests if rest is not None]
    if not said:
        return ''
    found, rest = max(said, key=lambda pair: len(pair[0].there))
    return joined(found.here, rest)
