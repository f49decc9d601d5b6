"""What of the mounts will not do for the job's user, or hides what the image needs, and shows before the launch.

Pure but for what the caller finds on the host.
"""
from __future__ import annotations

from ..base.record import Record
from ..base.shell import quote
from .paths import FILLED, below, follow, innermost, joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..settings.values import Mount
    from .arguments import Argument
    from .paths import Link
    from .plan import Plan

# Names of folders that jobs write to, or the ends of such names.
WRITTEN = ('results', 'result', 'outputs', 'output', 'cache', 'experiments', 'checkpoints', 'logs')
OF_THE_KERNEL = ('/dev', '/proc', '/sys')
OF_THE_RUNNERS = '/workspace'  # where their images have the backends' own files


class JobUser(Record):
    """Who the job is to the files of this host; `shown` is UID[:GID], groups is None where not all are known."""

    shown: str
    uid: int
    groups: frozenset[int] | None


def hiding(plan: Plan) -> list[str]:
    """Notices about mounts over folders that the image has files in."""
    found = []
    own = {mount.destination: mount.source for mount in plan.target.mounts}
    for mount in plan.mounts:
        place, origin = mount.destination, f'({mount.origin})'
        if own.get(place) == mount.source:
            continue
        if place in own:
            found.append(f'{mount.source} is mounted at {place} {origin}, where {plan.target.program} has the checkout')
        elif place in FILLED and place not in OF_THE_KERNEL or plan.target.program and place == OF_THE_RUNNERS:
            found.append(f'{mount.source} is mounted over {place} {origin}: the image\'s own files there are hidden')
    return found


def in_roots_home(plan: Plan, user: JobUser) -> list[str]:
    """Notices about mounts in the home of root, which is not that of the job's user."""
    home = next((word.partition('=')[2] for word in plan.variables if word.startswith('HOME=')), '')
    if not home or below(home, '/root') is not None:
        return []
    rests = ((mount, below(mount.destination, '/root')) for mount in plan.mounts)
    return [
        f'{mount.destination} ({mount.origin}) is in the home of root; the job runs as {user.shown}, whose home is '
        f'{home}: mount it at {joined(home, rest)}'
        for mount, rest in rests if rest is not None
    ]


def unwritable(
    outputs: Sequence[Argument], mounts: Sequence[Mount], link: Link,
    exists: Callable[[str], bool | None], may_write: Callable[[str], bool],
) -> list[tuple[str, str, str]]:
    """(container path, host path, the host path that is not writable) of where the job's user cannot write.

    `outputs` are absolute. Mounts by whose names jobs write there count too, unless they are for reading only.
    """
    paths = [follow(each.path, mounts, link).path for each in outputs]
    paths += [mount.destination for mount in mounts if is_written(mount)]
    found = []
    for path in dict.fromkeys(paths):
        where = innermost(path, mounts)
        if not where or 'ro' in where[0].mode.split(','):
            continue
        host_path = there = joined(where[0].source, where[1])
        while len(there) > len(where[0].source) and exists(there) is False:
            there = there.rpartition('/')[0]
        if not may_write(there):
            found.append((path, host_path, there))
    return found


def is_written(mount: Mount) -> bool:
    """Whether a mount's name says that jobs write there."""
    name = mount.destination.rpartition('/')[2].lower()
    return mount.origin.kind != 'setting' and any(
        name == each or name.endswith((f'-{each}', f'_{each}', f'.{each}')) for each in WRITTEN
    )


def remedy(host_path: str, there: str, user: JobUser, *, is_own: bool) -> str:
    """The command that opens a folder to the job's user, or makes it; root has to give it unless the user owns it."""
    if is_own:
        return f'chmod u+rwx {quote(there)}'
    uid, colon, gid = user.shown.partition(':')
    if host_path == there:
        return f'chown {user.shown} {quote(host_path)}'
    return f'install -d -o {uid}{f" -g {gid}" if colon else ""} {quote(host_path)}'
