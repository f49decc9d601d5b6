"""Where the results of jobs are for us, as the engine shows their containers, and what these say."""
from __future__ import annotations

from ...base.record import Record
from ...base.times import seconds
from ...launch import host_paths as daemons
from ...launch import status_file
from ...launch.results import NOWHERE, Ran
from ...launch.status_file import Run
from ...settings.repeatable import host_paths
from ...status.status import brief

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ...engine.client import Engine
    from ...settings.invocation import Invocation
    from ...status.status import Status
    from .job import Job


class Told(Record):
    """What a job tells of itself, and the reason that it gives for its end ('' for none)."""

    status: Status | None = None
    failure: str = ''

    def brief(self, now: float) -> str:
        """How far it is, for a column; '' for nothing. `now` is in seconds since 1970."""
        return brief(self.status, now) if self.status else ''

    def as_json(self, now: float) -> dict[str, Any] | None:
        """How far it is, for --format json; None for nothing. Keys are only ever added."""
        status = self.status
        if not status:
            return None
        fraction, remaining = status.fraction, status.remaining(now)
        return {
            'state': status.state or None,
            'unit': status.unit or None,
            'done': _whole(status.done) if status.unit else None,
            'total': _whole(status.total),
            'percent': None if fraction is None else round(fraction * 100, 2),
            'remaining_seconds': None if remaining is None else round(remaining),
            'seconds_per_unit': status.seconds_per_unit,
        }


def _whole(number: float | None) -> float | None:
    """A count, as JSON has it: 37, and 1.46 of an epoch."""
    return int(number) if number is not None and number.is_integer() else number


def ours(engine: Engine, invocation: Invocation) -> Callable[[str], str]:
    """What gives our path of an engine's; NOWHERE for what is not here, as nothing is of an engine elsewhere."""
    if engine.daemon.is_remote:
        return lambda path: NOWHERE
    if status_file.has_our_paths(engine.daemon):
        return lambda path: path or NOWHERE
    options, environ, here, _ = invocation
    paths = host_paths(options, environ, here.cwd, here.home)
    return lambda path: daemons.ours(path, paths) or NOWHERE


def ran(job: Job, ours: Callable[[str], str]) -> Ran:
    """What a job was told, with our paths of what is mounted in its container."""
    mounts = tuple(mount._replace(source=ours(mount.source)) for mount in job.mounts)
    return Ran(job.task, job.command, mounts, job.workdir or '/')


def told(jobs: Sequence[Job], ours: Callable[[str], str]) -> Mapping[str, Told]:
    """What these jobs tell of themselves, by their ids. Only this machine is asked, for two seconds at most for all."""
    runs = {job.id: run(job, ours) for job in jobs}
    asked = [(id, each) for id, each in runs.items() if each]
    found = dict.fromkeys(runs, Told())
    for (id, each), status in zip(asked, status_file.told([each for _, each in asked])):
        failure = status_file.failure(each, status)
        if status and each.ended < float('inf'):
            status = status._replace(ends_at=None)  # it will not go on
        found[id] = Told(status, failure)
    return found


def run(job: Job, ours: Callable[[str], str]) -> Run | None:
    """When a job ran; None for one that has never started."""
    started, finished = seconds(job.started), seconds(job.finished)
    if started is None:
        return None
    # what was written in these seconds, by the clock of a file system, which may count only whole ones
    over = finished if job.has_ended and finished else float('inf')
    return Run(ran(job, ours), int(started), int(over) + 1 if over < float('inf') else over, over)
