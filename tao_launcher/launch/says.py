"""What a job itself says of its failure, in one line."""
from __future__ import annotations

from ..base import host, machine
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
