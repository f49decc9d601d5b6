"""Reads files: regular ones, without ever waiting for one, and never more of it than its limit."""
from __future__ import annotations

import errno
import os

from .text import encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 1 << 20  # bytes
# The caller's own descriptors, which a shell's <(...) names as well. No other pipe is read.
OWN_PIPES = ('/dev/fd/', '/dev/stdin', '/proc/self/fd/')
PATIENCE = 30.0  # seconds that such a pipe may stay silent
TYPE_BITS, REGULAR, PIPE, FOLDER = 0o170000, 0o100000, 0o010000, 0o040000
KINDS = {PIPE: 'a pipe', 0o140000: 'a socket', 0o020000: 'a device', 0o060000: 'a device'}


class NotRegular(OSError):
    """There is a pipe, a socket or a device; `kind` says which."""

    kind = 'not a regular file'


class TooLarge(OSError):
    """There is more in the file than is read of it."""


def opened(path: str, *, takes_pipe: bool = False, follows: bool = True) -> int:
    """A descriptor that reads the regular file at a path; `follows` links, or refuses one.

    With `takes_pipe` (for a path that the user has named) it may read a pipe of the caller's own: /dev/stdin, or
    the /dev/fd/63 of a shell's <(...). Reading one can raise BlockingIOError. Raises OSError, NotRegular among them.
    """
    word = encoded(path)
    takes_pipe = takes_pipe and path.startswith(OWN_PIPES)
    _check(os.stat(word, follow_symlinks=follows), path, takes_pipe=takes_pipe)  # to open a device may set it going
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | (0 if follows else os.O_NOFOLLOW)
    number = os.open(word, flags)
    try:
        _check(os.fstat(number), path, takes_pipe=takes_pipe)  # it may be another by now
    except BaseException:
        os.close(number)
        raise
    return number


def _check(found: os.stat_result, path: str, *, takes_pipe: bool) -> None:
    kind = found.st_mode & TYPE_BITS
    if kind == REGULAR or (kind == PIPE and takes_pipe):
        return
    if kind == FOLDER:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    error = NotRegular(errno.EINVAL, f'is {KINDS.get(kind, "not a regular file")}', path)
    error.kind = KINDS.get(kind, error.kind)
    raise error


def content(path: str, limit: int, *, takes_pipe: bool = False, follows: bool = True) -> bytes:
    """What a file holds, up to `limit` bytes; for the rest see `opened`.

    Raises OSError: TooLarge before anything is read where the file says its size, TimeoutError for a silent pipe.
    """
    number = opened(path, takes_pipe=takes_pipe, follows=follows)
    try:
        data = b'' if os.fstat(number).st_size > limit else _read(number, limit + 1, path)
        if len(data) > limit or os.fstat(number).st_size > limit:
            size = f'{limit >> 20} MiB' if limit >> 20 else f'{limit >> 10} KiB'
            raise TooLarge(errno.EFBIG, f'larger than {size}', path)
        return data
    finally:
        os.close(number)


def modified(path: str) -> float | None:
    """When the regular file at a path was last written to, in seconds since 1970; None for anything else."""
    try:
        found = os.stat(encoded(path), follow_symlinks=False)
    except (OSError, ValueError):
        return None
    return found.st_mtime if found.st_mode & TYPE_BITS == REGULAR else None


def start(path: str, size: int, *, follows: bool = True) -> bytes:
    """The first bytes of a file; for the rest see `opened`. Raises OSError."""
    number = opened(path, follows=follows)
    try:
        return _read(number, size, path)
    finally:
        os.close(number)


def start_and_size(path: str, size: int) -> tuple[bytes, int]:
    """(the first bytes of a file, how many it has); for the rest see `opened`. Raises OSError."""
    number = opened(path)
    try:
        return _read(number, size, path), os.fstat(number).st_size
    finally:
        os.close(number)


def end(path: str, size: int, *, follows: bool = True) -> tuple[bytes, bool, float]:
    """(the last bytes of a file, whether they are all of it, when it was last written to); see `opened`.

    Raises OSError.
    """
    number = opened(path, follows=follows)
    try:
        found = os.fstat(number)
        return os.pread(number, size, max(0, found.st_size - size)), found.st_size <= size, found.st_mtime
    finally:
        os.close(number)


def blocks(path: str) -> Iterator[bytes]:
    """A file's content, a block at a time. Raises OSError."""
    number = opened(path)
    try:
        while True:
            block = os.read(number, BLOCK)
            if not block:
                return
            yield block
    finally:
        os.close(number)


def _read(number: int, size: int, path: str) -> bytes:
    found = []
    while size > 0:
        try:
            block = os.read(number, min(size, BLOCK))
        except BlockingIOError:
            _await(number, path)
            continue
        if not block:
            break
        found.append(block)
        size -= len(block)
    return b''.join(found)


def _await(number: int, path: str) -> None:
    """Wait until there is something in a pipe."""
    import select

    waiting = select.poll()
    waiting.register(number, select.POLLIN)
    if not waiting.poll(PATIENCE * 1000):
        raise TimeoutError(errno.ETIMEDOUT, f'nothing came in {PATIENCE:.0f} s', path)


def is_at(number: int, path: str) -> bool:
    """Whether an open file is still the one at that path. Raises OSError."""
    try:
        return os.path.samestat(os.fstat(number), os.lstat(encoded(path)))
    except FileNotFoundError:
        return False
