"""What may have kept an engine from starting a container, as this machine shows it."""
from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from tao_launcher.base import processes
from tao_launcher.engine.docker import DOCKER
from tao_launcher.engine.podman import PODMAN
from tao_launcher.launch import host_looks
from tao_launcher.settings.values import Mount, Port


@pytest.mark.parametrize(('family', 'kind', 'protocol'), [
    (socket.AF_INET, socket.SOCK_STREAM, 'tcp'), (socket.AF_INET6, socket.SOCK_STREAM, 'tcp'),
    (socket.AF_INET, socket.SOCK_DGRAM, 'udp'),
])
def test_a_port_that_a_process_has(family: int, kind: int, protocol: str) -> None:
    other = {'tcp': 'udp', 'udp': 'tcp'}[protocol]
    with ExitStack() as stack:
        here = stack.enter_context(socket.socket(family, kind))
        try:
            here.bind(('::1' if family == socket.AF_INET6 else '127.0.0.1', 0))
        except OSError:
            return  # a machine without IPv6
        number = str(here.getsockname()[1])
        if protocol == 'tcp':
            assert not host_looks.listens(Port(80, protocol, number))  # bound, and nobody listens
            here.listen()
        assert host_looks.listens(Port(80, protocol, number))
        assert not host_looks.listens(Port(80, other, number))
    assert not host_looks.listens(Port(80, protocol, number))


def test_a_protocol_that_has_no_table() -> None:
    assert not host_looks.listens(Port(80, 'sctp', '1'))


def test_sources_that_are_not_there(tmp_path: Path) -> None:
    mounts = [Mount(str(tmp_path), '/a'), Mount(str(tmp_path / 'none'), '/b'), Mount(str(tmp_path / 'x' / 'y'), '/c')]
    assert host_looks.missing(mounts) == (str(tmp_path / 'none'), str(tmp_path / 'x' / 'y'))


ROUTES = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n'
LOCAL = f'{ROUTES}eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n'
DEFAULT = f'{LOCAL}eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n'
SIX = f'{"0" * 32} 00 {"0" * 32} 00 {{}} 00000400 00000003 00000000 00000003     {{}}\n'
ROUTER = 'fd' + '0' * 29 + '1'


@pytest.mark.parametrize(('four', 'six', 'has'), [
    ('', '', False), (LOCAL, '', False), (DEFAULT, '', True), (LOCAL, SIX.format('0' * 32, 'lo'), False),
    (LOCAL, SIX.format(ROUTER, 'eth0'), True),
])
def test_a_way_out(four: str, six: str, has: bool) -> None:
    assert host_looks.has_default_route(four, six) is has
    assert host_looks.has_network() in (True, False)


def test_a_mount_that_hides_a_program(tmp_path: Path) -> None:
    (tmp_path / 'there').write_text('')
    mount = Mount(str(tmp_path), '/usr/local/bin')
    assert host_looks.hides(mount, '/usr/local/bin/dino') and host_looks.hides(Mount('/none', '/bin/sh'), '/bin/sh')
    assert not host_looks.hides(mount, '/usr/local/bin/there')
    assert not host_looks.hides(mount, '/usr/local/binary/dino')


def test_in_a_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_looks, 'MARKS', (str(tmp_path / 'docker'), str(tmp_path / 'podman')))
    assert not host_looks.is_in_container()
    (tmp_path / 'podman').write_text('')
    assert host_looks.is_in_container()


@pytest.mark.parametrize(('name', 'file'), [('arm64', 'qemu-aarch64'), ('s390x', 'qemu-s390x')])
def test_programs_of_another_machine(name: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_looks, 'EMULATED', str(tmp_path))
    assert not host_looks.emulates(name)
    (tmp_path / file).write_text('enabled\n')
    assert host_looks.emulates(name)


def test_whose_sockets_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_looks, 'MARKS', ())
    path = str(tmp_path / 'docker.sock')
    nobody = f'unix://{tmp_path}/none.sock'
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.bind(path)
        daemon.listen()
        found = processes.listener(path)
        assert found and found.process and found.shares_network
        assert host_looks.shares_network(f'unix://{path}', DOCKER, is_rootless=False)
    assert processes.listener(path) is None and processes.listener('x' * 200) is None
    assert host_looks.shares_network(nobody, DOCKER, is_rootless=False) is None  # none that we may ask
    monkeypatch.setattr(host_looks, 'MARKS', (str(tmp_path),))
    assert host_looks.shares_network(nobody, DOCKER, is_rootless=False) is False
    assert host_looks.shares_network('', PODMAN, is_rootless=True)
