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
    part = f'{path}.part'
    with open(part, 'wb') as f:
        f.write(data)
        f.flush()
        os.fsync(f.fileno())
    os.replace(part, path)
    return len(data), hashlib.sha256(data).hexdigest()


def remove(path: str) -> None:
    """Remove a file, if it is there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
