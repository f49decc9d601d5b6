"""Which limits an engine of this machine cannot set, as the kernel has it of the process that sets them."""
from __future__ import annotations

from ..base import machine, processes
from .host_looks import socket_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.daemon import Daemon
    from ..settings.values import Ulimit

# What listens for containers that have its limits, or for a daemon that has; anything else may pass on what it hears.
DAEMONS = ('dockerd', 'podman', 'systemd')


def refused(limits: Sequence[Ulimit], engine: Daemon) -> tuple[str, ...]:
    """The names of those limits that are above what the engine has, where it may not raise any; () where unknown."""
    process = _sets_limits(engine) if limits else 0
    if not process or processes.raises_limits(process) is not False:
        return ()
    return tuple(limit.name for limit in limits if _is_above(limit, processes.hard_limit(limit.name, process)))


def _sets_limits(engine: Daemon) -> int:
    """The process whose limits are in the way, 0 where it is not known."""
    if engine.is_remote or engine.profile.is_child:
        return 0
    if not engine.profile.service:
        return 0 if engine.is_sudo else processes.own_process()  # it is started by us
    found = processes.listener(socket_of(engine.address))
    return found.process if found and processes.process_name(found.process) in DAEMONS else 0


def _is_above(limit: Ulimit, most: int | None) -> bool:
    wanted = limit.soft if limit.hard is None else limit.hard
    return most is not None and most >= 0 and (wanted < 0 or wanted > most)


def more_files(limits: Sequence[Ulimit]) -> int:
    """The most open files that this kernel lets anyone ask for, where a limit asks for more; else 0."""
    most = machine.text('/proc/sys/fs/nr_open').strip()
    if not most.isdigit():
        return 0
    wanted = [max(limit.soft, limit.hard or 0) for limit in limits if limit.name == 'nofile']
    return int(most) if any(number > int(most) for number in wanted) else 0
