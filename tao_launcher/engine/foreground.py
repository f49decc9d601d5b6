"""Runs a command that talks to the user itself: with our streams, or in our place."""
from __future__ import annotations

import os

from ..base.late import signal
from ..base.text import encoded
from . import process
from .ask import ask
from .child import CAPTURED, OURS, Child, Streams, encoded_environment, spawn
from .process import Answer
from .signals import Deferring
from .unstarted import unstarted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ENDING = 10.0  # seconds for a command to end by itself
SILENCE = 30.0  # seconds


def become(argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Replace this process by a command: its streams, signals and exit code are the command's own.

    Raises EngineError when it cannot be started; does not return otherwise.
    """
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and a command inherits that
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvpe(encoded(argv[0]), [encoded(word) for word in argv], encoded_environment(env))
    except OSError as e:
        raise unstarted(argv[0], e, env) from None


def show(
    argv: Sequence[str], env: Mapping[str, str], *, has_errors: bool, still: Callable[[float], None] | None = None,
) -> Answer:
    """Run a command with this terminal; with `has_errors` what it says on stderr is in the answer instead.

    `still` is then told the seconds, whenever it has said nothing there for SILENCE. Raises EngineError.
    """
    import select

    child: Child | None = None
    try:
        with Deferring():
            child = spawn(argv, env, Streams(OURS, OURS, CAPTURED if has_errors else OURS), own_session=False)
        begun, errors = process.clock(), b''
        while child.stderr:
            if still and not select.select([child.stderr], [], [], SILENCE)[0]:
                still(process.clock() - begun)
                continue
            block = os.read(child.stderr.fileno(), process.BLOCK)
            if not block:
                break
            errors = (errors + block)[-process.WORDS:]
        return Answer(child.wait(), '', errors.decode('utf-8', 'replace'))
    except OSError as e:
        if child:
            raise
        raise unstarted(argv[0], e, env) from None
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
            child = process.start(argv, env, own_session=False, has_input=False, captured=False)
        code = child.wait()
    except BaseException:
        if child:
            _stop(child, argv, env)
            process.end_now(child)
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
    deadline = process.clock() + ENDING
    while process.clock() < deadline and (child.poll() is None or any(map(family.is_alive, others.items()))):
        if child.poll() is None:
            child.wait_for(0.05)
        else:
            process.sleep(0.05)
    for one in others.items():
        if family.is_alive(one):
            family.send(one[0], signal.SIGKILL)
