"""Which daemon is meant: contexts, variables and the engine's own words."""
from __future__ import annotations

import hashlib
import shlex
from typing import Mapping

import pytest

from tao_launcher.engine import daemon

HOME = '/home/user'


def meta(name: str) -> str:
    return f'{HOME}/.docker/contexts/meta/{hashlib.sha256(name.encode()).hexdigest()}/meta.json'


FILES: dict[str, object] = {
    f'{HOME}/.docker/config.json': {'currentContext': 'gpu1'},
    meta('gpu1'): {'Name': 'gpu1', 'Endpoints': {'docker': {'Host': 'ssh://gpu1'}}},
    meta('gpu2'): {'Name': 'gpu2', 'Endpoints': {'docker': {'Host': 'tcp://gpu2:2375'}}},
    meta('here'): {'Name': 'here', 'Endpoints': {'docker': {'Host': 'unix:///var/run/docker.sock'}}},
    '/other/config.json': {'currentContext': 'default'},
}


def find(engine: str, environ: Mapping[str, str] = {}) -> daemon.Daemon:
    return daemon.find(shlex.split(engine), environ, HOME, FILES.get)


@pytest.mark.parametrize(('engine', 'environ', 'address'), [
    ('docker', {}, 'ssh://gpu1'),  # the current context
    ('docker', {'DOCKER_CONFIG': '/other'}, ''),
    ('docker --config /other', {}, ''),
    ('docker', {'DOCKER_CONTEXT': 'default'}, ''),
    ('docker', {'DOCKER_CONTEXT': 'gpu2'}, 'tcp://gpu2:2375'),
    ('docker', {'DOCKER_CONTEXT': 'gpu2', 'DOCKER_HOST': 'tcp://gpu3:2375'}, 'tcp://gpu3:2375'),
    ('docker --context here', {'DOCKER_HOST': 'tcp://gpu3:2375'}, 'unix:///var/run/docker.sock'),
    ('docker -c gpu2', {}, 'tcp://gpu2:2375'),
    ('docker -cgpu2', {}, 'tcp://gpu2:2375'),
    ('docker --context=gpu2', {}, 'tcp://gpu2:2375'),
    ('docker', {'DOCKER_HOST': '127.0.0.1:2375'}, 'tcp://127.0.0.1:2375'),
    ('docker', {'DOCKER_HOST': 'gpu1'}, 'tcp://gpu1'),
    ('docker', {'DOCKER_HOST': '/run/docker.sock'}, 'tcp://localhost:2375/run/docker.sock'),  # as docker reads it
    ('docker -H gpu4:2375', {}, 'tcp://gpu4:2375'),
    ('sudo -n docker -Hgpu4:2375', {}, 'tcp://gpu4:2375'),
    ('docker -H ssh://gpu4', {'DOCKER_HOST': 'tcp://gpu3:2375'}, 'ssh://gpu4'),
    ('docker -Hssh://gpu4', {}, 'ssh://gpu4'),
    ('docker --host=ssh://gpu4', {}, 'ssh://gpu4'),
    ('docker --context nowhere', {}, ''),
    ('env DOCKER_HOST=ssh://gpu5 docker', {'DOCKER_HOST': 'tcp://gpu3:2375'}, 'ssh://gpu5'),
    # sudo starts it as root, without the caller's variables and files; its own -H is no address
    ('sudo -n docker', {'DOCKER_HOST': 'tcp://gpu3:2375'}, ''),
    ('sudo -H docker', {}, ''),
    ('sudo -E docker', {'DOCKER_HOST': 'tcp://gpu3:2375'}, 'tcp://gpu3:2375'),
    ('sudo --preserve-env=DOCKER_HOST docker', {'DOCKER_HOST': 'tcp://gpu3:2375'}, 'tcp://gpu3:2375'),
    ('sudo DOCKER_HOST=ssh://gpu5 docker', {}, 'ssh://gpu5'),
    ('sudo docker -H ssh://gpu4', {}, 'ssh://gpu4'),
    ('podman', {'DOCKER_HOST': 'tcp://gpu3:2375'}, ''),
    ('podman', {'CONTAINER_HOST': 'ssh://gpu1/run/podman/podman.sock'}, 'ssh://gpu1/run/podman/podman.sock'),
    ('podman', {'CONTAINER_CONNECTION': 'gpu1'}, 'connection gpu1'),
    ('podman --connection gpu1', {}, 'connection gpu1'),
    ('podman -c gpu1', {'CONTAINER_HOST': 'unix:///x'}, 'connection gpu1'),
    ('podman --url ssh://gpu1/p.sock', {}, 'ssh://gpu1/p.sock'),
    ('/usr/bin/podman-remote', {}, 'connection by default'),
    ('podman --remote', {}, 'connection by default'),
    ('podman -r', {}, 'connection by default'),
    ('podman --remote=true', {}, 'connection by default'),
    ('podman --log-level error -r', {}, 'connection by default'),
    ('podman --remote --url ssh://gpu1/p.sock', {}, 'ssh://gpu1/p.sock'),
    ('podman --remote', {'CONTAINER_HOST': 'unix:///x'}, 'unix:///x'),
    ('podman --remote=false', {}, ''),
    ('sudo podman', {'CONTAINER_HOST': 'ssh://gpu1/p.sock'}, ''),
])
def test_address(engine: str, environ: dict[str, str], address: str) -> None:
    found = find(engine, environ)
    assert found.address == address
    assert found.is_remote == address.startswith(('ssh:', 'tcp:', 'connection'))
    assert found.is_ssh == address.startswith(('ssh:', 'connection'))
    assert found.is_sudo == engine.startswith('sudo')


@pytest.mark.parametrize(('engine', 'environ', 'configuration', 'remaps'), [
    ('docker', {}, {'userns-remap': 'default'}, True), ('docker', {}, {'userns-remap': ''}, False),
    ('docker', {}, {}, False), ('docker', {}, None, False), ('docker', {}, ['userns-remap'], False),
    ('docker', {'DOCKER_HOST': 'tcp://gpu1'}, {'userns-remap': 'default'}, False),
    ('docker', {'DOCKER_HOST': 'unix:///run/user/7/docker.sock'}, {'userns-remap': 'default'}, False),
    ('podman', {}, {'userns-remap': 'default'}, False), ('sudo docker', {}, {'userns-remap': 'default'}, True),
])
def test_mapped_users(engine: str, environ: dict[str, str], configuration: object, remaps: bool) -> None:
    found = daemon.find(shlex.split(engine), environ, HOME, lambda path: None)
    assert daemon.remaps_users(found, {'/etc/docker/daemon.json': configuration}.get) is remaps
