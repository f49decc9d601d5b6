"""What folders hold, and how much more they can."""
from __future__ import annotations

import os
from _operator import itemgetter  # without the rest of module operator

from .errors import FileError
from .host import is_absent, path_of
from .text import encoded


def entries(path: str) -> list[tuple[str, bool]]:
    """(name, whether it is a folder) of what a folder holds; nothing of one that cannot be read."""
    try:
        return _entries(path)
    except (OSError, ValueError, FileError):
        return []


def own_entries(path: str, what: str) -> list[tuple[str, bool]]:
    """(name, whether it is a folder) of what a folder of ours holds; nothing where it is not there.

    Raises FileError when it cannot be read, or is no folder; `what` names its role.
    """
    try:
        return _entries(path)
    except (OSError, ValueError) as e:
        if is_absent(path, e):
            return []
        from .unreadable import of_folder

        raise of_folder(e, path, what) from None


def _entries(path: str) -> list[tuple[str, bool]]:
    with os.scandir(encoded(path_of(path))) as entries:
        listed = list(entries)
    # for the many files of a data set: one call for all of them where that can be
    names = os.fsdecode(b'\0'.join([entry.name for entry in listed])).split('\0')
    try:
        kinds = [entry.is_dir() for entry in listed]
    except OSError:
        kinds = list(map(_is_folder, listed))
    return sorted(zip(names, kinds), key=itemgetter(0))


def _is_folder(entry: os.DirEntry[bytes]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself, or to where the caller may not look
        return False


def free_bytes(folder: str) -> int | None:
    """Free bytes of the file system that a folder is on; None where it cannot be told."""
    try:
        found = os.statvfs(folder)
    except (OSError, ValueError):  # a path that cannot be one
        return None
    return found.f_bavail * found.f_frsize
