"""The one module that starts processes, with child.py for the quick ones. argv in, exit code out; never a shell."""
from __future__ import annotations

import errno
import os
import time

from ..base import temporary
from ..base.errors import CannotExecute, CommandMissing, EngineError, EngineMissing
from ..base.late import signal, subprocess
from ..base.record import Record
from ..base.shell import quote
from ..base.text import encoded
from . import answers, profiles
from .child import CAPTURED, NOWHERE, OURS, Child, Streams, encoded_environment, spawn
from .signals import Deferring, Signals, Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import IO, Any


LARGEST = 64 << 20  # bytes of an answer; a thousand containers show a fifth of that
WORDS = 1 << 20  # bytes of an answer that is an id, an exit code, or the last words of a command that failed


class Answer(Record):
    """What a question to the engine gave; code is None when it did not answer: `err` says why, for people."""

    code: int | None
    out: str
    err: str
    is_missing: bool = False  # there is no such program
    is_late: bool = False  # it was given up
    unstarted: str = ''  # why the program could not be started

    def json(self) -> Mapping[str, Any]:
        """The answer as a JSON object; {} where it is none."""
        return answers.fields(answers.parsed(self.out))


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
        is_missing, why = isinstance(e, FileNotFoundError), e.strerror or str(e)
        found = _not_found(argv[0], env) if is_missing else None
        said = found.what if found else f'{argv[0]}: {why}'
        return Answer(None, '', said, is_missing=is_missing, unstarted=why)
    finally:
        _end(child)  # given up, or left by Ctrl-C


def _heard(child: Child, timeout: float, is_over: Callable[[], bool] | None) -> Answer:
    """What a command prints until it ends. Who else holds its output (a process that it left) is not waited for."""
    import select  # only where one is asked

    deadline = clock() + timeout
    said = {stream.fileno(): bytearray() for stream in (child.stdout, child.stderr) if stream}
    pipes, poll = set(said), select.poll()
    for pipe in pipes:
        poll.register(pipe, select.POLLIN)
    while pipes or child.poll() is None:
        patience = max(0.0, min(0.25, deadline - clock()))
        ready = [pipe for pipe, _ in poll.poll(int(patience * 1000) + 1)] if pipes else []
        if not pipes:
            child.wait_for(patience)
        for pipe in ready:
            block = os.read(pipe, BLOCK)
            said[pipe] += block
            if not block:
                poll.unregister(pipe)
                pipes.remove(pipe)
        if sum(map(len, said.values())) > LARGEST:
            return Answer(None, '', f'it printed more than {LARGEST >> 20} MiB', is_late=True)
        if not ready and child.poll() is not None:
            break
        if clock() >= deadline or (is_over and is_over()):
            return Answer(None, '', f'no answer within {timeout:.0f} s', is_late=True)
    out, err = (_lines(bytes(data)) for data in said.values())
    return Answer(child.returncode, out, err)


def _lines(data: bytes) -> str:
    """An output as text; bytes that are not UTF-8 are kept, as Python keeps them in names of files."""
    return data.decode('utf-8', 'surrogateescape').replace('\r\n', '\n').replace('\r', '\n')


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


def _not_found(program: str, env: Mapping[str, str]) -> EngineError | None:
    from .not_found import not_found  # seldom needed

    return not_found(program, env)


def missing(program: str, reason: str, *, is_first: bool = False) -> EngineMissing:
    """The error for an engine's program that cannot be started, with what to install.

    With `is_first` PATH may have others of that name, after the one that cannot be started.
    """
    from ..base import machine

    there = '' if is_first else machine.usual_place(program)
    if there:
        return EngineMissing(
            f'{program}: {reason}', f'there is {there}, in a folder that is not on PATH',
            advice=f'--engine {quote(there)}, or that folder on PATH',
        )
    found = profiles.known(program) or profiles.PROFILES[0]
    other = next(one.name for one in profiles.PROFILES if one is not found)
    return EngineMissing(
        f'{program}: {reason}',
        f'the launcher runs containers through the {found.name} command line program',
        advice=f'install {found.title} ({found.manual}), or name another engine: --engine {other}',
    )


def unstarted(program: str, reason: str, env: Mapping[str, str], *, is_missing: bool) -> EngineError:
    """The error for an engine's program that could not be started: nobody was asked.

    `is_missing` says that the kernel has not found it, or not what it is to be started with.
    """
    if not is_missing:
        return EngineError(f'{program}: cannot be started ({reason})')
    return _not_found(program, env) or missing(program, 'no such program')


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
    except FileNotFoundError as e:
        raise unstarted(argv[0], e.strerror or str(e), env, is_missing=True) from None
    except PermissionError:
        raise missing(argv[0], 'is not executable (permission denied)') from None
    except OSError as e:
        if e.errno == errno.ENOEXEC:
            raise missing(argv[0], 'is not an executable (exec format error)', is_first=True) from None
        raise unstarted(argv[0], e.strerror or str(e), env, is_missing=False) from None


def start_here(
    argv: Sequence[str], env: Mapping[str, str], workdir: str, *, own_session: bool, has_input: bool,
) -> Child:
    """Start a job that is a command of this machine, in that folder ('' for the current one), as `start` does.

    Raises CommandMissing or CannotExecute.
    """
    try:
        made = subprocess.Popen(
            [encoded(word) for word in argv], env=encoded_environment(env), cwd=encoded(workdir) if workdir else None,
            start_new_session=own_session, stdin=None if has_input else subprocess.DEVNULL,
        )
    except FileNotFoundError as e:
        if workdir and e.filename in (workdir, encoded(workdir)):
            raise CommandMissing(f'--workdir {workdir}: no such folder') from None
        raise CommandMissing(f'{argv[0]}: no such program, or none of the name in its first line') from None
    except OSError as e:
        raise CannotExecute(f'{argv[0]}: cannot be started ({e.strerror})') from None
    made.returncode = 0  # it is waited for by another
    return Child(made.pid, None)


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
    _end(client)


def become(argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Replace this process by a command: its streams, signals and exit code are the command's own.

    Raises EngineMissing when it cannot be started; does not return otherwise.
    """
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and a command inherits that
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvpe(encoded(argv[0]), [encoded(word) for word in argv], encoded_environment(env))
    except OSError as e:
        raise missing(argv[0], e.strerror or 'cannot be started') from None


def watch(
    shown: Sequence[str], waiting: Sequence[Sequence[str]], env: Mapping[str, str], *, on_terminal: bool = False,
    tick: Callable[[], None] | None = None,
) -> tuple[int, list[str]]:
    """Wait until the commands `waiting` have ended, while the command `shown` (if any) shows its output.

    Returns (the signal that ended the watching or 0, what each of `waiting` printed). No command is
    sent a signal but to end it, and none is left behind. With `on_terminal` what is shown has the
    terminal, and the watching ends with it. `tick` is called every TICK seconds. Raises EngineError.
    """
    children: list[Child] = []
    terminal = Terminal(used=on_terminal)
    with Signals() as signals:
        try:
            for argv in (*waiting, *([shown] if shown else [])):
                has = on_terminal and argv is shown
                children.append(start(argv, env, own_session=not has, has_input=has, captured=argv is not shown))
            deadline = None
            heard = [Heard(child) for child in children[:len(waiting)]]
            while None in [child.poll() for child in children]:
                failure = children[-1].returncode if shown else None
                if failure == -signal.SIGPIPE:
                    return -failure, []  # nobody reads it now
                if deadline is None and (failure or (on_terminal and failure is not None)):
                    deadline = clock() + UNSHOWN
                pipes = [pipe for each in heard for pipe in each.pipes]
                came = signals.wait(TICK if tick else max(0.0, deadline - clock()) if deadline else None, pipes)
                if came:
                    return came[0], []
                if tick:
                    tick()
                for each in heard:
                    each.take()
                if any(each.is_too_much for each in heard) or (deadline and clock() >= deadline):
                    break
            for each in heard:
                each.take()
            return 0, [each.text if child.poll() is not None else '' for each, child in zip(heard, children)]
        finally:
            for child in children:
                _end(child)
            terminal.restore()


ENDING = 10.0  # seconds for a command to end by itself
SILENCE = 30.0  # seconds
TICK = 0.25  # seconds
UNSHOWN = 2.0  # seconds for the exit code of a job whose output cannot be shown
PIPE_SIZE = 1031  # fcntl.F_SETPIPE_SZ, which Python has since 3.10
BLOCK = 1 << 20  # bytes that are passed on at a time


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
                block = child.stdout.read(BLOCK)
                if not block:
                    break
                sink(block)
            return Answer(child.wait(), '', _text(errors))
        finally:
            _end(child)


def _widen(pipe: IO[bytes] | None) -> None:
    """Let a command write on while `sink` is busy: a pipe holds 64 KiB, and BLOCK where the system allows it."""
    import fcntl

    try:
        if pipe:
            fcntl.fcntl(pipe, PIPE_SIZE, BLOCK)
    except OSError:  # not Linux, or the user's pipes hold as much as they may
        pass


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
            _end(child)


def show(
    argv: Sequence[str], env: Mapping[str, str], *, has_errors: bool, still: Callable[[float], None] | None = None,
) -> Answer:
    """Run a command with this terminal; with `has_errors` what it says on stderr is in the answer instead.

    `still` is then told the seconds, whenever it has said nothing there for SILENCE. Raises EngineMissing.
    """
    import select

    child: Child | None = None
    try:
        with Deferring():
            child = spawn(argv, env, Streams(OURS, OURS, CAPTURED if has_errors else OURS), own_session=False)
        begun, errors = clock(), b''
        while child.stderr:
            if still and not select.select([child.stderr], [], [], SILENCE)[0]:
                still(clock() - begun)
                continue
            block = os.read(child.stderr.fileno(), BLOCK)
            if not block:
                break
            errors = (errors + block)[-WORDS:]
        return Answer(child.wait(), '', errors.decode('utf-8', 'replace'))
    except OSError as e:
        if child:
            raise
        raise missing(argv[0], e.strerror or 'cannot be started') from None
    finally:
        if child and child.poll() is None:
            try:
                child.send_signal(signal.SIGTERM)
            except PermissionError:
                pass  # through sudo it is root's, which the terminal's Ctrl-C has reached
            child.wait()
        if child and child.stderr:
            child.stderr.close()


def follow(argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Run a command that says itself what it does; its exit code. It is ended when we are interrupted.

    Raises EngineMissing or EngineError when it cannot be started.
    """
    child: Child | None = None
    try:
        with Deferring():
            child = start(argv, env, own_session=False, has_input=False, captured=False)
        code = child.wait()
    except BaseException:
        if child:
            _stop(child, argv, env)
            _end(child)
        raise
    return code if code >= 0 else 128 - code


def _stop(child: Child, argv: Sequence[str], env: Mapping[str, str]) -> None:
    """End a command and what it has started: docker's client leaves its plugins, which build, running.

    What does not end by itself is killed. What sudo has started is root's: it is asked to end that.
    """
    from . import family  # only where one is to be ended

    others = family.descendants(child.pid)
    # Ctrl-C has reached them too
    refused = [pid for pid in (child.pid, *others) if not family.send(pid, signal.SIGTERM)]
    if refused and argv[0].rpartition('/')[2] == 'sudo':
        ask((argv[0], '-n', 'kill', '-TERM', *map(str, refused)), env, ENDING, own_session=False)
    deadline = clock() + ENDING
    while clock() < deadline and (child.poll() is None or any(map(family.is_alive, others.items()))):
        if child.poll() is None:
            child.wait_for(0.05)
        else:
            sleep(0.05)
    for one in others.items():
        if family.is_alive(one):
            family.send(one[0], signal.SIGKILL)


def ask_patiently(
    argv: Sequence[str], env: Mapping[str, str], still: Callable[[float], None],
    is_over: Callable[[], bool] = lambda: False,
) -> Answer:
    """Run a command that takes its time for its output; `still` is told the seconds, every 30 of them.

    It is given up as soon as `is_over` says so.
    """
    begun = told = clock()

    def is_given_up() -> bool:
        nonlocal told
        if clock() - told >= 30:
            told = clock()
            still(told - begun)
        return is_over()

    return ask(argv, env, float('inf'), is_given_up)


def _end(child: Child | None) -> None:
    """End a command, if it was started, and close what it was read by."""
    if child and child.poll() is None:
        try:
            child.kill()
            child.wait()
        except PermissionError:
            pass  # through sudo it is root's
    for stream in (child.stdout, child.stderr) if child else ():
        if stream:
            stream.close()


def _source(text: str) -> IO[bytes]:
    """A file without a name to read a text from: a pipe would have to be written to at the right times."""
    if not text:
        return open(os.devnull, 'rb')
    file = temporary.file()
    file.write(encoded(text))
    file.seek(0)
    return file


def _text(file: IO[bytes]) -> str:
    """The end of what a command wrote into a file."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - WORDS))
    return file.read().decode('utf-8', 'replace')


def clock() -> float:
    """Seconds of a clock that nobody sets."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def utc() -> str:
    """The time now as the engine writes it: 2026-01-31T10:20:30 (UTC)."""
    return time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime())
