"""A file of lines that many launchers append to at once. A line is there whole, or whoever reads it skips it."""
from __future__ import annotations

import errno
import fcntl
import os
import time

from .reading import KINDS, REGULAR, TYPE_BITS, is_at, opened
from .text import encoded
from .users import give_to_new_owner, name, own_uids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 10 << 20  # bytes; a file that would be larger is put aside first, in place of the one that was before
LONGEST = 128 << 10  # bytes of a line
READ = 32 << 20  # bytes of a file that are read, its last ones: a file of others' may be any size
PATIENCE = 0.5  # seconds for another launcher that holds the file, which takes it microseconds
DEVICE = 0o020000
OTHERS_WRITE = 0o022
STICKY = 0o1000


def aside(path: str) -> str:
    """Where the older lines of a file are kept."""
    return f'{path}.1'


def now() -> str:
    """The time as the lines have it: 2026-01-31T10:20:30.123Z."""
    at = time.time()
    return f'{time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))}.{int(at * 1000) % 1000:03d}Z'


def new_id() -> str:
    """A name for something in the file that nothing else has."""
    return os.urandom(5).hex()


def append(path: str, line: bytes, *, is_own: bool, start: bytes = b'') -> None:
    """Append a line, by one write, to the file at an absolute path.

    One that is the launcher's own (`is_own`) is made with its folder, and has to be the caller's. Any other may be
    someone else's, and one that we may only append to; where we may read it, it has to begin with `start` as its lines
    do, for a name that was mistyped may be any file's. A file that others may not write to is put aside when it is
    full. Links are not followed. Raises OSError.
    """
    folder = os.path.dirname(path)
    if is_own and not os.path.isdir(encoded(folder)):
        from .folders import make_folders

        make_folders(folder, [], mode=0o700)
    while True:
        number = _opened(path, is_own=is_own)
        try:
            found = os.fstat(number)
            if found.st_mode & TYPE_BITS == REGULAR:
                if not is_own and not _begins(number, start):
                    raise OSError(errno.EINVAL, 'has lines that are not those of a history', path)
                if is_own or _is_ours_alone(found):
                    _lock(number)
                    # another launcher may have put it aside
                    if not is_at(number, path) or _is_put_aside(number, path, len(line)):
                        continue
                line = b'\n' + line if _is_torn(number) else line
            _write(number, line + b'\n')
            return
        finally:
            os.close(number)


def _opened(path: str, *, is_own: bool) -> int:
    """A descriptor that appends to the file, and reads it where that is allowed. Raises OSError."""
    number = _open(encoded(path))
    try:
        found = os.fstat(number)
        kind = found.st_mode & TYPE_BITS
        if kind != REGULAR and (is_own or kind != DEVICE):
            raise OSError(errno.EINVAL, f'is {KINDS.get(kind, "not a regular file")}', path)
        if is_own and found.st_uid not in own_uids():
            raise PermissionError(errno.EPERM, f'belongs to {name(found.st_uid)}', path)
        if is_own:
            give_to_new_owner(number, path)
    except BaseException:
        os.close(number)
        raise
    return number


def _open(word: bytes) -> int:
    flags = os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    # a file of someone else's in a folder for everyone is not opened by a call that could make it
    for access in (os.O_RDWR, os.O_WRONLY, os.O_RDWR | os.O_CREAT):
        try:
            return os.open(word, access | flags, 0o600)
        except (PermissionError, FileNotFoundError) as e:
            error: OSError = e
        except OSError as e:
            if e.errno == errno.ELOOP:
                raise PermissionError(errno.EPERM, 'is a link', os.fsdecode(word)) from None
            if e.errno == errno.ENXIO:  # nobody reads the pipe, or there is no terminal
                kind = 'is a device that is not there' if _is_device(word) else 'is a pipe'
                raise OSError(errno.EINVAL, kind, os.fsdecode(word)) from None
            raise
    raise error


def _is_device(word: bytes) -> bool:
    try:
        return os.stat(word).st_mode & TYPE_BITS == DEVICE
    except OSError:
        return False


def _is_ours_alone(found: os.stat_result) -> bool:
    return found.st_uid in own_uids() and not found.st_mode & OTHERS_WRITE


def _lock(number: int) -> None:
    """Hold the file, unless someone else does for too long, or its file system knows no locks."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return None
            time.sleep(0.002)
        except OSError:
            return None


def _is_put_aside(number: int, path: str, more: int) -> bool:
    """Whether a file was put aside because there is no room in it. Where that is not allowed it just grows."""
    found = os.fstat(number)
    if found.st_size + more <= LARGEST or not _is_ours_alone(found):
        return False
    try:
        os.replace(encoded(path), encoded(aside(path)))
    except OSError:
        return False
    return True


def _begins(number: int, start: bytes) -> bool:
    """Whether a file is empty or begins with these bytes, as far as we may read it."""
    try:
        found = os.pread(number, len(start), 0)
    except OSError:
        return True
    return not found or found == start


def _is_torn(number: int) -> bool:
    """Whether a line may have been begun, and not ended: a full disk or a power cut leaves that."""
    size = os.fstat(number).st_size
    try:
        return size > 0 and os.pread(number, 1, size - 1) != b'\n'
    except OSError:  # we may not read it
        return True


def _write(number: int, data: bytes) -> None:
    with open(number, 'wb', buffering=0, closefd=False) as file:
        written = file.write(data)
    if written != len(data):
        raise OSError(errno.ENOSPC, 'only part of the line could be written')


def lines(path: str) -> Iterator[bytes]:
    """The lines of a file, the oldest first; those that were put aside come before. Nothing for none.

    Only the last READ bytes of each are read, and no line that is longer than LONGEST. Raises OSError.
    """
    for each in (aside(path), path):
        try:
            number = opened(each, follows=False)
        except (FileNotFoundError, NotADirectoryError):
            continue
        with open(number, 'rb') as file:
            start = max(0, os.fstat(number).st_size - READ)
            file.seek(start)
            if start:
                file.readline(READ)  # what is left of a line
            text = file.read(READ)
        yield from (line for line in text.split(b'\n') if 0 < len(line) <= LONGEST)


def is_private(path: str) -> bool:
    """Whether nobody but the caller (and root) can have written to the file at a path, or have put it there."""
    try:
        found, folder = os.lstat(encoded(path)), os.stat(encoded(os.path.dirname(path)))
    except OSError:
        return False
    is_safe = not folder.st_mode & OTHERS_WRITE or bool(folder.st_mode & STICKY)
    return found.st_mode & TYPE_BITS == REGULAR and is_safe and _is_ours_alone(found)


def exists(path: str) -> bool:
    """Whether there is anything at a path."""
    return os.path.lexists(encoded(path))
