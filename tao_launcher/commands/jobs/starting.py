"""Jobs that are just being started: an engine's own `wait` and `logs` do not wait for that, and `stop` ends nothing."""
from __future__ import annotations

from ...base import machine
from ...base.errors import EngineError
from ...engine import answers, process
from .find import inspected
from .job import CLEAN, START, lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...base.output import Output
    from ...engine.client import Engine
    from .job import Job

PAUSE = 0.25  # seconds between two questions
SILENT = 3.0  # seconds until it is said what is waited for


def started(jobs: Sequence[Job], engine: Engine, tick: Callable[[], None] | None = None) -> list[Job]:
    """The jobs once each of them has started; one that is gone by then has no state.

    `tick` is called now and then. Raises EngineError for what has never started, and when there is no answer.
    """
    found, until = list(jobs), process.clock() + START
    while True:
        waiting = [job for job in found if job.is_unstarted]
        if not waiting:
            return found
        now, is_over = machine.now(), process.clock() >= until
        check([job for job in waiting if is_over or job.is_forgotten(now)])
        process.sleep(PAUSE)
        if tick:
            tick()
        there = {job.id: job for job in as_they_are(waiting, engine)}
        found = [there.get(job.id, job._replace(state='')) if job in waiting else job for job in found]


def check(unstarted: Sequence[Job]) -> None:
    """Raises EngineError where there are jobs that have never started, with what the engine said of them."""
    if unstarted:
        said = [f'the engine said: {job.error[:500]}' for job in unstarted[:5] if job.error]
        many = len(unstarted) > 1
        what = f'{len(unstarted)} of the jobs have never started' if many else 'the job has never started'
        raise EngineError(what, *lines(unstarted), *said, advice=CLEAN)


def as_they_are(jobs: Sequence[Job], engine: Engine) -> list[Job]:
    """These jobs now, without those that are gone. Raises EngineError."""
    return [job for ids in answers.batches([job.id for job in jobs]) for job in inspected(engine, ids)]


def stop(jobs: Sequence[Job], engine: Engine, seconds: int, output: Output) -> tuple[list[Job], list[str]]:
    """Stop jobs, each within `seconds`, also those that have yet to start: (those that are left, what was said)."""
    patience = (seconds + 60.0) * (1 + min(len(jobs), answers.BATCH) // 50)  # docker stops 50 at a time
    said: list[str] = []
    left, begun, is_told = list(jobs), process.clock(), False
    while True:
        unstarted = [job.id for job in left if job.is_unstarted]  # a stop that comes before the start does nothing
        for words in stop_commands(left, engine, seconds):
            said += engine.ask(*words, timeout=patience).err.splitlines()
        # what the client says does not matter: one that vanished meanwhile has stopped too
        left = [job for job in as_they_are(left, engine) if job.is_there]
        now = machine.now()
        passed = process.clock() - begun
        if passed >= START or not any(job.id in unstarted and not job.is_forgotten(now) for job in left):
            return left, said
        if passed >= SILENT and not is_told:
            is_told = True
            output.notice('waiting for what is being started, to stop it then')
        process.sleep(PAUSE)


def stop_commands(jobs: Sequence[Job], engine: Engine, seconds: int) -> list[tuple[str, ...]]:
    """The words that stop jobs, each within so many seconds."""
    frozen = [job.id for job in jobs if job.state == 'paused' and not engine.daemon.profile.stops_paused]
    return [
        *(('unpause', *ids) for ids in answers.batches(frozen)),
        *(('stop', '-t', str(seconds), *ids) for ids in answers.batches([job.id for job in jobs])),
    ]
