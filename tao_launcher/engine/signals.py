"""Signals and the terminal: taken as they come while a job runs, and left as they were found."""
from __future__ import annotations

import os
import select
from _thread import get_native_id

from ..base.late import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType, TracebackType

MOMENT = 0.05  # seconds
LONGEST = 86400.0  # seconds; the kernel counts milliseconds, and waits for 24 days at most
FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
# What is no message for a job: what cannot be taken or is a fault of this process, what the system tells a process
# about its children, pipes, limits and terminal, and what stops it and has it go on.
NO_MESSAGES = (
    *FORWARDED, signal.SIGKILL, signal.SIGSTOP, signal.SIGILL, signal.SIGTRAP, signal.SIGBUS, signal.SIGFPE,
    signal.SIGSEGV, signal.SIGSYS, signal.SIGCHLD, signal.SIGPIPE, signal.SIGURG, signal.SIGXFSZ, signal.SIGWINCH,
    signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGCONT,
)


class Signals:
    """Signals as data: from entering to leaving they are queued, and `wait` hands them out.

    A signal that was ignored at the start (nohup) stays ignored. SIGCHLD wakes `wait` up. Outside the
    main thread there are none to take: `wait` then looks up every moment. With `has_messages` all the others that
    would end this process (SIGUSR1, for example) are taken too, and kept in `messages`: they are for the job.
    """

    def __init__(self, *, has_messages: bool = False) -> None:
        self.messages: list[int] = []
        self._has_messages = has_messages
        self._before: dict[int, object] = {}
        self.hangup_ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN

    def __enter__(self) -> Signals:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._are_taken = _is_main_thread()
        if not self._are_taken:
            return self
        self._wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in FORWARDED:
            if signal.getsignal(number) != signal.SIG_IGN:
                self._handle(number)
        for number in signal.valid_signals() if self._has_messages else ():
            if number not in NO_MESSAGES and signal.getsignal(number) == signal.SIG_DFL:
                self._handle(number)
        # inherited, "ignore" would lose the exit codes of children, and a mask their end
        if signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._handle(signal.SIGCHLD)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        return self

    def _handle(self, number: int) -> None:
        self._before[number] = signal.signal(number, _queued)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        if self._are_taken:
            signal.set_wakeup_fd(self._wakeup)
        os.close(self._read)
        os.close(self._write)

    def wait(self, timeout: float | None, pipes: Sequence[int] = ()) -> list[int]:
        """The signals that came, but for SIGCHLD and messages; waits for any, `timeout` seconds, or words in a pipe."""
        if not self._are_taken:
            timeout = MOMENT if timeout is None else min(timeout, MOMENT)
        poll = select.poll()  # select takes no descriptor above 1023
        for pipe in (self._read, *pipes):
            poll.register(pipe, select.POLLIN)
        ready = [pipe for pipe, _ in poll.poll(None if timeout is None else min(timeout, LONGEST) * 1000)]
        came = os.read(self._read, 512) if self._read in ready else b''
        self.messages += [n for n in came if n in self._before and n not in NO_MESSAGES]
        return [n for n in came if n in FORWARDED]

    def take_messages(self) -> list[int]:
        """The messages that came since they were last taken."""
        messages, self.messages = self.messages, []
        return messages


def _is_main_thread() -> bool:
    """Whether signals can be taken here: Python gives them to the main thread alone."""
    return get_native_id() == os.getpid()  # the kernel gives it the number of the process


def _queued(number: int, frame: FrameType | None) -> None:
    """The wake-up descriptor has the signal already."""


class Unwinding:
    """While inside, TERM, HUP and QUIT unwind as Ctrl-C does: what was begun is ended, half a file removed."""

    def __enter__(self) -> None:
        taken = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT) if _is_main_thread() else ()
        numbers = [n for n in taken if signal.getsignal(n) != signal.SIG_IGN]
        self._before = {number: signal.signal(number, self._unwind) for number in numbers}

    def _unwind(self, number: int, frame: FrameType | None) -> None:
        for each in self._before:
            signal.signal(each, signal.SIG_IGN)  # once is enough
        raise SystemExit(128 + number)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


class Deferring:
    """While inside, a signal that would unwind waits: it does so on leaving, when what was begun inside is known."""

    def __init__(self) -> None:
        self._before: dict[int, Callable[[int, FrameType | None], object]] = {}
        self._came: list[int] = []

    def __enter__(self) -> None:
        for number in FORWARDED if _is_main_thread() else ():
            handler = signal.getsignal(number)
            if callable(handler):
                self._before[number] = handler
        self._exchange(dict.fromkeys(self._before, self._defer))

    def _exchange(self, handlers: Mapping[int, Callable[[int, FrameType | None], object]]) -> None:
        """Set all of them at one moment."""
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, list(handlers))
        try:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def _defer(self, number: int, frame: FrameType | None) -> None:
        self._came.append(number)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._exchange(self._before)
        for number in self._came:
            self._before[number](number, None)


class Terminal:
    """Keeps the terminal's settings: a client that dies in raw mode leaves them behind."""

    def __init__(self, *, used: bool) -> None:
        self._saved: list[object] | None = None
        if used:
            import termios

            try:
                self._saved = termios.tcgetattr(0)
            except termios.error:
                pass

    def restore(self) -> None:
        """Put the settings back as they were."""
        if self._saved is None:
            return
        import termios

        # we may be in the background by now
        before = signal.signal(signal.SIGTTOU, signal.SIG_IGN) if _is_main_thread() else None
        try:
            # not TCSADRAIN, which waits while the terminal is stopped (Ctrl-S)
            termios.tcsetattr(0, termios.TCSANOW, self._saved)  # type: ignore[arg-type]
        except termios.error:
            pass  # the terminal is gone
        finally:
            if before is not None:
                signal.signal(signal.SIGTTOU, before)


def has_terminal() -> bool:
    """Whether a terminal controls this process, wherever its streams go."""
    try:
        os.close(os.open('/dev/tty', os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def name(number: int) -> str:
    """What people call a signal."""
    from signal import Signals  # slow to load

    return {int(one): one.name for one in Signals}.get(number, f'signal {number}')


def not_passed_on(number: int) -> str:
    """That a message has not reached the job."""
    return f'{name(number)} was not passed on: there is no running job that it could be sent to'


def die_of(number: int) -> None:
    """End this process by a signal, so that a shell loop or make around it stops too."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def interrupt_group() -> None:
    """Do what the terminal does at Ctrl-C: interrupt the foreground, this process left out."""
    if _is_main_thread():  # else it could not be left out
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.kill(0, signal.SIGINT)
