"""The launcher's jobs, as the engine's containers show them. Pure: labels and names are data from anyone."""
from __future__ import annotations

from ...base.errors import NothingMatched, UsageError
from ...base.masking import masked_words
from ...base.record import Record
from ...base.text import cut
from ...base.times import seconds
from ...engine import answers
from ...settings.programs import RUNNERS
from ...settings.values import Mount, clean_path
from .requested import gpus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

ENDED = ('exited', 'dead', 'stopped')  # the last is podman's
GOING = 'removing'
NEVER_STARTED = ('created', 'configured', 'initialized')  # the last two are podman's
START = 60  # seconds
CLEAN = 'tao clean, which removes it'
INTERNAL = ('workdir', 'mounts', 'error', 'ran_out', 'memory', 'shm')  # what --format json leaves out
FEW = 10  # jobs that a message lists


class Named(Record):
    """What a container is called."""

    id: str
    name: str
    task: str  # GROUP/TASK/SUBTASK


class Job(Record):
    """A container with the launcher's labels. Times are the engine's (ISO 8601, UTC)."""

    id: str
    name: str
    task: str  # GROUP/TASK/SUBTASK
    owner: str  # a uid, or NAME@HOST on a remote daemon
    state: str
    exit_code: int
    created: str
    started: str
    finished: str
    gpus: str
    image: str
    command: tuple[str, ...]
    tty: bool
    auto_remove: bool  # with --rm: its log and exit code end with it
    workdir: str = ''  # in its container
    error: str = ''  # why the engine could not start it, in its words
    ran_out: bool = False  # of memory, by the engine's own look
    memory: int = 0  # bytes that it may use; 0 for no limit
    shm: int = 0  # bytes of its /dev/shm; 0 where that is not its own
    mounts: tuple[Mount, ...] = ()  # by the engine's paths; the source of what has none of these is ''

    @property
    def has_ended(self) -> bool:
        """Whether it will never run again."""
        return self.state in ENDED

    @property
    def is_there(self) -> bool:
        """Whether it has not ended, and is not just being removed."""
        return not self.has_ended and self.state != GOING

    @property
    def is_unstarted(self) -> bool:
        """Whether it has not started so far."""
        return self.state in NEVER_STARTED

    def is_forgotten(self, now: float) -> bool:
        """Whether nobody will start it: its launcher was killed before it did so, or the engine could not.

        `now` is in seconds since 1970; a launch that is under way starts its container at once.
        """
        created = seconds(self.created)
        is_old = created is not None and now - created > START
        return self.is_unstarted and (is_old or bool(self.error))

    def is_alive(self, now: float) -> bool:
        """Whether it runs, however slowly, or is about to."""
        return self.is_there and not self.is_forgotten(now)


def parse(inspected: str) -> list[Job]:
    """The jobs in the answer of `inspect`, the newest first. Raises ValueError when it is no such answer."""
    containers = answers.parsed(inspected or '[]')
    if not isinstance(containers, list) or not all(isinstance(container, dict) for container in containers):
        raise ValueError('not a list of containers')
    return sorted(map(_job, containers), key=lambda job: job.started, reverse=True)


def _job(container: object) -> Job:
    def text(*path: str) -> str:
        return answers.text(container, *path)

    return Job(
        id=text('Id'),
        name=text('Name').lstrip('/'),
        task=text('Config', 'Labels', 'tao.job'),
        owner=text('Config', 'Labels', 'tao.user'),
        state=text('State', 'Status'),
        exit_code=answers.number(container, 'State', 'ExitCode'),
        created=text('Created'),
        started=text('State', 'StartedAt'),
        finished=text('State', 'FinishedAt'),
        gpus=gpus(container),
        image=text('Config', 'Image'),
        command=answers.texts(container, 'Config', 'Cmd'),
        tty=answers.at(container, 'Config', 'Tty') is True,
        auto_remove=answers.at(container, 'HostConfig', 'AutoRemove') is True,
        workdir=text('Config', 'WorkingDir'),
        error=text('State', 'Error'),
        ran_out=answers.at(container, 'State', 'OOMKilled') is True,
        memory=answers.number(container, 'HostConfig', 'Memory'),
        shm=answers.number(container, 'HostConfig', 'ShmSize'),
        mounts=tuple(map(_mount, answers.entries(container, 'Mounts'))),
    )


def _mount(mount: object) -> Mount:
    return Mount(answers.text(mount, 'Source'), clean_path(answers.text(mount, 'Destination')))


def matches(job: Job | Named, wanted: str) -> bool:
    """Whether JOB names this one: an id, its prefix, a name, or a task (dino, model/dino, dino/train)."""
    if not wanted:
        return False
    if wanted in (job.id, job.name) or (len(wanted) >= 2 and job.id.startswith(wanted)):
        return True
    parts = job.task.split('/')
    if parts[0] in RUNNERS:  # tao_pt/shell
        return wanted in (parts[0], job.task)
    return wanted in (job.task, *parts[1:2], '/'.join(parts[:2]), '/'.join(parts[1:]))


def choose(jobs: Sequence[Job], wanted: str, owner: str | None, *, running: bool, now: float = 0.0) -> Job:
    """The one job of `owner` (None: of anyone) that JOB names; of several the one that runs.

    `running` leaves out ended ones, and those that `now` (seconds since 1970) nobody will start. Raises UsageError for
    an ambiguous name, OtherUsers for another user's job, NothingMatched with what there is for an unknown one.
    """
    candidates = [job for job in jobs if not (running and (job.has_ended or job.is_forgotten(now)))]
    found = [job for job in candidates if matches(job, wanted)]
    own = [job for job in found if owner in (None, job.owner)]
    exact = [job for job in own if wanted in (job.id, job.name)]
    alive = [job for job in own if not (job.has_ended or job.is_forgotten(now))]
    for choice in (exact, own, alive):
        if len(choice) == 1:
            return choice[0]
    if own:
        raise UsageError(f'{wanted} names several jobs', *lines(own), advice='name one by its id')
    if found:
        raise OtherUsers(wanted, found)
    mine = [job for job in jobs if owner in (None, job.owner)]
    ended = [job for job in mine if running and job.has_ended and matches(job, wanted)]
    if ended:
        raise NothingMatched(f'{wanted} is no longer running', *lines(ended))
    forgotten = [job for job in mine if running and job.is_forgotten(now) and matches(job, wanted)]
    if forgotten:
        raise NothingMatched(f'{wanted} has never started', *lines(forgotten), advice=CLEAN)
    left = [job for job in mine if job in candidates]
    raise NothingMatched(f'no job {wanted}', *(lines(left) or ['you have no jobs']), advice='tao list -a')


class OtherUsers(UsageError):
    """The job belongs to someone else, whom `found` names by uid."""

    def __init__(self, wanted: str, found: Sequence[Job]) -> None:
        super().__init__(f"{wanted} is another user's job")
        self.found = found


def lines(jobs: Sequence[Job]) -> list[str]:
    """Jobs in a message, the first few of many."""
    more = [f'and {len(jobs) - FEW} more'] if len(jobs) > FEW else []
    return [*map(line, jobs[:FEW]), *more]


def line(job: Job) -> str:
    """A job in a message."""
    code = f' ({job.exit_code})' if job.has_ended else ''
    return f'{job.id[:12]}  {cut(job.task, 80)}  {job.state}{code}'


def release(image: str) -> str:
    """What an image reference says of its release: its tag, or the start of its digest."""
    name = image.rpartition('/')[2]
    if name.startswith('sha256:'):
        return name[:19]
    if '@' in name:
        return name.partition('@')[2][:19]
    return name.partition(':')[2] or name


def as_json(job: Job) -> dict[str, Any]:
    """A job for --format json; keys are only ever added. Secrets of the command are starred out."""
    code = job.exit_code if job.has_ended else None
    shown = {**job._asdict(), 'command': masked_words(job.command), 'exit_code': code}
    return {key: value for key, value in shown.items() if key not in INTERNAL}
