"""The lock that keeps two launchers of one user from changing a file at once."""
from __future__ import annotations

import errno
import fcntl
import os
import time
from contextlib import contextmanager

from .folders import make_folders
from .ownership import new_owner, own_uids
from .reading import REGULAR, TYPE_BITS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

STATE = '.local/state/tao'  # the folder below HOME that the lock is in
PATIENCE = 10.0  # seconds; it is held for milliseconds
# Where nothing can be written there is no lock; what it is for may be elsewhere.
NO_LOCK_HERE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST)


@contextmanager
def locked(state: str) -> Iterator[None]:
    """Hold the lock in the folder `state` (an absolute path), a file of the caller's own that nobody else can open.

    Without that folder, and where it can neither be made nor written to, there is no lock. Raises OSError: when the
    file is someone else's or a link, TimeoutError when another launcher has held it for too long.
    """
    number = -1
    try:
        number = _opened(state)
        if number >= 0:
            _wait(number, f'{state}/lock')
        yield
    finally:
        if number >= 0:
            os.close(number)


def _opened(state: str) -> int:
    """A descriptor of the lock's file, or -1 where there can be none."""
    path = f'{state}/lock'
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        make_folders(state, [], mode=0o700)
        number = os.open(path, flags, 0o600)
    except OSError as e:
        if e.errno in NO_LOCK_HERE:
            return -1
        if e.errno == errno.ELOOP:
            raise PermissionError(errno.EPERM, f'{path} is a link, and no file of yours', path) from None
        raise
    try:
        found = os.fstat(number)
        if found.st_mode & TYPE_BITS != REGULAR or found.st_uid not in own_uids():
            raise PermissionError(errno.EPERM, f'{path} is no file of yours', path)
        owner = new_owner(path)
        if owner and found.st_uid != owner[0]:
            os.fchown(number, *owner)
    except BaseException:
        os.close(number)
        raise
    return number


def _wait(number: int, path: str) -> None:
    until = time.monotonic() + PATIENCE
    while not _is_ours(number):
        if time.monotonic() > until:
            raise TimeoutError(errno.ETIMEDOUT, f'another launcher has held {path} for {PATIENCE:.0f} s', path)
        time.sleep(0.02)


def _is_ours(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass  # some network file systems know no locks
    return True
