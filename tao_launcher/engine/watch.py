"""Waits for commands to end, while another one may show its output."""
from __future__ import annotations

from ..base.late import signal
from . import process
from .process import Heard
from .signals import Signals, Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .child import Child

TICK = 0.25  # seconds
UNSHOWN = 2.0  # seconds for the exit code of a job whose output cannot be shown


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
                has, is_captured = on_terminal and argv is shown, argv is not shown
                children.append(process.start(argv, env, own_session=not has, has_input=has, captured=is_captured))
            deadline = None
            heard = [Heard(child) for child in children[:len(waiting)]]
            while None in [child.poll() for child in children]:
                failure = children[-1].returncode if shown else None
                if failure == -signal.SIGPIPE:
                    return -failure, []  # nobody reads it now
                if deadline is None and (failure or (on_terminal and failure is not None)):
                    deadline = process.clock() + UNSHOWN
                pipes = [pipe for each in heard for pipe in each.pipes]
                came = signals.wait(TICK if tick else max(0.0, deadline - process.clock()) if deadline else None, pipes)
                if came:
                    return came[0], []
                if tick:
                    tick()
                for each in heard:
                    each.take()
                if any(each.is_too_much for each in heard) or (deadline and process.clock() >= deadline):
                    break
            for each in heard:
                each.take()
            return 0, [each.text if child.poll() is not None else '' for each, child in zip(heard, children)]
        finally:
            for child in children:
                process.end_now(child)
            terminal.restore()
