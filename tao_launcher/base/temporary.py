"""Files and folders that are needed for a moment; what is said where there is no folder for them."""
from __future__ import annotations

import os

from .errors import CheckFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from tempfile import TemporaryDirectory
    from typing import IO, TypeVar

    T = TypeVar('T')


def file() -> IO[bytes]:
    """A file without a name, in memory where the system has such files. Raises CheckFailed."""
    try:
        return os.fdopen(os.memfd_create('tao'), 'w+b')
    except (AttributeError, OSError):  # not Linux, or an old one
        import tempfile  # slow to load, and no launch needs it

        return _made(tempfile.TemporaryFile)


def named_file() -> IO[bytes]:
    """A file with a name, which goes when it is closed. Raises CheckFailed."""
    import tempfile

    return _made(tempfile.NamedTemporaryFile)


def folder() -> TemporaryDirectory[str]:
    """A folder, which goes at the end of a `with`. Raises CheckFailed."""
    import tempfile

    return _made(tempfile.TemporaryDirectory)


def _made(make: Callable[[], T]) -> T:
    try:
        return make()
    except OSError as e:
        raise CheckFailed(
            'there is no folder for temporary files', e.strerror or str(e),
            advice='TMPDIR=FOLDER before the command, a folder that you can write to',
        ) from None
