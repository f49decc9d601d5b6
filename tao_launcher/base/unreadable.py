"""Why a file or a folder of ours cannot be read."""
from __future__ import annotations

import os

from .errors import FileError
from .reading import NotRegular, TooLarge
from .shell import quote
from .text import encoded


def of_file(error: Exception, path: str, what: str) -> FileError:
    """The error for a file that cannot be read for that one; `what` names the file's role."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        if os.path.islink(path):
            return FileError(path, f'is a link to {os.readlink(path)}, which is not there')
        return FileError(path, 'no such file', f'it is the {what}', f'nearest existing folder: {nearest_parent(path)}')
    if isinstance(error, IsADirectoryError):
        return FileError(path, f'is a folder, expected the {what}')
    if isinstance(error, NotRegular):
        return FileError(path, f'is {error.kind}, expected the {what}')
    if isinstance(error, TooLarge):
        return FileError(path, f'{error.strerror}, so it cannot be the right file')
    return _refused(error, path, f'ls -l {quote(path)}')


def of_folder(error: Exception, path: str, what: str) -> FileError:
    """The same for a folder."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        if os.path.islink(path):
            return FileError(path, f'is a link to {os.readlink(path)}, which is not a folder')
        return FileError(path, f'is a file, expected the {what}')
    return _refused(error, path, f'ls -ld {quote(path)}')


def _refused(error: Exception, path: str, advice: str) -> FileError:
    if isinstance(error, PermissionError):
        return FileError(path, 'cannot be read (permission denied)', advice=advice)
    return FileError(path, f'cannot be read ({getattr(error, "strerror", error)})')


def nearest_parent(path: str) -> str:
    """The closest existing folder above a path."""
    parent = os.path.dirname(path)
    while parent != os.path.dirname(parent) and not os.path.isdir(encoded(parent)):
        parent = os.path.dirname(parent)
    return parent or '.'
