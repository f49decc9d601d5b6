"""Replaces a file and keeps the one that was there."""
from __future__ import annotations

import errno
import os

from .files import Whole, followed, remove, sweep, write
from .lock import locked
from .reading import blocks, content


def holds(path: str, data: bytes) -> bool:
    """Whether a file is there and has this content."""
    try:
        return content(path, len(data)) == data
    except OSError:
        return False


def replace(path: str, data: bytes, state: str) -> str:
    """Write a file in place of the one that may be there, which is kept; the path it is kept at, or ''.

    The new one has the old one's mode and, where the caller may give it away, its owner. Through a link of the
    caller's or root's the file it leads to is written. `state` is the folder of the lock that keeps the caller's
    launchers apart. Raises OSError; then everything is as it was.
    """
    path = followed(path)
    if os.path.lexists(path) and not os.path.isfile(path):
        raise FileExistsError(errno.EEXIST, 'it is not a regular file', path)
    if not os.path.isdir(os.path.dirname(path)):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    with locked(state):
        sweep(path)
        if not os.path.lexists(path):
            write(path, data)
            return ''
        kept = ''
        try:
            with Whole(path, kept=os.stat(path, follow_symlinks=False)) as whole:
                whole.add(data)
                kept = _keep(path)
        except BaseException:
            if kept:
                remove(kept)
            raise
        return kept


def _keep(path: str) -> str:
    """Give a file a second name, path.N.bak, and return that."""
    number = 1
    while True:
        kept = f'{path}.{number}.bak'
        try:
            os.link(path, kept, follow_symlinks=False)
        except FileExistsError:
            number += 1
        except OSError:  # a file system without links, or someone else's file
            if os.path.lexists(kept):
                number += 1
                continue
            with Whole(kept, kept=os.stat(path, follow_symlinks=False)) as copy:
                for block in blocks(path):
                    copy.add(block)
            return kept
        else:
            return kept
