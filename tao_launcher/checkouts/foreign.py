"""What is in the way of a wheel: files in a checkout that another user than its builder has left, such as root."""
from __future__ import annotations

import os

from ..base import access
from ..base.errors import CheckFailed
from ..base.ownership import name
from ..base.shell import quote
from ..base.text import encoded, plural
from ..engine.remedies import as_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..engine.remedies import Machine

SHOWN = 5


def check(root: str, uid: int, groups: Sequence[int], here: Machine) -> None:
    """Raise CheckFailed, with the line that helps, for what this user may not replace who builds the wheel.

    `groups` are those of that user, the primary one first.
    """
    found = list(in_the_way(root, uid, groups)) if uid else []
    if found:
        more = len(found) - SHOWN
        raise CheckFailed(
            f'{root}: the wheel is built as uid {uid}, which may not replace {plural(len(found), "path")} there',
            *(f'{path} belongs to {name(os.lstat(encoded(path)).st_uid)}' for path in found[:SHOWN]),
            *([f'and {more} more'] if more > 0 else []),
            advice=f'{as_root(here, f"chown -hR {uid}:{groups[0]} {quote(root)}")}  # or --no-check',
        )


def in_the_way(root: str, uid: int, groups: Sequence[int]) -> Iterator[str]:
    """What a wheel's build writes and this user may not: the root, build, dist, *.egg-info and what is in them, and
    folders with byte code, which setup.py of the backends removes."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(each for each in folders if each != '.git')
        top = os.path.relpath(folder, root).partition('/')[0]
        is_made = top in ('build', 'dist') or top.endswith('.egg-info')
        if top == '.' or is_made or any(each.endswith('.pyc') for each in names):
            if not access.writable_by(folder, uid, groups):
                yield folder
                continue
        for each in sorted(names) if is_made else ():
            path = os.path.join(folder, each)
            if not os.path.islink(path) and not access.writable_by(path, uid, groups):
                yield path
