"""A process that is started and waited for, as subprocess.Popen does it, without the time that takes to load."""
from __future__ import annotations

import os
import time

from ..base.late import signal, subprocess
from ..base.record import Record
from ..base.text import encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

DEFAULT = (signal.SIGPIPE, signal.SIGXFSZ)  # Python ignores them, and a command would inherit that
# Seconds: a signal that comes just before a call that blocks is handled only after it, so none blocks for longer.
LOOK = 0.5
OFTEN = 0.02  # seconds
OURS, NOWHERE, CAPTURED = -1, -2, -3  # what a standard stream is that is no descriptor
INTERRUPTED = 0.25  # seconds that an interrupted wait goes on, as the terminal's Ctrl-C has reached the command too


class Child:
    """A process of ours. `returncode` is its exit code, the negative of a signal that ended it, or None so far."""

    def __init__(self, pid: int, stdout: IO[bytes] | None, stderr: IO[bytes] | None = None) -> None:
        self.pid = pid
        self.stdout = stdout  # what it prints, if that is captured
        self.stderr = stderr  # what it says there, if that is captured
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code; None as long as it runs."""
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:  # SIGCHLD is ignored: it has ended, and nobody knows how
                pid, status = self.pid, 0
            if pid:
                self.returncode = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        return self.returncode

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        try:
            with Ending(self.pid) as ending:
                while self.poll() is None:
                    ending.wait(LOOK)
        except KeyboardInterrupt:
            self.wait_for(INTERRUPTED)
            raise
        return self.returncode or 0

    def wait_for(self, seconds: float) -> int | None:
        """Its exit code; None when it has not ended after so many seconds."""
        deadline, pause = time.monotonic() + seconds, 0.0005
        while self.poll() is None:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            pause = min(pause * 2, left, 0.05)
            time.sleep(pause)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended. Raises PermissionError when it is another user's by now."""
        if self.poll() is None:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass

    def kill(self) -> None:
        """Send SIGKILL; as send_signal."""
        self.send_signal(signal.SIGKILL)


class Streams(Record):
    """The standard streams of a command: a descriptor, OURS, NOWHERE (it reads nothing), or CAPTURED."""

    stdin: int = NOWHERE
    out: int = OURS
    err: int = OURS


class Ending:
    """The end of a process, to be waited for."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._descriptor = -1

    def __enter__(self) -> Ending:
        try:
            self._descriptor = os.pidfd_open(self._pid)
        except (AttributeError, OSError):  # Python before 3.9, Linux before 5.3, or it has ended
            pass
        return self

    def __exit__(self, *error: object) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def wait(self, seconds: float) -> None:
        """Return when it has ended, after so many seconds at most; sooner where the system cannot tell."""
        if self._descriptor < 0:
            time.sleep(min(seconds, OFTEN))
            return
        import select  # only where one is waited for

        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        poll.poll(seconds * 1000)


def spawn(argv: Sequence[str], env: Mapping[str, str], streams: Streams, *, own_session: bool) -> Child:
    """Start a command with these standard streams and no other descriptor of ours.

    Raises OSError when it cannot be started.
    """
    if not _tells_errors():
        return _by_subprocess(argv, env, streams, own_session=own_session)
    pipes = {number: os.pipe() for number, stream in ((1, streams.out), (2, streams.err)) if stream == CAPTURED}
    actions: list[tuple[object, ...]] = []
    for number, stream in enumerate(streams):
        if stream == NOWHERE:
            actions.append((os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0))
        elif stream != OURS:
            actions.append((os.POSIX_SPAWN_DUP2, pipes[number][1] if number in pipes else stream, number))
    actions += _closed(_inheritable())
    try:
        pid = _spawned(argv, env, actions, own_session=own_session)
    except BaseException as e:
        for read, _ in pipes.values():
            os.close(read)
        if not isinstance(e, NotImplementedError):
            raise
        # this Python was built for a system without sessions for what it spawns
        return _by_subprocess(argv, env, streams, own_session=own_session)
    finally:
        for _, write in pipes.values():
            os.close(write)
    out, err = (open(pipes[number][0], 'rb') if number in pipes else None for number in (1, 2))
    return Child(pid, out, err)


def encoded_environment(env: Mapping[str, str]) -> dict[bytes, bytes]:
    """An environment as processes have it."""
    return {encoded(name): encoded(value) for name, value in env.items()}


def _spawned(
    argv: Sequence[str], env: Mapping[str, str], actions: Sequence[tuple[object, ...]], *, own_session: bool,
) -> int:
    """The number of the new process: the first of that name on PATH that can be executed."""
    places = [argv[0]] if '/' in argv[0] else [
        os.path.join(folder, argv[0]) for folder in env.get('PATH', os.defpath).split(':')
    ]
    words, environment = [encoded(word) for word in argv], encoded_environment(env)
    errors: list[OSError] = []
    for place in places:
        try:
            return os.posix_spawn(
                encoded(place), words, environment, file_actions=actions, setsid=own_session, setsigdef=DEFAULT,
            )
        except OSError as e:
            errors.append(e)
    told = (e for e in errors if not isinstance(e, (FileNotFoundError, NotADirectoryError)))
    raise next(told, errors[-1])


def _inheritable() -> list[int]:
    """The descriptors above the standard streams that a command would get."""
    found = []
    for name in os.listdir('/proc/self/fd'):
        try:
            if int(name) > 2 and os.get_inheritable(int(name)):
                found.append(int(name))
        except OSError:  # that of the folder itself
            pass
    return found


def _closed(numbers: Sequence[int]) -> list[tuple[object, ...]]:
    """What closes these descriptors in a command. Raises OSError."""
    most = os.sysconf('SC_OPEN_MAX') if numbers else 0  # negative for no limit
    actions: list[tuple[object, ...]] = []
    for number in numbers:
        if 0 <= most <= number:  # got before the limit was lowered: the library refuses such an action
            os.set_inheritable(number, False)
        else:
            actions.append((os.POSIX_SPAWN_CLOSE, number))
    return actions


def _tells_errors() -> bool:
    """Whether the system's library says when a program cannot be executed, and which descriptors there are."""
    try:
        name, _, version = (os.confstr('CS_GNU_LIBC_VERSION') or '').partition(' ')
    except (OSError, ValueError):  # it is another library
        return False
    numbers = tuple(int(number) for number in version.split('.')[:2] if number.isdecimal())
    return name == 'glibc' and numbers >= (2, 24) and os.path.isdir('/proc/self/fd')


def _by_subprocess(argv: Sequence[str], env: Mapping[str, str], streams: Streams, *, own_session: bool) -> Child:
    known = {OURS: None, NOWHERE: subprocess.DEVNULL, CAPTURED: subprocess.PIPE}
    stdin, stdout, stderr = (known.get(stream, stream) for stream in streams)
    made = subprocess.Popen(
        [encoded(word) for word in argv], env=encoded_environment(env), start_new_session=own_session,
        stdin=stdin, stdout=stdout, stderr=stderr,
    )
    made.returncode = 0  # it is waited for here, and not by subprocess
    return Child(made.pid, made.stdout, made.stderr)
