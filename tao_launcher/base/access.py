"""Whether a user may write somewhere on this host, who need not be the one who asks."""
from __future__ import annotations

import os

from .text import encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# Entries of an access list (linux/posix_acl.h); their permissions are those of a mode.
OWNER, USER, OWNING_GROUP, GROUP, MASK, OTHER = 1, 2, 4, 8, 16, 32
WRITE, SEARCH = os.W_OK, os.X_OK


def writable_by(path: str, uid: int, groups: Collection[int]) -> bool:
    """Whether this user may write to a file, or make files in a folder; True where that cannot be told.

    Of the one who asks the kernel knows. Of others, and of groups that the one who asks is not in, the mode and the
    access list tell, not a file system's own rules.
    """
    try:
        found = os.stat(encoded(path))
        if uid == 0:
            return True
        wanted = WRITE | SEARCH if found.st_mode & 0o170000 == 0o040000 else WRITE
        if uid == os.geteuid():
            may = os.access(encoded(path), wanted, effective_ids=os.access in os.supports_effective_ids)
            if may or is_read_only(path) or {*groups} <= {os.getegid(), *os.getgroups()}:
                return may
    except (OSError, ValueError):
        return True
    mode = found.st_mode
    listed = [*_access_list(path)] or [
        (OWNER, mode >> 6, 0), (OWNING_GROUP, mode >> 3, 0), (OTHER, mode, 0),
    ]
    return _granted(listed, wanted, is_owner=uid == found.st_uid, uid=uid, groups=groups, group=found.st_gid)


def _granted(
    listed: Collection[tuple[int, int, int]], wanted: int, *, is_owner: bool, uid: int, groups: Collection[int],
    group: int,
) -> bool:
    """Whether the entries (tag, permissions, id) grant what is wanted; the first class that fits decides."""
    mask = next((permissions for tag, permissions, _ in listed if tag == MASK), 7)
    classes = (
        [permissions for tag, permissions, _ in listed if tag == OWNER and is_owner],
        [permissions & mask for tag, permissions, who in listed if tag == USER and who == uid],
        [
            permissions & mask for tag, permissions, who in listed
            if tag == OWNING_GROUP and group in groups or tag == GROUP and who in groups
        ],
        [permissions for tag, permissions, _ in listed if tag == OTHER],
    )
    fitting = next((each for each in classes if each), [7])
    return any(permissions & wanted == wanted for permissions in fitting)


def _access_list(path: str) -> Iterator[tuple[int, int, int]]:
    """(tag, permissions, id) of each entry of a path's access list; nothing where it has only a mode."""
    try:
        data = os.getxattr(encoded(path), 'system.posix_acl_access')
    except (OSError, AttributeError):  # of which not every system has any
        return
    for at in range(4, len(data) - 7, 8):
        tag, permissions, who = (
            int.from_bytes(data[at + first:at + last], 'little') for first, last in ((0, 2), (2, 4), (4, 8))
        )
        yield tag, permissions, who


def owner(path: str) -> int | None:
    """The uid of who owns a path, links followed; None where it cannot be told."""
    try:
        return os.stat(encoded(path)).st_uid
    except (OSError, ValueError):
        return None


def is_read_only(path: str) -> bool:
    """Whether a path is on a file system that is mounted for reading only."""
    try:
        return bool(os.statvfs(encoded(path)).f_flag & os.ST_RDONLY)
    except (OSError, ValueError):
        return False
