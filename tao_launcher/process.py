"""The one module that starts processes. argv in, exit code out; never a shell."""
from __future__ import annotations

import errno
import os
import select
import signal
import subprocess
import time

from .encoding import encoded
from .errors import EngineError, EngineMissing
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType, TracebackType
    from typing import IO, Any

INTERRUPT = int(signal.SIGINT)
FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class Answer(Record):
    """What a question to the engine gave; code is None when it did not answer in time."""

    code: int | None
    out: str
    err: str


def ask(
    argv: Sequence[str], env: Mapping[str, str], timeout: float, is_over: Callable[[], bool] | None = None,
) -> Answer:
    """Run a command for its output, undisturbed by the terminal's signals.

    It is given up after `timeout` seconds, or as soon as `is_over` says so.
    """
    try:
        child = subprocess.Popen(
            [encoded(word) for word in argv], env=_encoded(env), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            encoding='utf-8', errors='surrogateescape',
        )
    except OSError as e:
        return Answer(None, '', f'{argv[0]}: {e.strerror or e}')
    deadline = clock() + timeout
    try:
        while True:
            try:
                out, err = child.communicate(timeout=max(0.0, min(0.25, deadline - clock())))
                return Answer(child.returncode, out, err)
            except subprocess.TimeoutExpired:
                if clock() >= deadline or (is_over and is_over()):
                    break
    finally:
        _end(child)  # given up, or left by Ctrl-C
    return Answer(None, '', f'no answer within {timeout:.0f} s')


def _encoded(env: Mapping[str, str]) -> dict[bytes, bytes]:
    return {encoded(name): encoded(value) for name, value in env.items()}


def start(
    argv: Sequence[str], env: Mapping[str, str], own_session: bool, has_input: bool, captured: bool,
) -> subprocess.Popen[bytes]:
    """Start the engine's client.

    In its own session no signal of the terminal reaches it. Without `has_input` it reads nothing.
    Raises EngineMissing or EngineError when it can not be started.
    """
    try:
        return subprocess.Popen(
            [encoded(word) for word in argv], env=_encoded(env), start_new_session=own_session,
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


def become(argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Replace this process by a command: its streams, signals and exit code are the command's own.

    Raises EngineMissing when it can not be started; does not return otherwise.
    """
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and a command inherits that
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvpe(encoded(argv[0]), [encoded(word) for word in argv], _encoded(env))
    except OSError as e:
        raise EngineMissing(argv[0], e.strerror or 'can not be started') from None


def watch(
    shown: Sequence[str], waiting: Sequence[Sequence[str]], env: Mapping[str, str],
) -> tuple[int, list[str]]:
    """Wait until the commands `waiting` have ended, while the command `shown` (if any) shows its output.

    Returns (the signal that ended the watching or 0, what each of `waiting` printed). No command is
    sent a signal but to end it, and none is left behind. Raises EngineError when one can not be started.
    """
    children: list[subprocess.Popen[bytes]] = []
    with Signals() as signals:
        try:
            for argv in (*waiting, *([shown] if shown else [])):
                children.append(start(argv, env, own_session=True, has_input=False, captured=argv is not shown))
            deadline = None
            while None in [child.poll() for child in children]:
                failure = children[-1].returncode if shown else None
                if failure == -signal.SIGPIPE:
                    return -failure, []  # nobody reads it any more
                if failure and deadline is None:
                    deadline = clock() + UNSHOWN
                came = signals.wait(max(0.0, deadline - clock()) if deadline else None)
                if came:
                    return came[0], []
                if deadline and clock() >= deadline:
                    break
            return 0, [_output(child) if child.poll() is not None else '' for child in children[:len(waiting)]]
        finally:
            for child in children:
                _end(child)
                if child.stdout:
                    child.stdout.close()


def _output(child: subprocess.Popen[bytes]) -> str:
    return child.stdout.read().decode('utf-8', 'replace') if child.stdout else ''


UNSHOWN = 2.0  # seconds for the exit code of a job whose output can not be shown
BLOCK = 1 << 20  # bytes that are passed on at a time


def read_from(argv: Sequence[str], env: Mapping[str, str], sink: Callable[[bytes], None]) -> Answer:
    """Give a command's output to `sink`, a block at a time. The command is ended if `sink` raises."""
    import tempfile  # slow to load, and no launch needs it

    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        try:
            while child.stdout:
                block = child.stdout.read(BLOCK)
                if not block:
                    break
                sink(block)
            return Answer(child.wait(), '', _text(errors))
        finally:
            _end(child)
            if child.stdout:
                child.stdout.close()


def write_to(argv: Sequence[str], env: Mapping[str, str], path: str, told: Callable[[int], None]) -> Answer:
    """Run a command with a file for its input; `told` is how far it has read. Raises OSError for the file."""
    import tempfile

    with open(path, 'rb') as source, tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as out:
        child = subprocess.Popen(argv, env=env, stdin=source, stdout=out, stderr=errors)
        try:
            while child.poll() is None:
                try:
                    child.wait(0.2)
                except subprocess.TimeoutExpired:
                    told(os.lseek(source.fileno(), 0, os.SEEK_CUR))  # the position is the command's too
            return Answer(child.returncode, _text(out), _text(errors))
        finally:
            _end(child)


def show(argv: Sequence[str], env: Mapping[str, str], has_errors: bool) -> Answer:
    """Run a command with this terminal; with `has_errors` what it says on stderr is in the answer instead."""
    child = subprocess.Popen(argv, env=env, stderr=subprocess.PIPE if has_errors else None)
    try:
        _, errors = child.communicate()
        return Answer(child.returncode, '', (errors or b'').decode('utf-8', 'replace'))
    except BaseException:
        child.terminate()  # the terminal's Ctrl-C has reached it too
        raise
    finally:
        child.wait()


def ask_patiently(argv: Sequence[str], env: Mapping[str, str], still: Callable[[float], None]) -> Answer:
    """Run a command that takes its time for its output; `still` is told the seconds, every 30 of them."""
    begun = told = clock()

    def is_over() -> bool:
        nonlocal told
        if clock() - told >= 30:
            told = clock()
            still(told - begun)
        return False

    return ask(argv, env, float('inf'), is_over)


class Unwinding:
    """While inside, TERM and HUP unwind as Ctrl-C does: what was begun is ended, half a file removed."""

    def __enter__(self) -> None:
        numbers = [n for n in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) != signal.SIG_IGN]
        self._before = {number: signal.signal(number, self._unwind) for number in numbers}

    def _unwind(self, number: int, frame: FrameType | None) -> None:
        for each in self._before:
            signal.signal(each, signal.SIG_IGN)  # once is enough
        raise SystemExit(128 + number)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _end(child: subprocess.Popen[Any]) -> None:
    if child.poll() is None:
        try:
            child.kill()
        except PermissionError:
            return  # behind sudo it is root's
        child.wait()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode('utf-8', 'replace')


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
            # not TCSADRAIN, which waits while the terminal is stopped (Ctrl-S)
            termios.tcsetattr(0, termios.TCSANOW, self._saved)  # type: ignore[arg-type]
        except termios.error:
            pass  # the terminal is gone
        finally:
            signal.signal(signal.SIGTTOU, before)


def die_of(number: int) -> None:
    """End this process by a signal, so that a shell loop or make around it stops too."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def interrupt_group() -> None:
    """Do what the terminal does at Ctrl-C: interrupt the foreground, this process left out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.kill(0, signal.SIGINT)


def clock() -> float:
    """Seconds of a clock that nobody sets."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def utc() -> str:
    """The time now as the engine writes it: 2026-01-31T10:20:30 (UTC)."""
    return time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime())
