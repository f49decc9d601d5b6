"""Passes on what a large command writes or reads, a block at a time."""
from __future__ import annotations

import os

from ..base import temporary
from . import process
from .child import CAPTURED, Child, Streams, spawn
from .process import Answer
from .signals import Deferring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import IO

PIPE_SIZE = 1031  # fcntl.F_SETPIPE_SZ, which Python has since 3.10


def read_from(
    argv: Sequence[str], env: Mapping[str, str], sink: Callable[[bytes], None], text: bytes = b'',
) -> Answer:
    """Give a command's output to `sink`, a block at a time; `text` is what it reads. It is ended if `sink` raises."""
    with temporary.file() as errors, temporary.file() as source:
        source.write(text)
        source.seek(0)
        child: Child | None = None
        try:
            with Deferring():
                child = spawn(argv, env, Streams(source.fileno(), CAPTURED, errors.fileno()), own_session=False)
            _widen(child.stdout)
            while child.stdout:
                block = child.stdout.read(process.BLOCK)
                if not block:
                    break
                sink(block)
            return Answer(child.wait(), '', _text(errors))
        finally:
            process.end_now(child)


def write_to(
    argv: Sequence[str], env: Mapping[str, str], source: IO[bytes], told: Callable[[int], None],
) -> Answer:
    """Run a command with an open file, from its start, for its input; `told` is how far it has read. Raises OSError."""
    with temporary.file() as errors, temporary.file() as out:
        source.seek(0)  # the position is the command's too
        os.set_blocking(source.fileno(), True)
        child: Child | None = None
        try:
            with Deferring():
                streams = Streams(source.fileno(), out.fileno(), errors.fileno())
                child = spawn(argv, env, streams, own_session=False)
            while child.wait_for(0.2) is None:
                told(os.lseek(source.fileno(), 0, os.SEEK_CUR))
            return Answer(child.returncode, _text(out), _text(errors))
        finally:
            process.end_now(child)


def _widen(pipe: IO[bytes] | None) -> None:
    """Let a command write on while `sink` is busy: a pipe holds 64 KiB, and BLOCK where the system lets it."""
    import fcntl

    try:
        if pipe:
            fcntl.fcntl(pipe, PIPE_SIZE, process.BLOCK)
    except OSError:  # not Linux, or the user's pipes hold as much as they may
        pass


def _text(file: IO[bytes]) -> str:
    """The end of what a command wrote into a file."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - process.WORDS))
    return file.read().decode('utf-8', 'replace')
