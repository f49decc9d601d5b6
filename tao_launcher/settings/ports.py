"""Published ports: how they are written, and which of them clash. As parsers.py, which reads the other values."""
from __future__ import annotations

from ..base.late import re
from ..base.text import is_number
from .values import Port

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


PROTOCOLS = ('tcp', 'udp', 'sctp')


def port_number(text: str) -> int:
    """A port from 1 to 65535."""
    if not is_number(text, 9) or not 1 <= int(text) <= 65535:
        raise ValueError('expected a port from 1 to 65535')
    return int(text)


def container_port(text: str) -> tuple[int, str]:
    """CONTAINER[/PROTOCOL] as (number, protocol)."""
    number, _, protocol = text.partition('/')
    if (protocol or 'tcp') not in PROTOCOLS:
        raise ValueError('expected /tcp, /udp or /sctp after the port')
    return port_number(number), protocol or 'tcp'


def host_port(text: str) -> tuple[str, str]:
    """[IP:]PORT on the host as (ip, port)."""
    ip, _, number = text.rpartition(':')
    if ip and not re.fullmatch(r'[0-9]{1,3}(\.[0-9]{1,3}){3}|\[[0-9a-fA-F:.]+\]', ip):
        raise ValueError('expected PORT or IP:PORT (an IPv6 address in brackets)')
    return ip, str(port_number(number))


def port(text: str) -> Port:
    """[IP:]HOST:CONTAINER[/PROTOCOL], as docker's -p; both ports are required."""
    host, _, container = text.rpartition(':')
    if not host:
        # docker would publish it at a port of its own choice
        example = text if text.isdigit() else '8888'
        raise ValueError(f'expected HOST:CONTAINER, for example {example}:{example}')
    number, protocol = container_port(container)
    ip, host = host_port(host)
    return Port(number, protocol, host, ip)


def ports(text: str) -> list[Port]:
    """What `port` takes, or the same with ranges of one length: 8000-8002:9000-9002."""
    found = '-' in text and re.fullmatch(r'(.*?)([0-9]{1,5})-([0-9]{1,5}):([0-9]{1,5})-([0-9]{1,5})((?:/\w+)?)', text)
    if not found:
        return [port(text)]
    ip, protocol = found.group(1, 6)
    first, last, inside, end = (int(number) for number in found.group(2, 3, 4, 5))
    if not 0 <= last - first == end - inside:
        raise ValueError('expected two ranges of one length')
    return [port(f'{ip}{first + i}:{inside + i}{protocol}') for i in range(last - first + 1)]


def port_clashes(ports: Sequence[Port]) -> list[str]:
    """The host ports that are given to two entries ("8888/tcp")."""
    everywhere = {'', '0.0.0.0'}
    taken: dict[tuple[str, str], set[str]] = {}
    found = set()
    for port in ports:
        ips = taken.setdefault((port.host, port.protocol), set())
        if port.host and ips and (port.ip in ips or port.ip in everywhere or ips & everywhere):
            found.add(f'{port.host}/{port.protocol}')
        ips.add(port.ip)
    return sorted(found)
