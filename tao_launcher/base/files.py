"""Files of ours: written whole or not at all, read a block at a time."""
from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from contextlib import contextmanager, suppress

from .text import encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BLOCK = 1 << 20  # bytes


def blocks(path: str) -> Iterator[bytes]:
    """A file's content, a block at a time. Raises OSError."""
    with open(path, 'rb') as f:
        while True:
            block = f.read(BLOCK)
            if not block:
                return
            yield block


def write(path: str, data: bytes) -> tuple[int, str]:
    """Write a file whole or not at all; its (bytes, sha256). Raises OSError."""
    with Whole(path) as whole:
        whole.add(data)
    return whole.size, whole.digest.hexdigest()


def exchange(path: str, before: bytes, after: bytes) -> bool:
    """Replace a file's content, unless it is not `before` any more: False, and it stays. Raises OSError.

    The file keeps its mode, and its owner where the caller may give it away.
    """
    try:
        with _only_one(os.path.dirname(path)), Whole(path) as whole:
            whole.add(after)
            whole.take_over(os.stat(path))
            if b''.join(blocks(path)) != before:
                raise _Changed
    except _Changed:
        return False
    return True


class _Changed(Exception):
    """Somebody else has written the file."""


class Whole:
    """A file that is there under its name once all of it was added, and not before. Raises OSError.

    `mode` are its permissions, where they are not to be the usual ones.
    """

    def __init__(self, path: str, mode: int | None = None) -> None:
        self.path, self.size, self.digest, self._mode = path, 0, hashlib.sha256(), mode

    def __enter__(self) -> Whole:
        self._file = open(f'{self.path}.part', 'wb', buffering=0)
        if self._mode is not None:
            os.fchmod(self._file.fileno(), self._mode)
        return self

    def add(self, data: bytes) -> None:
        """Write data behind what is there."""
        self.digest.update(data)
        self.size += len(data)
        view = memoryview(data)
        while view:
            view = view[self._file.write(view):]

    def take_over(self, kept: os.stat_result) -> None:
        """Have the mode and, where that may be, the owner of another file."""
        number = self._file.fileno()
        if (kept.st_uid, kept.st_gid) != (os.fstat(number).st_uid, os.fstat(number).st_gid):
            try:
                os.fchown(number, kept.st_uid, kept.st_gid)
            except PermissionError:
                pass
        os.fchmod(number, kept.st_mode & 0o7777)

    def __exit__(self, kind: object, error: object, at: object) -> None:
        try:
            if kind is None:
                os.fsync(self._file.fileno())
        except OSError:
            kind = OSError
            raise
        finally:
            self._file.close()
            if kind is None:
                os.replace(f'{self.path}.part', self.path)
            else:
                remove(f'{self.path}.part')


def holds(path: str, data: bytes) -> bool:
    """Whether a file is there and has this content."""
    try:
        return b''.join(blocks(path)) == data
    except OSError:
        return False


def replace(path: str, data: bytes) -> str:
    """Write a file in place of the one that may be there, which is kept; the path it is kept at, or ''.

    Through a link the file behind it is written. Raises OSError; then everything is as it was.
    """
    path = os.path.realpath(path)
    if os.path.lexists(path) and not os.path.isfile(path):
        raise FileExistsError(errno.EEXIST, 'it is no ordinary file', path)
    with _only_one(os.path.dirname(path)):
        if not os.path.lexists(path):
            write(path, data)
            return ''
        kept = ''
        try:
            with Whole(path, os.stat(path).st_mode & 0o777) as whole:
                whole.add(data)
                kept = _keep(path)
        except BaseException:
            if kept:
                remove(kept)
            raise
        return kept


@contextmanager
def _only_one(folder: str) -> Iterator[None]:
    """While this is held no other of us replaces a file in that folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems know no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _keep(path: str) -> str:
    """Give a file a second name, path.N.bak, and return that."""
    number = 1
    while True:
        kept = f'{path}.{number}.bak'
        try:
            os.link(path, kept)
        except FileExistsError:
            number += 1
        except OSError:  # a file system without links, or somebody else's file
            if os.path.lexists(kept):
                number += 1
                continue
            with Whole(kept, os.stat(path).st_mode & 0o777) as copy:
                for block in blocks(path):
                    copy.add(block)
            return kept
        else:
            return kept


def make_folders(path: str, made: list[str], owner: tuple[int, int] | None = None, mode: int = 0o777) -> None:
    """Make a folder (an absolute path) and those above it, and add them to `made`, the uppermost first.

    Raises OSError.
    """
    missing = []
    while not os.path.isdir(encoded(path)):
        if os.path.lexists(encoded(path)):
            raise FileExistsError(errno.EEXIST, 'there is something else, and no folder', path)
        missing.append(path)
        path = os.path.dirname(path)
    for folder in reversed(missing):
        os.mkdir(encoded(folder), mode)
        made.append(folder)
        if owner:
            os.chown(encoded(folder), *owner)


def remove_folders(paths: Sequence[str]) -> None:
    """Remove folders that were made, as far as they are still empty."""
    for path in reversed(paths):
        try:
            os.rmdir(encoded(path))
        except OSError:
            pass


def remove(path: str) -> None:
    """Remove a file, if it is there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
