"""Runs a command for its answer."""
from __future__ import annotations

import os

from ..base import temporary
from ..base.text import encoded
from . import process
from .child import CAPTURED, Child, Streams, spawn
from .process import Answer
from .signals import Deferring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import IO

LARGEST = 64 << 20  # bytes of an answer; a thousand containers show a fifth of that


def ask(
    argv: Sequence[str], env: Mapping[str, str], timeout: float, is_over: Callable[[], bool] | None = None,
    text: str = '', *, own_session: bool = True, meanwhile: Callable[[], None] | None = None,
) -> Answer:
    """Run a command for its output, undisturbed by the terminal's signals; `text` is what it reads.

    `meanwhile` is called once, when it has been started: what is needed next can be loaded while it works.
    It is given up after `timeout` seconds, or as soon as `is_over` says so, or when its output is larger than LARGEST.
    """
    child: Child | None = None
    try:
        with _source(text) as source, Deferring():
            child = spawn(argv, env, Streams(source.fileno(), CAPTURED, CAPTURED), own_session=own_session)
        if meanwhile:
            meanwhile()
        return _heard(child, timeout, is_over)
    except OSError as e:
        if child:
            raise
        from .unstarted import unstarted

        why = unstarted(argv[0], e, env)
        return Answer(None, '', why.what, is_missing=isinstance(e, FileNotFoundError), unstarted=why)
    finally:
        process.end_now(child)  # given up, or left by Ctrl-C


def ask_patiently(
    argv: Sequence[str], env: Mapping[str, str], still: Callable[[float], None],
    is_over: Callable[[], bool] = lambda: False,
) -> Answer:
    """Run a command that takes its time for its output; `still` is told the seconds, every 30 of them.

    It is given up as soon as `is_over` says so.
    """
    begun = told = process.clock()

    def is_given_up() -> bool:
        nonlocal told
        if process.clock() - told >= 30:
            told = process.clock()
            still(told - begun)
        return is_over()

    return ask(argv, env, float('inf'), is_given_up)


def _heard(child: Child, timeout: float, is_over: Callable[[], bool] | None) -> Answer:
    """What a command prints until it ends. Who else holds its output (a process that it left) is not waited for."""
    import select  # only where one is asked

    deadline = process.clock() + timeout
    said = {stream.fileno(): bytearray() for stream in (child.stdout, child.stderr) if stream}
    pipes, poll = set(said), select.poll()
    for pipe in pipes:
        poll.register(pipe, select.POLLIN)
    while pipes or child.poll() is None:
        patience = max(0.0, min(0.25, deadline - process.clock()))
        ready = [pipe for pipe, _ in poll.poll(int(patience * 1000) + 1)] if pipes else []
        if not pipes:
            child.wait_for(patience)
        for pipe in ready:
            block = os.read(pipe, process.BLOCK)
            said[pipe] += block
            if not block:
                poll.unregister(pipe)
                pipes.remove(pipe)
        if sum(map(len, said.values())) > LARGEST:
            return Answer(None, '', f'it printed more than {LARGEST >> 20} MiB', is_late=True)
        if not ready and child.poll() is not None:
            break
        if process.clock() >= deadline or (is_over and is_over()):
            return Answer(None, '', f'no answer within {timeout:.0f} s', is_late=True)
    out, err = (_lines(bytes(data)) for data in said.values())
    return Answer(child.returncode, out, err)


def _lines(data: bytes) -> str:
    """An output as text; bytes that are not UTF-8 are kept, as Python keeps them in names of files."""
    return data.decode('utf-8', 'surrogateescape').replace('\r\n', '\n').replace('\r', '\n')


def _source(text: str) -> IO[bytes]:
    """A file without a name to read a text from: a pipe would have to be written to at the right times."""
    if not text:
        return open(os.devnull, 'rb')
    file = temporary.file()
    file.write(encoded(text))
    file.seek(0)
    return file
