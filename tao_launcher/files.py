"""Files of ours: written whole or not at all, read a block at a time."""
from __future__ import annotations

import hashlib
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

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
    kept = os.stat(path)
    try:
        with Whole(path) as whole:
            whole.add(after)
            whole.take_over(kept)
            if b''.join(blocks(path)) != before:
                raise _Changed
    except _Changed:
        return False
    return True


class _Changed(Exception):
    """Somebody else has written the file."""


class Whole:
    """A file that is there under its name once all of it was added, and not before. Raises OSError."""

    def __init__(self, path: str) -> None:
        self.path, self.size, self.digest = path, 0, hashlib.sha256()

    def __enter__(self) -> Whole:
        self._file = open(f'{self.path}.part', 'wb', buffering=0)
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


def remove(path: str) -> None:
    """Remove a file, if it is there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
