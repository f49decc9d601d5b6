"""Makes folders, and removes them again."""
from __future__ import annotations

import errno
import os

from .text import encoded
from .users import new_owner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def make_folders(path: str, made: list[str], owner: tuple[int, int] | None = None, mode: int = 0o777) -> None:
    """Make a folder (an absolute path) and those above it, and add them to `made`, the uppermost first.

    They belong to `owner` (uid, gid), else to whom `new_owner` says. A home is never made. Raises OSError.
    """
    missing = []
    while not os.path.isdir(encoded(path)):
        if os.path.lexists(encoded(path)) and not os.path.isdir(encoded(path)):  # nor made in the meantime
            raise FileExistsError(errno.EEXIST, 'what is there is not a folder', path)
        missing.append(path)
        path = os.path.dirname(path)
    if not missing:
        return
    home = os.path.normpath(os.environ.get('HOME') or '/')
    if home in map(os.path.normpath, missing):
        raise FileNotFoundError(errno.ENOENT, 'the home folder is not there', home)
    owner = owner or new_owner(missing[0])
    # each by the descriptor of the one above, so that nobody can put another in its place meanwhile
    above = os.open(encoded(path), os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in reversed(missing):
            inner = _make(above, folder, made, owner, mode)
            os.close(above)
            above = inner
    except OSError as e:
        e.filename = folder
        raise
    finally:
        os.close(above)


def _make(above: int, folder: str, made: list[str], owner: tuple[int, int] | None, mode: int) -> int:
    """A descriptor of the folder, made in the one that `above` is of."""
    name = os.path.basename(encoded(folder))
    is_new = True
    try:
        os.mkdir(name, mode, dir_fd=above)
        made.append(folder)
    except FileExistsError:  # another launcher was faster
        is_new = False
    if not owner:
        return os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=above)
    number = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=above)
    try:
        if is_new:
            os.fchown(number, *owner)
    except BaseException:
        os.close(number)
        raise
    return number


def remove_folders(paths: Sequence[str]) -> None:
    """Remove folders that were made, as far as they are still empty."""
    for path in reversed(paths):
        try:
            os.rmdir(encoded(path))
        except OSError:
            pass
