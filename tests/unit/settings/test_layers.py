"""How lists of several sources become one."""
from __future__ import annotations

from merged_settings import FILE, merged

from tao_launcher.settings.values import Port, Ulimit


def test_ulimits_merge_by_name_and_ports_by_port_and_protocol() -> None:
    found = merged('--ulimit stack=5:6 --ulimit nofile=7 --port 9:80 --port 10:81/udp', {}, FILE)
    assert found.ulimits == (Ulimit('core', 2), Ulimit('stack', 5, 6), Ulimit('nofile', 7))
    assert found.ports == (Port(80, 'udp', '8080'), Port(80, 'tcp', '9'), Port(81, 'udp', '10'))
