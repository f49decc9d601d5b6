"""Files of ours, written whole or not at all: the one way that the package writes any."""
from __future__ import annotations

import errno
import hashlib
import os
import re
from contextlib import contextmanager, suppress

from .lock import locked
from .reading import TooLarge, content
from .text import encoded
from .users import foreign_owner, new_owner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_LINKS = 40  # as many as the kernel follows


def write(path: str, data: bytes, mode: int | None = None) -> tuple[int, str]:
    """Write a file whole or not at all; its (bytes, sha256). Raises OSError."""
    with Whole(path, mode) as whole:
        whole.add(data)
    return whole.size, whole.digest.hexdigest()


def exchange(path: str, before: bytes, after: bytes, state: str) -> bool:
    """Replace a file's content, unless it is no longer `before`: False, and it stays.

    The file keeps its mode, and its owner where the caller may give it away. `state` is the folder of the caller's
    lock, which keeps the caller's own launchers apart, not those of others. Raises OSError.
    """
    path = followed(path)
    try:
        with locked(state), Whole(path, kept=os.stat(path)) as whole:
            sweep(path)
            whole.add(after)
            if content(path, max(len(before), len(after))) != before:
                raise _Changed
    except (_Changed, TooLarge):  # it has grown
        return False
    return True


class _Changed(Exception):
    """Someone else has written the file."""


class Whole:
    """A file that is there under its name once all of it was added, and not before. Raises OSError.

    Until then it has no name, or a random one where the file system knows no files without. A link at `path` is
    replaced, never followed. The folder is opened once, so that nobody can put another in its place meanwhile.
    `mode` are the file's permissions, where they are not to be the usual ones; `kept` is a file whose mode it takes
    over and, where that may be, whose owner. Else it is the process's own, or that of `new_owner`.
    """

    def __init__(self, path: str, mode: int | None = None, kept: os.stat_result | None = None) -> None:
        self.path, self.size, self.digest = path, 0, hashlib.sha256()
        self._mode, self._kept = mode, kept
        self._number, self._folder, self._name, self._temporary = -1, -1, b'', b''

    def __enter__(self) -> Whole:
        try:
            with _named(self.path):
                self._folder, self._name = _folder_of(self.path)
                self._number = self._make()
                self._file = open(self._number, 'wb', buffering=0, closefd=False)
                self._set_owner_and_mode()
        except BaseException:
            self._drop()
            raise
        return self

    def add(self, data: bytes) -> None:
        """Append data."""
        self.digest.update(data)
        self.size += len(data)
        view = memoryview(data)
        while view:
            view = view[self._file.write(view):]

    def __exit__(self, kind: object, error: object, at: object) -> None:
        try:
            if kind is None:
                with _named(self.path):
                    os.fsync(self._number)
                    self._publish()
        finally:
            self._drop()

    def _make(self) -> int:
        flags, mode = os.O_WRONLY | os.O_CLOEXEC, 0o600
        if self._kept is None:
            mode = 0o666 if self._mode is None else self._mode & 0o777
        if os.path.isdir('/proc/self/fd'):  # which gives it its name later
            try:
                return os.open('.', flags | os.O_TMPFILE, mode, dir_fd=self._folder)
            except OSError:
                pass  # not on this file system
        self._temporary = _random_name(self._name)
        return os.open(self._temporary, flags | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode, dir_fd=self._folder)

    def _set_owner_and_mode(self) -> None:
        made, kept, mode = os.fstat(self._number), self._kept, self._mode
        owner = (kept.st_uid, kept.st_gid) if kept else new_owner(self.path)
        if kept:
            mode = kept.st_mode & 0o7777
        if owner and owner != (made.st_uid, made.st_gid):
            try:
                os.fchown(self._number, *owner)
            except PermissionError:
                mode = mode if mode is None else mode & 0o777
        if mode is not None and mode != made.st_mode & 0o7777:
            with suppress(PermissionError):  # a file system without modes
                os.fchmod(self._number, mode)

    def _publish(self) -> None:
        """Give the file its name."""
        if not self._temporary:
            source = f'/proc/self/fd/{self._number}'
            try:
                os.link(source, self._name, dst_dir_fd=self._folder)
            except FileExistsError:  # a link replaces nothing, only a rename does
                self._temporary = _random_name(self._name)
                os.link(source, self._temporary, dst_dir_fd=self._folder)
        number, self._number = self._number, -1
        os.close(number)  # a network file system may only now tell that it could not write
        if self._temporary:
            os.replace(self._temporary, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
            self._temporary = b''
        with suppress(OSError):
            os.fsync(self._folder)

    def _drop(self) -> None:
        """Close all, and remove what has no name of its own yet."""
        with suppress(OSError):
            if self._temporary:
                os.unlink(self._temporary, dir_fd=self._folder)
        for number in (self._number, self._folder):
            if number >= 0:
                with suppress(OSError):
                    os.close(number)


@contextmanager
def _named(path: str) -> Iterator[None]:
    """What fails here fails for this path, whatever the name is that the file has meanwhile."""
    try:
        yield
    except OSError as e:
        e.filename, e.filename2 = path, None
        raise


def _folder_of(path: str) -> tuple[int, bytes]:
    """(a descriptor of the folder that a path is in, the name there)."""
    folder, name = os.path.split(encoded(path))
    return os.open(folder or b'.', os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), name


def _random_name(name: bytes) -> bytes:
    return b'.%s.%s.part' % (name[:200], os.urandom(8).hex().encode())


def sweep(path: str) -> None:
    """Remove what a killed launcher of the caller's left of this file. Only with the lock."""
    folder, name = os.path.split(encoded(path))
    for left in os.listdir(folder):
        if left.startswith(b'.%s.' % name[:200]) and is_unfinished(os.fsdecode(left)):
            whole_path = os.fsdecode(os.path.join(folder, left))
            if not foreign_owner(whole_path, follows=False):
                with suppress(OSError):
                    os.unlink(whole_path)


def is_unfinished(name: str) -> bool:
    """Whether a file's name is one that a file has until it is whole: SIGKILL or a power cut leaves such a one."""
    return bool(re.fullmatch(r'\..*\.[0-9a-f]{16}\.part', name, re.DOTALL))


def followed(path: str) -> str:
    """Where a path leads, by links that are the caller's or root's. Raises OSError for anyone else's."""
    for _ in range(MOST_LINKS):
        path = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        if not os.path.islink(path):
            return path
        owner = foreign_owner(path, follows=False)
        if owner:
            raise PermissionError(errno.EPERM, f'it is a link that belongs to {owner}', path)
        path = os.path.join(os.path.dirname(path), os.readlink(path))
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)


def link(path: str, target: str) -> None:
    """Have a symbolic link to `target` at a path, in place of what may be there. Raises OSError."""
    with _named(path):
        folder, name = _folder_of(path)
        temporary = _random_name(name)
        try:
            os.symlink(encoded(target), temporary, dir_fd=folder)
            try:
                owner = new_owner(path)
                if owner:
                    os.chown(temporary, *owner, dir_fd=folder, follow_symlinks=False)
                os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary, dir_fd=folder)
                raise
        finally:
            os.close(folder)


def remove(path: str) -> None:
    """Remove a file, if it is there. Raises OSError."""
    with suppress(FileNotFoundError):
        os.unlink(path)
