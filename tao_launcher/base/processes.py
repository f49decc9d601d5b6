"""What the kernel tells of other processes: who listens at a socket, and the limits of that."""
from __future__ import annotations

import os

from . import machine
from .record import Record


class Listener(Record):
    """Who listens at a socket: its process, 0 for one that is not seen here, and whether it has the same network."""

    process: int
    shares_network: bool | None = None  # None: not known


def listener(path: str) -> Listener | None:
    """Who listens at a socket of this machine, as the kernel says; None where it cannot be connected to."""
    import socket
    import struct

    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            probe.connect(path)
            pid = struct.unpack('3i', probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
    except (OSError, ValueError):  # also a path that is too long
        return None
    if not pid:
        return Listener(0)  # outside of the container that we are in
    try:
        theirs, own = (os.stat(f'/proc/{process}/ns/net').st_ino for process in (pid, 'self'))
        shares = theirs == own
    except OSError:  # another user's
        shares = None
    return Listener(pid, shares)


def own_process() -> int:
    """The process of the launcher."""
    return os.getpid()


def process_name(process: int) -> str:
    """What the kernel calls a process: the name of its program, up to 15 characters; '' for none."""
    return machine.text(f'/proc/{process}/comm')


CAP_SYS_RESOURCE = 24  # a bit of a process' capabilities
EVERY_USER = '0 0 4294967295'.split()  # what a user namespace maps where it is the machine's first


def raises_limits(process: int) -> bool | None:
    """Whether a process may set limits above its own, as root may, but not that of a user namespace; None: unknown."""
    name = 'CapEff:'
    found = [line[len(name):] for line in machine.text(f'/proc/{process}/status').splitlines() if line.startswith(name)]
    if not found:
        return None
    has_right = bool(int(found[0], 16) >> CAP_SYS_RESOURCE & 1)
    return has_right and machine.text(f'/proc/{process}/uid_map').split() in (EVERY_USER, [])


def hard_limit(name: str, process: int) -> int | None:
    """The most that a process has for a limit (memlock, nofile); -1 for any, None where that is not known."""
    import resource

    number = getattr(resource, f'RLIMIT_{name.upper()}', None)
    lines = machine.text(f'/proc/{process}/limits').splitlines()[1:]  # in the order of the kernel's numbers
    if number is None or number >= len(lines):
        return None
    hard = lines[number][LIMIT_NAME:].split()[1]
    return -1 if hard == 'unlimited' else int(hard)


LIMIT_NAME = 26  # columns of the name of a limit, which has blanks in it
