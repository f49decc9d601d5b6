"""Published ports: one, a range, and what clashes."""
from __future__ import annotations

import pytest
from merged_settings import FILE, merged

from tao_launcher.base.errors import UsageError
from tao_launcher.settings.values import Port


@pytest.mark.parametrize(('text', 'ports'), [
    ('8000-8002:9000-9002', (Port(9000, 'tcp', '8000'), Port(9001, 'tcp', '8001'), Port(9002, 'tcp', '8002'))),
    ('8000-8001:9000-9001/udp', (Port(9000, 'udp', '8000'), Port(9001, 'udp', '8001'))),
    ('127.0.0.1:1-2:3-4', (Port(3, 'tcp', '1', '127.0.0.1'), Port(4, 'tcp', '2', '127.0.0.1'))),
    ('[::1]:1-1:3-3', (Port(3, 'tcp', '1', '[::1]'),)),
])
def test_ranges_of_ports(text: str, ports: tuple[Port, ...]) -> None:
    assert merged(f'--port {text}').ports == ports


def test_a_range_clashes_port_by_port() -> None:
    with pytest.raises(UsageError) as error:
        merged('--port 8000-8002:1-3 --port 8002:9')
    assert (error.value.what, error.value.why) == ('--port: host port 8002/tcp is given twice', ())


def test_host_port_given_to_two() -> None:
    with pytest.raises(UsageError) as error:
        merged('--port 8080:81 --port 5:1 --port 127.0.0.1:5:2', {}, FILE)
    assert [error.value.what, *error.value.why] == [
        '--port: host port 5/tcp is given twice',
        '--port: host port 8080/tcp is given twice; DockerOptions.ports.80 of /m.json has it',
    ]
