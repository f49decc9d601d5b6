"""Whether a launch has what engines refuse when they start a container, and of which no look tells."""
from __future__ import annotations

import re

from ..settings.docker_args import SHORT
from . import host_looks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..settings.values import Port
    from .plan import Plan

# Options that keep no container from being started, and values of others that do not.
USUAL = ('add-host', 'annotation', 'cap-add', 'cap-drop', 'dns', 'dns-search', 'env', 'env-file', 'expose', 'group-add',
         'hostname', 'label', 'log-driver', 'log-opt', 'mac-address', 'platform', 'pull', 'restart', 'rm',
         'shm-size', 'stop-signal', 'stop-timeout', 'tmpfs')
USUAL_VALUES = {
    'ipc': ('host', 'private', 'shareable', 'none'), 'pid': ('host',), 'uts': ('host',), 'userns': ('host',),
}
LEAST_CPUS = 0.01  # the kernel takes no less
MANY_MOUNTS = 1000  # the kernel has a most for all that a container and the machine have mounted (fs.mount-max)


def is_unusual(plan: Plan, *, shares_network: bool | None) -> bool:
    """Whether a launch has options that engines refuse when they start a container, of which no look tells."""
    own = (f'--{key}={plan.passed[key]}' for key in ('ipc', 'network', 'cpus') if plan.passed.get(key))
    said = [*plan.extra_args, *own]
    is_named = plan.user[:1] == ('--user',) and not re.fullmatch('[0-9]+(:[0-9]+)?', plan.user[1])
    return (
        is_named or len(plan.mounts) > MANY_MOUNTS or host_looks.is_special(str(plan.passed.get('workdir', '')))
        or any(map(_is_unusual, said)) or any(map(host_looks.is_unusual, plan.mounts))
        or any(_is_unseen(port, shares_network) for port in plan.ports)
    )


def _is_unusual(said: str) -> bool:
    word, _, value = said.partition('=')
    option = SHORT.get(word, word)[2:]
    if option in ('network', 'net'):
        return ':' in value and not value.startswith('container:')
    if option == 'cpus':
        return not re.fullmatch(r'[0-9]*\.?[0-9]+', value) or float(value) < LEAST_CPUS
    return option not in USUAL and value not in USUAL_VALUES.get(option, ())


def _is_unseen(port: Port, shares_network: bool | None) -> bool:
    """Whether a port may be refused for a reason that no look tells: whoever has it, or its address, is elsewhere."""
    return bool(port.host) and not shares_network or port.ip not in OWN_ADDRESSES


OWN_ADDRESSES = ('', '0.0.0.0', '127.0.0.1')  # that any machine has
