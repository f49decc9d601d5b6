"""The one module that starts processes. argv in, exit code out; never a shell."""
from __future__ import annotations

import errno
import os
import select
import signal
import subprocess
import time

from .errors import EngineError, EngineMissing
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType, TracebackType

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class Answer(Record):
    """What a question to the engine gave; code is None when it did not answer in time."""

    code: int | None
    out: str
    err: str


def ask(argv: Sequence[str], env: Mapping[str, str], timeout: float) -> Answer:
    """Run a command for its output, undisturbed by the terminal's signals, for at most `timeout` seconds."""
    try:
        done = subprocess.run(
            argv, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False,
            start_new_session=True, encoding='utf-8', errors='surrogateescape',
        )
    except subprocess.TimeoutExpired:
        return Answer(None, '', f'no answer within {timeout:.0f} s')
    except OSError as e:
        return Answer(None, '', str(e))
    return Answer(done.returncode, done.stdout, done.stderr)


def start(
    argv: Sequence[str], env: Mapping[str, str], own_session: bool, has_input: bool, captured: bool,
) -> subprocess.Popen[bytes]:
    """Start the engine's client.

    In its own session no signal of the terminal reaches it. Without `has_input` it reads nothing.
    Raises EngineMissing or EngineError when it can not be started.
    """
    try:
        return subprocess.Popen(
            argv, env=env, start_new_session=own_session,
            stdin=None if has_input else subprocess.DEVNULL,
            stdout=subprocess.PIPE if captured else None,
        )
    except FileNotFoundError:
        raise EngineMissing(argv[0], 'no such program') from None
    except PermissionError:
        raise EngineMissing(argv[0], 'is not executable (permission denied)') from None
    except OSError as e:
        if e.errno == errno.ENOEXEC:
            raise EngineMissing(argv[0], 'is no program (exec format error)') from None
        raise EngineError(f'{argv[0]}: can not be started ({e.strerror})') from None


class Signals:
    """Signals as data: from entering to leaving they are queued, and `wait` hands them out.

    A signal that was ignored at the start (nohup) stays ignored. SIGCHLD wakes `wait` up.
    """

    def __init__(self) -> None:
        self._before: dict[int, object] = {}
        self.hangup_ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN

    def __enter__(self) -> Signals:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in FORWARDED:
            if signal.getsignal(number) != signal.SIG_IGN:
                self._handle(number)
        # an inherited "ignore" would lose the child's exit code
        self._handle(signal.SIGCHLD)
        return self

    def _handle(self, number: int) -> None:
        self._before[number] = signal.signal(number, _queued)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        signal.set_wakeup_fd(self._wakeup)
        os.close(self._read)
        os.close(self._write)

    def wait(self, timeout: float | None) -> list[int]:
        """The signals that came, SIGCHLD left out; waits for one or for `timeout` seconds."""
        ready, _, _ = select.select([self._read], [], [], timeout)
        return [n for n in (os.read(self._read, 512) if ready else b'') if n != signal.SIGCHLD]


def _queued(number: int, frame: FrameType | None) -> None:
    """The wake-up descriptor has the signal already."""


class Terminal:
    """Keeps the terminal's settings: a client that dies in raw mode leaves them behind."""

    def __init__(self, used: bool) -> None:
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

        before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # we may be in the background by now
        try:
            termios.tcsetattr(0, termios.TCSADRAIN, self._saved)  # type: ignore[arg-type]
        except termios.error:
            pass  # the terminal is gone
        finally:
            signal.signal(signal.SIGTTOU, before)


def die_of(number: int) -> None:
    """End this process by a signal, so that a shell loop or make around it stops too."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def clock() -> float:
    """Seconds of a clock that nobody sets."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def utc() -> str:
    """The time now as the engine writes it: 2026-01-31T10:20:30 (UTC)."""
    return time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime())
