"""The microservice that the checkouts of some runners have: where it listens, and what starts it. Pure."""
from __future__ import annotations

from ..base.errors import UsageError
from ..base.record import Record
from ..settings.layers import ports as layered
from ..settings.ports import port_number
from ..settings.programs import SERVICES
from ..settings.repeatable import entry_key
from ..settings.values import Port, Source, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ..launch.plan import Target
    from ..settings.option import Values
    from ..settings.settings import Settings

EVERYWHERE = '0.0.0.0'
PACKAGES = {'tao_tf2': 'nvidia_tao_tf2', 'tao_ds': 'nvidia_tao_ds'}


class Service(Record):
    """Where the service is to be reached; mapping is the port of the host that it is published at, 0 for none."""

    ip: str
    port: int
    mapping: int


def service(
    program: str, options: Values, defaults: Mapping[str, Any], command: Sequence[str],
) -> tuple[Service | None, Values]:
    """(the service that the options ask for or None, the options without what only concerns it).

    A bare --port is the service's own; HOST:CONTAINER publishes another. Raises UsageError with every fault.
    """
    if program not in SERVICES:
        return None, options
    faults: list[str] = []
    asked = bool(options.get('run_as_service'))
    given = options.get('port')
    ports = given if isinstance(given, list) else []
    own = [port for port in ports if ':' not in port]
    if not asked:
        faults += [f'--{key} is for --run_as_service' for key in ('ip', 'port_mapping') if key in options]
        text = 'the port of --run_as_service; HOST:CONTAINER publishes any other'
        faults += [f'--port: "{port}": {text}' for port in own]
    elif command:
        faults.append('--run_as_service has its own command and takes none')

    def parsed(key: str, text: str, parse: Callable[[str], Any]) -> Any:
        try:
            return parse(text)
        except ValueError as e:
            faults.append(f'--{key}: "{text}": {e}')

    ip = parsed('ip', str(options.get('ip', defaults['--ip'])), _address)
    port = parsed('port', (own or [str(defaults['--port'])])[-1], port_number) if asked else 0
    mapping = parsed('port_mapping', str(options['port_mapping']), port_number) if 'port_mapping' in options else 0
    if faults:
        raise UsageError(*faults)
    rest = {**options, 'port': [port for port in ports if ':' in port]} if own else options
    return Service(ip, port, mapping) if asked else None, rest


def _address(text: str) -> str:
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        raise ValueError('expected an address such as 127.0.0.1') from None
    return text


def as_target(found: Service, made: Target, program: str, place: str, settings: Settings, default: int) -> Target:
    """The target with the service for its command.

    On the host's network it listens where it is told to. On one of the container's own it has to listen
    everywhere, and is published at that address of the host; at port `default`, where none is given.
    Raises UsageError.
    """
    api = f'{place}/{PACKAGES[program]}/api'
    is_published = bool(found.mapping or settings.ports or settings.passed.get('network', 'host') != 'host')
    published: tuple[Port, ...] = ()
    if is_published:
        ip = '' if found.ip == EVERYWHERE else f'[{found.ip}]' if ':' in found.ip else found.ip
        own_port = Port(found.port, 'tcp', str(found.mapping or default), ip)
        published, clashes = layered(
            settings.ports, [own_port], lambda port: settings.sources[entry_key('ports', port)],
        )
        if clashes:
            raise UsageError(*clashes)
    listen = EVERYWHERE if is_published else found.ip
    own = Source('program', program)
    return made._replace(
        job=f'{program}/service', command=('flask', 'run', '--host', listen, '--port', str(found.port)),
        variables=(*_with(made.variables, api, own), Variable('FLASK_APP', f'{api}/app.py', own)),
        ports=published, is_service=True,
    )


def _with(variables: Sequence[Variable], api: str, own: Source) -> list[Variable]:
    """The runner's own variables, with the service's folder at the end of PYTHONPATH."""
    return [
        Variable('PYTHONPATH', f'{each.value}:{api}', own) if each.name == 'PYTHONPATH' else each for each in variables
    ]
