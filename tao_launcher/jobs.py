"""The launcher's jobs, as the engine's containers show them. Pure: labels and names are data of anybody's."""
from __future__ import annotations

import json

from .errors import NothingMatched, UsageError
from .record import Record
from .variables import masked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

ENDED = ('exited', 'dead')


class Job(Record):
    """A container with the launcher's labels. Times are the engine's (ISO 8601, UTC)."""

    id: str
    name: str
    task: str  # GROUP/TASK/SUBTASK
    owner: str  # a uid, or NAME@HOST on a remote daemon
    state: str
    exit_code: int
    started: str
    finished: str
    gpus: str
    image: str
    command: tuple[str, ...]
    tty: bool

    @property
    def has_ended(self) -> bool:
        """Whether it will never run again."""
        return self.state in ENDED


def parse(inspected: str) -> list[Job]:
    """The jobs in the answer of `inspect`, the newest first. Raises ValueError when it is no such answer."""
    jobs = [_job(container) for container in json.loads(inspected or '[]')]
    return sorted(jobs, key=lambda job: job.started, reverse=True)


def _job(container: Mapping[str, Any]) -> Job:
    config, state = container.get('Config') or {}, container.get('State') or {}
    labels = config.get('Labels') or {}
    return Job(
        id=str(container.get('Id', '')),
        name=str(container.get('Name', '')).lstrip('/'),
        task=str(labels.get('tao.job', '')),
        owner=str(labels.get('tao.user', '')),
        state=str(state.get('Status', '')),
        exit_code=int(state.get('ExitCode') or 0),
        started=str(state.get('StartedAt', '')),
        finished=str(state.get('FinishedAt', '')),
        gpus=_gpus(container.get('HostConfig') or {}, config.get('Env') or []),
        image=str(config.get('Image', '')),
        command=tuple(map(str, config.get('Cmd') or ())),
        tty=bool(config.get('Tty')),
    )


def _gpus(host: Mapping[str, Any], environment: Sequence[str]) -> str:
    """The GPUs a container asked for: all, none, 0,1 or "first 2"."""
    for request in host.get('DeviceRequests') or []:
        count = request.get('Count') or 0
        return ','.join(request.get('DeviceIDs') or []) or ('all' if count == -1 else f'first {count}')
    devices = [str(d.get('PathOnHost', '')) for d in host.get('Devices') or []]
    cdi = [device.rpartition('=')[2] for device in devices if device.startswith('nvidia.com/gpu=')]
    named = [word.partition('=')[2] for word in environment if word.startswith('NVIDIA_VISIBLE_DEVICES=')]
    return ','.join(cdi) or {'void': 'none'}.get(named[-1], named[-1]) if cdi or named else 'none'


def matches(job: Job, wanted: str) -> bool:
    """Whether JOB names this one: an id, its prefix, a name, or a task (dino, model/dino, dino/train)."""
    parts = job.task.split('/')
    tasks = {job.task, *parts[1:2], '/'.join(parts[:2]), '/'.join(parts[1:])}
    return wanted in (job.id, job.name) or (len(wanted) >= 2 and job.id.startswith(wanted)) or wanted in tasks


def choose(jobs: Sequence[Job], wanted: str, owner: str, running: bool) -> Job:
    """The one own job that JOB names; of several the one that runs.

    `running` leaves out ended ones. Raises UsageError for an ambiguous name and another user's job,
    NothingMatched with what there is for an unknown one.
    """
    candidates = [job for job in jobs if not (running and job.has_ended)]
    found = [job for job in candidates if matches(job, wanted)]
    own = [job for job in found if job.owner == owner]
    exact = [job for job in own if wanted in (job.id, job.name)]
    alive = [job for job in own if not job.has_ended]
    for choice in (exact, own, alive):
        if len(choice) == 1:
            return choice[0]
    if own:
        raise UsageError(f'{wanted} is several jobs', *map(line, own), advice='name one by its id')
    if found:
        raise OtherUsers(wanted, found)
    ended = [job for job in jobs if job.owner == owner and matches(job, wanted)]
    if ended:
        raise NothingMatched(f'{wanted} does not run any more', *(f'{line(job)} ({job.exit_code})' for job in ended))
    mine = [job for job in candidates if job.owner == owner]
    raise NothingMatched(f'no job {wanted}', *(map(line, mine) if mine else ['you have no jobs']), advice='tao list -a')


class OtherUsers(UsageError):
    """The job belongs to somebody else."""

    def __init__(self, wanted: str, found: Sequence[Job]) -> None:
        super().__init__(f'{wanted} is another user\'s job', *(f'{line(job)}, of {job.owner}' for job in found))


def line(job: Job) -> str:
    """A job in a message."""
    return f'{job.id[:12]}  {job.task}  {job.state}'


def release(image: str) -> str:
    """What an image reference says of its release: its tag, or the start of its digest."""
    name = image.rpartition('/')[2]
    if '@' in name:
        return name.partition('@')[2][:19]
    return name.partition(':')[2] or name


def as_json(job: Job) -> dict[str, Any]:
    """A job for --format json; keys are only ever added. Secrets of the command are starred out."""
    return {**job._asdict(), 'command': masked(job.command), 'exit_code': job.exit_code if job.has_ended else None}
