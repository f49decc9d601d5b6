"""What a job itself says of its failure, in one line, and what this machine shows of it."""
from __future__ import annotations

from ..base import host, machine
from ..base.errors import Fatal
from ..base.late import signal
from ..engine import daemon
from . import status_file
from .host_paths import known
from .results import NOWHERE, Ran
from .status_file import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..base.output import Output
    from ..settings.values import Mount
    from .containers import Launch
    from .plan import Plan


def sentence(failure: str) -> str:
    """The line about the reason that a job has given."""
    return f'the job says: {failure}'


def say(plan: Plan, launch: Launch, started: float, output: Output) -> None:
    """Say what the job of a launch, started then (seconds since 1970), has said of its failure, if it has."""
    tell(_ran(plan, launch), started, output)


def tell(ran: Ran, started: float, output: Output) -> None:
    """The same of a job that was told this."""
    run = Run(ran, started, machine.now())
    (status,) = status_file.told([run])
    failure = status_file.failure(run, status)
    if failure:
        output.say(sentence(failure))


def _ran(plan: Plan, launch: Launch) -> Ran:
    found = daemon.find(launch.engine, launch.env, host.survey(launch.env).home, host.json_file)
    has_ours = status_file.has_our_paths(found)

    def ours(mount: Mount) -> Mount:
        is_ours = has_ours or mount.here or not found.is_remote and known(mount.source, plan.settings.host_paths)
        return mount._replace(source=mount.seen if is_ours else NOWHERE)

    workdir = str(plan.passed.get('workdir', ''))
    return Ran(plan.job, plan.command, tuple(map(ours, plan.mounts)), workdir)


def say_killed(code: int, kills: int | None, shared_memory: int | None, output: Output) -> None:
    """Say why a job was killed, where the machine shows it.

    `kills` are its counted ones before, `shared_memory` the bytes of the job's /dev/shm, where they are known.
    """
    now = host.memory_kills()
    if code == 137 and kills is not None and now is not None and now > kills:
        output.error(Fatal(
            'the kernel killed a process of this machine in the meantime because memory ran out; perhaps the job (137)',
            advice='a smaller batch size, fewer workers',
        ))
    if code == 128 + signal.SIGBUS and shared_memory is not None:
        output.error(Fatal(
            f'a bus error, as when /dev/shm is full; it has {shared_memory >> 20} MiB', advice='fewer workers',
        ))
