"""The launcher's jobs, as the engine's containers show them. Pure: labels and names are data from anyone."""
from __future__ import annotations

from ...base.errors import NothingMatched, UsageError
from ...base.record import Record
from ...base.secrets import masked_words
from ...base.text import cut
from ...base.times import seconds
from ...engine import answers
from ...settings.programs import RUNNERS
from ...settings.values import Mount, clean_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

ENDED = ('exited', 'dead', 'stopped')  # the last is podman's
NEVER_STARTED = ('created', 'configured')  # the last is podman's
START = 60  # seconds
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
    mounts: tuple[Mount, ...] = ()  # by the engine's paths; the source of what has none of these is ''

    @property
    def has_ended(self) -> bool:
        """Whether it will never run again."""
        return self.state in ENDED

    def is_forgotten(self, now: float) -> bool:
        """Whether it was created and never started, by a launcher that was killed in between.

        `now` is in seconds since 1970; a launch that is under way starts its container at once.
        """
        created = seconds(self.created)
        return self.state in NEVER_STARTED and created is not None and now - created > START


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
        gpus=_gpus(container),
        image=text('Config', 'Image'),
        command=answers.texts(container, 'Config', 'Cmd'),
        tty=answers.at(container, 'Config', 'Tty') is True,
        auto_remove=answers.at(container, 'HostConfig', 'AutoRemove') is True,
        workdir=text('Config', 'WorkingDir'),
        mounts=tuple(map(_mount, answers.entries(container, 'Mounts'))),
    )


def _mount(mount: object) -> Mount:
    return Mount(answers.text(mount, 'Source'), clean_path(answers.text(mount, 'Destination')))


def _gpus(container: object) -> str:
    """The GPUs a container asked for: all, none, 0,1 or "first 2".

    Podman shows devices by their description (CDI) only in the command that created the container.
    """
    requests = answers.entries(container, 'HostConfig', 'DeviceRequests')
    if requests:
        count = answers.number(requests[0], 'Count')
        return _unqualified(answers.texts(requests[0], 'DeviceIDs')) or ('all' if count == -1 else f'first {count}')
    devices = [answers.text(device, 'PathOnHost') for device in answers.entries(container, 'HostConfig', 'Devices')]
    created = answers.texts(container, 'Config', 'CreateCommand')
    devices += [word for option, word in zip(created, created[1:]) if option == '--device']
    cdi = _unqualified([device for device in devices if device.startswith('nvidia.com/gpu=')])
    environment = answers.texts(container, 'Config', 'Env')
    named = [word.partition('=')[2] for word in environment if word.startswith('NVIDIA_VISIBLE_DEVICES=')]
    visible = named[-1] if named else ''
    return cdi or ('none' if visible in ('', 'void') else visible)


def _unqualified(devices: Sequence[str]) -> str:
    """GPU ids, also of nvidia.com/gpu=0 (CDI)."""
    return ','.join(device.rpartition('=')[2] for device in devices)


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


def choose(jobs: Sequence[Job], wanted: str, owner: str | None, *, running: bool) -> Job:
    """The one job of `owner` (None: of anyone) that JOB names; of several the one that runs.

    `running` leaves out ended ones. Raises UsageError for an ambiguous name, OtherUsers for another
    user's job, NothingMatched with what there is for an unknown one.
    """
    candidates = [job for job in jobs if not (running and job.has_ended)]
    found = [job for job in candidates if matches(job, wanted)]
    own = [job for job in found if owner in (None, job.owner)]
    exact = [job for job in own if wanted in (job.id, job.name)]
    alive = [job for job in own if not job.has_ended]
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
    left = [job for job in mine if job in candidates]
    what = f'no job {wanted}' if wanted else 'an empty word names no job'
    raise NothingMatched(what, *(lines(left) or ['you have no jobs']), advice='tao list -a')


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
    return {key: value for key, value in shown.items() if key not in ('workdir', 'mounts')}
