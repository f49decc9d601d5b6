"""Jobs whose connection was lost: asked for again until the engine, restarted perhaps, answers."""
from __future__ import annotations

from ...base.errors import EngineError
from ...base.times import seconds
from ...engine import process
from .find import jobs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...base.output import Output
    from ...engine.client import Engine
    from .job import Job

OVERLAP = 1.0  # seconds of output that are shown again: better twice than not at all
PAUSE = 0.5  # seconds between two questions
AT_ONCE, TRIES = 1.0, 3  # seconds, and how often an engine that knows the job may end at once what asks about it
CONNECTED = 5.0  # seconds after which a connection counts as one, and its loss as a new one


class Again:
    """How long to go on asking: `seconds` from when a connection was lost."""

    def __init__(self, engine: Engine, seconds: int, output: Output) -> None:
        self._engine = engine
        self._seconds = seconds
        self._output = output
        self._until: float | None = None
        self._begun = process.clock()
        self._in_vain = 0

    def look(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs as they are now; [] when it is time to give up, or when one of them is gone.

        What was waited for, or followed, has ended without their codes.
        """
        now = process.clock()
        self._in_vain = self._in_vain + 1 if now - self._begun < AT_ONCE else 0
        if self._in_vain > TRIES:
            return []
        if self._until is None or now - self._begun > CONNECTED:
            self._until = now + self._seconds
        found: list[Job] = []
        while not found and process.clock() < self._until:
            process.sleep(PAUSE)
            try:
                there = {job.id: job for job in jobs_of(self._engine, all_users=True, ended=True)}
            except EngineError:
                continue
            found = [there[job.id] for job in jobs if job.id in there]
            if len(found) < len(jobs):
                return []
        if any(not job.has_ended for job in found):
            self._output.notice('the connection to the engine was lost; asking again')
        self._begun = process.clock()
        return found


def has_no_log(job: Job, engine: Engine) -> bool:
    """Whether the engine answers, but not to what asks for this job's log: some log drivers do not give it back."""
    return engine.ask('version').code == 0 and bool(engine.ask('logs', '--tail', '0', job.id).code)


def went_on(job: Job, lost_at: float) -> bool:
    """Whether a job has ended only after its log had: an engine that is restarted ends logs as if they were over.

    `lost_at` is when the log ended, in seconds since 1970. Of an engine on another machine, with a clock of its own,
    that is not known.
    """
    return job.owner.isdecimal() and (seconds(job.finished) or 0) > lost_at
