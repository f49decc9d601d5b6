"""Where the results of a job are for us, as the engine shows its container."""
from __future__ import annotations

from ...base import host
from ...launch import host_paths as daemons
from ...launch.results import NOWHERE, Ran
from ...settings.repeatable import host_paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...engine.client import Engine
    from ...settings.invocation import Invocation
    from .job import Job

SOCKET = '/var/run/docker.sock'


def ours(engine: Engine, invocation: Invocation) -> Callable[[str], str]:
    """What gives our path of an engine's; NOWHERE for what is not here, as nothing is of an engine elsewhere."""
    daemon = engine.daemon
    if daemon.is_remote:
        return lambda path: NOWHERE
    options, environ, here, _ = invocation
    if not daemon.profile.service or not host.container_mark(daemon.address.partition('://')[2] or SOCKET):
        return lambda path: path or NOWHERE
    paths = host_paths(options, environ, here.cwd, here.home)
    return lambda path: daemons.ours(path, paths) or NOWHERE


def ran(job: Job, ours: Callable[[str], str]) -> Ran:
    """What a job was told, with our paths of what is mounted in its container."""
    mounts = tuple(mount._replace(source=ours(mount.source)) for mount in job.mounts)
    return Ran(job.task, job.command, mounts, job.workdir or '/')
