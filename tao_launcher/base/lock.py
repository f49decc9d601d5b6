"""The lock that keeps two launchers of one user from changing a file at once."""
from __future__ import annotations

import errno
import fcntl
import os
import time
from contextlib import contextmanager

from .folders import make_folders
from .reading import REGULAR, TYPE_BITS, is_at
from .users import give_to_new_owner, own_uids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STATE = '.local/state/tao'  # the folder below HOME that the lock is in
PATIENCE = 10.0  # seconds; it is held for milliseconds
# Where nothing can be written there is no lock; what it is for may be elsewhere.
NO_LOCK_HERE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST)


@contextmanager
def locked(state: str, name: str = 'lock', late: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold a lock in the folder `state` (an absolute path), a file of the caller's own that nobody else can open.

    Without that folder, and where it can neither be made nor written to, there is no lock. With `late`, which is
    called when another launcher holds it, it may be held for hours, and its file is removed at the end. Raises OSError:
    when the file is someone else's or a link, TimeoutError when another launcher has held it for too long.
    """
    path = f'{state}/{name}'
    number = _held(state, path, late)
    try:
        yield
    finally:
        if number >= 0:
            if late:
                os.unlink(path)  # of those there may be many; who waits for it notices
            os.close(number)


def _held(state: str, path: str, late: Callable[[], None] | None) -> int:
    """A descriptor of the lock's file, which holds it; -1 where there can be none."""
    while True:
        number = _opened(state, path)
        try:
            if number >= 0 and late and not _is_ours(number):
                late()
                _wait(number, path, float('inf'))
            elif number >= 0:
                _wait(number, path, PATIENCE)
            if number < 0 or not late or is_at(number, path):  # who held it may have removed it
                return number
        except BaseException:
            os.close(number)
            raise
        os.close(number)


def _opened(state: str, path: str) -> int:
    """A descriptor of the lock's file, or -1 where there can be none."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        make_folders(state, [], mode=0o700)
        number = os.open(path, flags, 0o600)
    except OSError as e:
        if e.errno in NO_LOCK_HERE:
            return -1
        if e.errno == errno.ELOOP:
            raise PermissionError(errno.EPERM, f'{path} is a link, not a file of yours', path) from None
        raise
    try:
        found = os.fstat(number)
        if found.st_mode & TYPE_BITS != REGULAR or found.st_uid not in own_uids():
            raise PermissionError(errno.EPERM, f'{path} is not a file of yours', path)
        give_to_new_owner(number, path)
    except BaseException:
        os.close(number)
        raise
    return number


def _wait(number: int, path: str, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not _is_ours(number):
        if time.monotonic() > until:
            raise TimeoutError(errno.ETIMEDOUT, f'another launcher has held {path} for {seconds:.0f} s', path)
        time.sleep(0.02 if seconds < 60 else 0.5)


def _is_ours(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass  # some network file systems know no locks
    return True
