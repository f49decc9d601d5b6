"""Starts the engine's client, and ends it. argv in; never a shell.

A launch that ends well loads this and child.py alone. Commands that are run for another purpose are in ask.py (their
answer), watch.py, pipes.py, foreground.py and here.py.
"""
from __future__ import annotations

import os
import time

from ..base.record import Record
from . import answers
from .child import CAPTURED, NOWHERE, OURS, Child, Streams, spawn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..base.errors import EngineError

WORDS = 1 << 20  # bytes of an answer that is an id, an exit code, or the last words of a command that failed
BLOCK = 1 << 20  # bytes that are passed on at a time


class Answer(Record):
    """What a question to the engine gave; code is None when it did not answer: `err` says why, for people."""

    code: int | None
    out: str
    err: str
    is_missing: bool = False  # there is no such program
    is_late: bool = False  # it was given up
    unstarted: EngineError | None = None  # the error for an engine's program that could not be started

    def json(self) -> Mapping[str, Any]:
        """The answer as a JSON object; {} where it is none."""
        return answers.fields(answers.parsed(self.out))


class Heard:
    """What a command that was started `captured` prints while something else is waited for: its first WORDS bytes."""

    def __init__(self, child: Child) -> None:
        self.pipes: list[int] = []  # to be waited for
        self.is_too_much = False
        self._said = bytearray()
        if child.stdout:
            self.pipes = [child.stdout.fileno()]
            os.set_blocking(child.stdout.fileno(), False)

    def take(self) -> None:
        """Read what is there. A pipe that nobody reads would stop the command when it is full."""
        for pipe in list(self.pipes):
            try:
                block = os.read(pipe, WORDS)
            except BlockingIOError:
                continue
            if not block:
                self.pipes.remove(pipe)
            self.is_too_much = self.is_too_much or len(self._said) + len(block) > WORDS
            self._said += block[:WORDS - len(self._said)]

    @property
    def text(self) -> str:
        """What was printed."""
        return self._said.decode('utf-8', 'replace')


def start(
    argv: Sequence[str], env: Mapping[str, str], *, own_session: bool, has_input: bool, captured: bool,
    is_quiet: bool = False,
) -> Child:
    """Start the engine's client.

    In its own session no signal of the terminal reaches it. Without `has_input` it reads nothing; what it says on
    stderr is dropped where `is_quiet`.
    Raises EngineMissing or EngineError when it cannot be started.
    """
    try:
        streams = Streams(OURS if has_input else NOWHERE, CAPTURED if captured else OURS, NOWHERE if is_quiet else OURS)
        return spawn(argv, env, streams, own_session=own_session)
    except OSError as e:
        from .unstarted import unstarted

        raise unstarted(argv[0], e, env) from None


def signal_to(client: Child, number: int, *, with_group: bool) -> None:
    """Send a signal to a command that `start` has started, or to its whole group where it has a session of its own.

    Raises PermissionError when it is another user's.
    """
    try:
        if with_group:
            os.killpg(client.pid, number)
        else:
            client.send_signal(number)
    except ProcessLookupError:
        pass  # it has just ended


def end(client: Child, seconds: float) -> None:
    """Give a command that `start` has started some seconds to end, and end it then."""
    client.wait_for(seconds)
    end_now(client)


def end_now(client: Child | None) -> None:
    """End a command, if it was started, and close what it was read by."""
    if client and client.poll() is None:
        try:
            client.kill()
            client.wait()
        except PermissionError:
            pass  # through sudo it is root's
    for stream in (client.stdout, client.stderr) if client else ():
        if stream:
            stream.close()


def clock() -> float:
    """Seconds of a clock that nobody sets."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def utc() -> str:
    """The time now as the engine writes it: 2026-01-31T10:20:30 (UTC)."""
    return time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime())
