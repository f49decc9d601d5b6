"""One layer of settings over another: what replaces what, and what is said about it."""
from __future__ import annotations

from .ports import port_clashes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .values import HostPath, Mount, Port, Source, Ulimit, Variable


def ulimits(*layers: Sequence[Ulimit]) -> tuple[Ulimit, ...]:
    """One limit for each name: the last, at its own place."""
    found: dict[str, Ulimit] = {}
    for limit in (limit for layer in layers for limit in layer):
        found.pop(limit.name, None)
        found[limit.name] = limit
    return tuple(found.values())


def ports(
    earlier: Sequence[Port], later: Sequence[Port], origin: Callable[[Port], Source],
) -> tuple[tuple[Port, ...], list[str]]:
    """(the ports, faults): a later entry replaces those for the same container port and protocol.

    `origin` tells where an earlier one comes from.
    """
    taken = {(port.container, port.protocol) for port in later}
    kept = [port for port in earlier if (port.container, port.protocol) not in taken]
    faults = []
    for clash in port_clashes([*kept, *later]):
        origins = (origin(port) for port in kept if f'{port.host}/{port.protocol}' == clash)
        places = dict.fromkeys(str(source) for source in origins if source.kind == 'file')
        there = f'; {" and ".join(places)} has it' if places else ''
        faults.append(f'--port: host port {clash} is given twice{there}')
    return (*kept, *later), faults


def under(defaults: tuple[Mount, ...], given: tuple[Mount, ...]) -> tuple[Mount, ...]:
    """The mounts of a developer runner and of the settings, which override those with the same destination."""
    destinations = {mount.destination for mount in given}
    return (*(mount for mount in defaults if mount.destination not in destinations), *given)


def mounts(path: str, file: Sequence[Mount], volumes: Sequence[Mount], notices: list[str]) -> tuple[Mount, ...]:
    """One mount for each destination: --volume overrides the file, otherwise the later wins."""
    found: dict[str, Mount] = {}
    for mount in (*file, *volumes):
        replaced = found.pop(mount.destination, None)
        in_file = mount.origin.kind == 'file'
        if replaced and (in_file or replaced.origin.kind != 'file'):
            twice = f'{mount.destination} is mounted twice; {mount.source} is used, {replaced.source} is not'
            notices.append(_said(path if in_file else 'command line', twice))
        found[mount.destination] = mount
    return tuple(found.values())


def host_paths(given: Sequence[HostPath]) -> tuple[HostPath, ...]:
    """One path of the daemon's for each folder: the last."""
    return tuple({path.here: path for path in given}.values())


def variables(where: str, given: Sequence[Variable], notices: list[str]) -> tuple[Variable, ...]:
    """One variable for each name: the last, at its own place."""
    found: dict[str, Variable] = {}
    for variable in given:
        if found.pop(variable.name, None):
            notices.append(_said(where, f'{variable.name} is set twice; the later value is used'))
        found[variable.name] = variable
    return tuple(found.values())


def _said(where: str, what: str) -> str:
    return f'{where}: {what}' if where else what


def docker_words(earlier: Sequence[str], later: Sequence[str]) -> tuple[str, ...]:
    """The words of both, but for earlier ones that a later one sets again."""
    if not earlier or not later:
        return (*earlier, *later)
    from .docker_args import word_key

    again = {word_key(word) for word in later}
    return (*(word for word in earlier if word_key(word) not in again), *later)
