"""How far a task is by the end of its status file: what a column and a message take, and no more than they need."""
from __future__ import annotations

from ..base import reading
from .parse import NotStatus, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .status import Status

END = 1 << 16  # bytes that are read of a file's end
FEW = 6  # lines, which mostly tell it all


def read(path: str) -> Status | None:
    """What the end of a status file says; None where it cannot be read, or is none. A link is not followed.

    It takes as long as the file system does: see base/patience.
    """
    try:
        data, is_whole, modified = reading.end(path, END, follows=False)
    except (OSError, ValueError):
        return None
    return parsed(data, modified, is_whole=is_whole)


def parsed(data: bytes, modified: float | None, *, is_whole: bool) -> Status | None:
    """What the end of a status file says; None where it is none. Values are left out."""
    start = len(data)
    for _ in range(FEW + 1):
        start = data.rfind(b'\n', 0, max(0, start))
    try:
        if start > 0:
            few = parse(data[start:], modified=modified, is_whole=False, has_kpis=False)
            if few.unit:
                return few
    except NotStatus:
        pass
    try:
        return parse(data, modified=modified, is_whole=is_whole, has_kpis=False)
    except NotStatus:
        return None
