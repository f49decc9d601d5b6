"""Reads status files: where they are, their ends and a sample of the rest, and never for longer than is said."""
from __future__ import annotations

import errno
import os

from ..base import patience, reading
from ..base.text import encoded
from .parse import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    from .status import Status

    T = TypeVar('T')

NAME = 'status.json'
END = 1 << 18  # bytes that are read of a file's end
SAMPLES, SAMPLE = 96, 1 << 12  # blocks that are read of what is before it, and their bytes
SECONDS = 2.0  # for one file
FOLDERS = 1000  # entries of a results folder that are looked at


def read(
    path: str, *, end: int = END, samples: int = SAMPLES, seconds: float = SECONDS, follows: bool = True,
) -> Status:
    """What a status file says.

    Of a large file only the last `end` bytes are read, and before them the lines at `samples` places: a column needs
    none, a plot does. A link is followed, or refused. Raises OSError (TimeoutError after `seconds`, as on a dead mount;
    NotRegular), and NotStatus.
    """
    return _within(seconds, path, lambda: _read(path, end, samples, follows=follows))


def several(paths: Sequence[str], *, end: int = END, samples: int = 0, seconds: float = SECONDS) -> list[
    Status | Exception
]:
    """What these files say, or the errors of `read`, in their order; all at once, so in `seconds` altogether."""
    found: dict[str, Status | Exception] = {}

    def one(path: str) -> Callable[[], None]:
        def run() -> None:
            try:
                found[path] = _read(path, end, samples)
            except (OSError, ValueError) as e:
                found[path] = e
        return run

    different = list(dict.fromkeys(paths))
    patience.all_within(seconds, [one(path) for path in different])
    answers = dict(found)  # a late one changes nothing any more
    return [answers.get(path, _late(path, seconds)) for path in paths]


def find(folder: str, subtask: str = '', *, seconds: float = SECONDS) -> str:
    """The path of the status file of a results folder, or of a path that is one already; '' where there is none.

    The subtask's own folder (train, evaluate) comes first, then the folder itself, then whichever folder in it has the
    newest. Raises OSError: TimeoutError after `seconds`, and where a folder may not be searched.
    """
    return _within(seconds, folder, lambda: _find(folder, subtask))


def _within(seconds: float, path: str, ask: Callable[[], T]) -> T:
    try:
        return patience.within(seconds, ask)
    except patience.Late:
        raise _late(path, seconds) from None


def _late(path: str, seconds: float) -> TimeoutError:
    return TimeoutError(errno.ETIMEDOUT, f'no answer in {seconds:g} s', path)


def _find(folder: str, subtask: str) -> str:
    if not os.path.isdir(encoded(folder)):
        os.stat(encoded(folder))  # to say why
        return folder
    for place in ([f'{folder}/{subtask}/{NAME}'] if subtask and '/' not in subtask else []) + [f'{folder}/{NAME}']:
        if os.path.exists(encoded(place)):
            return place
    newest = max(below(folder), default=(0.0, ''))
    return newest[1]


def below(folder: str) -> Iterator[tuple[float, str]]:
    """(when it was written to, path) of the status files in a folder's folders."""
    with os.scandir(encoded(folder)) as entries:
        for _, entry in zip(range(FOLDERS), entries):
            place = f'{folder}/{os.fsdecode(entry.name)}/{NAME}'
            try:
                yield os.stat(encoded(place)).st_mtime, place
            except OSError:
                continue


def _read(path: str, end: int, samples: int, *, follows: bool = True) -> Status:
    number = reading.opened(path, follows=follows)
    try:
        found = os.fstat(number)
        start = max(0, found.st_size - end)
        earlier = [_line(number, start * i // samples, start) for i in range(samples)] if start else []
        data = os.pread(number, end, start)
    finally:
        os.close(number)
    return parse(data, earlier=filter(None, earlier), modified=found.st_mtime, is_whole=not start)


def _line(number: int, at: int, limit: int) -> bytes:
    """The first whole line at or after a place, if there is one in the block there."""
    block = os.pread(number, min(SAMPLE, limit - at), at)
    begin = block.find(b'\n') + 1 if at else 0
    finish = block.find(b'\n', begin)
    return block[begin:finish].strip() if finish >= 0 and (begin or not at) else b''
