"""A job that goes on without its client: followed to its end, for its own exit code."""
from __future__ import annotations

from ..engine import answers, process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..engine.child import Child
    from .containers import Container
    from .ending import LaunchedContainer

AGAIN = 0.5  # seconds between two questions to an engine that does not answer
OVERLAP = 1.0  # seconds of output that are shown again: better twice than not at all
REST = 2.0  # seconds for the rest of a job's output


def ask_again(job: LaunchedContainer) -> list[Container]:
    """The launch's container once an engine that does not answer is back, within --stop-timeout. A signal ends it."""
    seconds = job.plan.stop_timeout
    job.output.notice(f'the connection to the engine is lost; trying for {seconds} s to find the job again')
    until = process.clock() + seconds
    found: list[Container] = []
    while job.is_silent and process.clock() < until and not job.received:
        job.received += job.signals.wait(AGAIN)
        found = job.ours()
    job.was_lost = not job.is_silent
    if not found and not job.is_silent:
        job.output.notice('the job has ended in the meantime, and the engine no longer knows its exit code')
    return found


def follow(
    job: LaunchedContainer, container: Container, lost_at: float | None,
    watch: Callable[[Child], str],
) -> int | None:
    """The exit code of a running job; None when the engine does not tell it.

    `watch` waits for a command as for a client, signals and their times included. With `lost_at` (seconds
    since 1970) the job's output since then is shown: its client lost the connection. Without, something
    else may still show it.
    """
    shown = None
    if lost_at is not None:
        job.was_lost = True
        job.output.notice('the connection to the engine was lost; the job runs on, and is followed')
        shown = process.start(
            (*job.launch.engine, 'logs', '-f', '--since', f'{lost_at - OVERLAP:.6f}', container.id), job.launch.env,
            own_session=True, has_input=False, captured=False,
        )
    waiting = process.start(
        (*job.launch.engine, 'wait', container.id), job.launch.env, own_session=True, has_input=False, captured=True,
    )
    try:
        told = watch(waiting).split()
        if shown:
            process.end(shown, REST)
    finally:
        for client in (waiting, shown):
            if client:
                process.end(client, 0)
    return answers.exit_code(told[-1]) if told else None  # a wrapper may say something before it
