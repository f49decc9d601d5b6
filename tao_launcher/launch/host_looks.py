"""What may have kept an engine from starting a container, each looked at on this machine alone."""
from __future__ import annotations

from ..base import host, machine, processes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine.profile import Profile
    from ..settings.values import Mount, Port

LISTENS = '0A'  # the state of a TCP socket, in hexadecimal digits
LARGEST = 1 << 22  # bytes of a table of sockets
MARKS = host.CONTAINER_MARKS
DEFAULT_SOCKET = '/var/run/docker.sock'
EMULATED = '/proc/sys/fs/binfmt_misc'
# QEMU's names for what images call machines.
EMULATORS = {'arm64': 'aarch64', 'amd64': 'x86_64', '386': 'i386'}


def listens(port: Port) -> bool:
    """Whether a process of this machine has a port."""
    states = ('',) if port.protocol == 'udp' else (LISTENS,)
    for table in (port.protocol, f'{port.protocol}6'):
        for line in machine.text(f'/proc/net/{table}', LARGEST).splitlines()[1:]:
            fields = line.split()
            local, state = (fields[1], fields[3]) if len(fields) > 3 else ('', '')
            number = local.rpartition(':')[2]
            if number == f'{int(port.host):04X}' and any(state.startswith(one) for one in states):
                return True
    return False


def is_in_container() -> bool:
    """Whether the launcher runs in a container: sockets and mounts are then those of that one, and not the engine's."""
    return any(map(host.exists, MARKS))


def shares_network(address: str, profile: Profile, *, is_rootless: bool) -> bool | None:
    """Whether the network that is seen here is the one of the engine at an address of this machine; None: not known.

    A daemon may be outside of a container that the launcher runs in, or have a network of its own. A rootless one has,
    but fetches its images through this one, and publishes its ports here.
    """
    if not profile.service:
        return True  # it is started by us
    found = processes.listener(socket_of(address))
    if found is None:
        return False if is_in_container() else None
    return bool(found.process) and (is_rootless or found.shares_network)


def socket_of(address: str) -> str:
    """The path of the socket at an address of a docker daemon of this machine; '' is the default one."""
    return address.partition('://')[2] if address else DEFAULT_SOCKET


def missing(mounts: Sequence[Mount]) -> tuple[str, ...]:
    """The sources of mounts that are not there."""
    return tuple(mount.source for mount in mounts if host.look(mount.source) is False)


# Below them an engine mounts file systems of its own.
SPECIAL = ('/proc', '/sys', '/dev')


def is_unusual(mount: Mount) -> bool:
    """Whether an engine may be unable to mount it: over its own, or a file at what may be a folder."""
    there = mount.destination
    is_other = mount.source.rpartition('/')[2] != there.rpartition('/')[2]
    return is_special(there) or host.is_file(mount.source) and is_other


def is_special(path: str) -> bool:
    """Whether a path of a container is in one of an engine's own file systems, where nothing can be made."""
    return any(path == one or path.startswith(f'{one}/') for one in SPECIAL)


def hides(mount: Mount, program: str) -> bool:
    """Whether a mount hides a program of an image, and brings none along."""
    there = mount.destination.rstrip('/')
    if program != there and not program.startswith(f'{there}/'):
        return False
    return not host.exists(mount.source + program[len(there):])


def emulates(architecture: str) -> bool:
    """Whether the kernel has been told of a program that runs those of another kind of machine."""
    name = EMULATORS.get(architecture, architecture)
    return host.exists(f'{EMULATED}/qemu-{name}')


def has_network() -> bool:
    """Whether there is a way out of this machine."""
    return has_default_route(*(machine.text(f'/proc/net/{name}', LARGEST) for name in ('route', 'ipv6_route')))


def has_default_route(four: str, six: str) -> bool:
    """Whether the kernel's tables of routes, of IP's two versions, have one to everywhere."""
    for table, destination in ((four, 1), (six, 0)):
        for fields in map(str.split, table.splitlines()):
            if len(fields) > 8 and not fields[destination].strip('0') and fields[-1] != 'lo':
                return True
    return False
