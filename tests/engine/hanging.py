"""A file system whose server is gone: whoever looks at what is in it gets no answer."""
from __future__ import annotations

import ctypes
import os
import struct
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import pytest

DETACH = 2
HEADER = '<IIQ'  # of a request of the kernel's: its length, what is asked, its number
# The answer to its first one, by which a mount begins: versions, sizes and nothing more.
BEGIN = struct.pack('<IIIIHHIIHHI7I', 7, 31, 0, 0, 16, 12, 4096, 1, 0, 0, 0, *[0] * 7)


@contextmanager
def hanging(folder: Path) -> Iterator[None]:
    """Such a file system at a folder (FUSE). At the end whoever waits is told that it is not there."""
    try:
        server = os.open('/dev/fuse', os.O_RDWR)
    except OSError as e:
        pytest.skip(f'no FUSE here: {e}')
    libc = ctypes.CDLL(None, use_errno=True)
    path = os.fsencode(folder)
    options = f'fd={server},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}'
    try:
        if libc.mount(b'hanging', path, b'fuse', 0, options.encode()):
            pytest.skip(f'FUSE cannot be mounted here: {os.strerror(ctypes.get_errno())}')
        try:
            number = struct.unpack_from(HEADER, os.read(server, 1 << 17))[2]
            os.write(server, struct.pack('<IiQ', 16 + len(BEGIN), 0, number) + BEGIN)
            yield
        finally:
            os.close(server)
            libc.umount2(path, DETACH)
            server = -1
    finally:
        if server >= 0:
            os.close(server)
