"""What is in the way of a wheel: files in a checkout that another user than its builder has left, such as root."""
from __future__ import annotations

import os

from ..base import access
from ..base.errors import CheckFailed
from ..base.shell import quote
from ..base.text import encoded, plural
from ..base.users import name
from ..engine.remedies import as_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..engine.remedies import Machine

SHOWN = 5
LIB, MAKEFILE = 'lib', 'Makefile'


def check_read_only(*paths: str) -> None:
    """Raise CheckFailed for the first of these paths of a checkout that is on a file system nobody may write to."""
    for path in paths:
        if access.is_read_only(path):
            raise CheckFailed(
                f'{path}: on a file system that is mounted read-only, and the build of the wheel writes there',
                advice='mount it for writing, or build the wheel in a copy of the checkout',
            )


def check(root: str, uid: int, groups: Sequence[int], here: Machine, kernels: str = '') -> None:
    """Raise CheckFailed, with the line that helps, for what this user may not replace who builds the wheel.

    `groups` are those of that user, the primary one first; `kernels` as for `in_the_way`.
    """
    found = list(in_the_way(root, uid, groups, kernels))
    check_read_only(*found)
    if found:
        more = len(found) - SHOWN
        raise CheckFailed(
            f'{root}: the wheel is built as uid {uid}, which may not replace {plural(len(found), "path")} there',
            *(f'{path} belongs to {name(os.lstat(encoded(path)).st_uid)}' for path in found[:SHOWN]),
            *([f'and {more} more'] if more > 0 else []),
            advice=f'{as_root(here, f"chown -hR {uid}:{groups[0]} {quote(root)}")}  # or --no-check',
        )


def in_the_way(root: str, uid: int, groups: Sequence[int], kernels: str = '') -> Iterator[str]:
    """What a wheel's build writes and this user may not: the root, build, dist, *.egg-info and what is in them, and
    folders with byte code, which setup.py of the backends removes.

    In the folder `kernels` also what has kernels or their sources, which are built before; '' for none.
    """
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(each for each in folders if each != '.git')
        path = os.path.relpath(folder, root)
        top = path.partition('/')[0]
        is_made = top in ('build', 'dist') or top.endswith('.egg-info')
        is_written = top == '.' or is_made or any(each.endswith('.pyc') for each in names)
        if is_written or (top == kernels and _has_kernels(folder, folders)):
            if _is_closed(folder, uid, groups):
                yield folder
                continue
        for each in sorted(names) if is_made else ():
            path = os.path.join(folder, each)
            if not os.path.islink(path) and _is_closed(path, uid, groups):
                yield path


def _is_closed(path: str, uid: int, groups: Sequence[int]) -> bool:
    return access.is_read_only(path) or not access.writable_by(path, uid, groups)


def _has_kernels(folder: str, folders: Sequence[str]) -> bool:
    """Whether make writes into a folder: lib/OP with a Makefile has the objects, lib itself the libraries.

    A library of someone else's in it is no hindrance: the linker puts another file in its place.
    """
    parent, name = os.path.split(folder)
    if os.path.basename(parent) == LIB and os.path.isfile(f'{folder}/{MAKEFILE}'):
        return True
    return name == LIB and any(os.path.isfile(f'{folder}/{each}/{MAKEFILE}') for each in folders)
