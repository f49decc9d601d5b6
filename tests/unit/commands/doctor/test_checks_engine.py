"""The checks of `tao doctor` that are about the engine, with answers in the form of several engines."""
from __future__ import annotations

import json
from typing import Any

import pytest
from doctor_answers import A100, INFOS, SMI_BROKEN, VERSIONS

from tao_launcher.commands.doctor import checks_engine
from tao_launcher.commands.doctor.findings import GIB, Finding, MachineFacts
from tao_launcher.engine import remedies
from tao_launcher.engine.remedies import Machine

ROOT = Machine(is_root=True, has_sudo=False, has_systemd=False)
DOWN = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'


def facts(**known: Any) -> MachineFacts:
    return MachineFacts(**{'engine': ('docker',), 'machine': ROOT, 'program': '/usr/bin/docker', **known})


def version(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(VERSIONS[name])
    return found


def info(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(INFOS[name])
    return found


@pytest.mark.parametrize(('known', 'status', 'found', 'fix'), [
    ({'version': version('down')}, 'ok', '/usr/bin/docker 28.2.2', ''),
    ({}, 'ok', '/usr/bin/docker', ''),
    ({'program': ''}, 'fail', 'no program docker on PATH', 'apt-get update && apt-get install -y docker.io'),
    ({'program': '', 'machine': ROOT._replace(system='arch')}, 'fail', 'no program docker on PATH',
     'https://docs.docker.com/engine/install/'),
    ({'program': '', 'engine': ('podman',)}, 'fail', 'no program podman on PATH',
     'apt-get update && apt-get install -y podman'),
    ({'program': '', 'engine': ('/opt/podman',)}, 'fail', 'no program /opt/podman on PATH',
     'correct --engine (or TAO_ENGINE)'),
    ({'program': '/snap/bin/docker', 'real_program': '/usr/bin/snap'}, 'warn',
     '/snap/bin/docker is a snap: it sees only folders below your home',
     'snap remove docker && apt-get update && apt-get install -y docker.io'),
    ({'program': '/usr/local/bin/docker', 'real_program': '/usr/bin/snap', 'machine': Machine()}, 'warn',
     '/usr/local/bin/docker is a snap: it sees only folders below your home',
     'sudo snap remove docker && sudo apt-get update && sudo apt-get install -y docker.io'),
    ({'real_program': '/usr/bin/podman'}, 'warn', '/usr/bin/docker is actually podman',
     '--engine podman'),
])
def test_client(known: dict[str, Any], status: str, found: str, fix: str) -> None:
    assert checks_engine.client(facts(**known)) == Finding('client', status, found, fix)


@pytest.mark.parametrize(('known', 'finding'), [
    ({}, ('ok', 'answers')),
    ({'address': 'ssh://gpu1', 'is_remote': True}, ('ok', 'answers at ssh://gpu1 (remote)')),
    ({'engine_code': 1, 'engine_error': DOWN}, ('fail', 'the docker daemon is not running', 'service docker start')),
    ({'engine_code': 1, 'engine_error': DOWN, 'has_daemon': False}, (
        'fail', 'the docker daemon is not installed', 'apt-get update && apt-get install -y docker.io',
    )),
    ({'engine_code': 1, 'engine_error': DOWN, 'has_daemon': False, 'address': 'unix:///x',
      'environ': {'DOCKER_HOST': 'unix:///x'}},
     ('fail', 'the docker daemon is not running at unix:///x', 'unset DOCKER_HOST')),
    ({'engine_code': None, 'engine_error': 'no answer within 10 s'}, (
        'fail', 'the docker engine does not answer (no answer within 10 s)', 'docker version',
    )),
])
def test_daemon(known: dict[str, Any], finding: tuple[str, ...]) -> None:
    assert checks_engine.daemon(facts(**known)) == Finding('daemon', *finding)


OLD = '19.03.5 and API 1.40 are needed'


@pytest.mark.parametrize(('name', 'status', 'found'), [
    ('docker-ce 19.03', 'ok', 'docker 19.03.15, API 1.40'),
    ('docker-ce 19.03.4', 'fail', f'docker 19.03.4, API 1.40; {OLD}'),
    ('docker-ce 18.09', 'fail', f'docker 18.09.9, API 1.39; {OLD}'),
    ('Debian 20.10', 'ok', 'docker 20.10.24+dfsg1, API 1.41'),
    ('docker-ce 28', 'ok', 'docker 28.3.2, API 1.51'),
    ('podman behind docker', 'ok', 'podman 4.3.1'),
])
def test_server(name: str, status: str, found: str) -> None:
    fix = 'apt-get update && apt-get install -y docker.io' if status == 'fail' else ''
    assert checks_engine.server(facts(version=version(name))) == Finding('server', status, found, fix)


def test_server_of_podman_and_of_none() -> None:
    found = checks_engine.server(facts(version=version('podman'), engine=('podman',)))
    assert found == Finding('server', 'ok', 'podman 4.3.1')
    assert checks_engine.server(facts(version=version('down'))) is None


ROOTLESS = Finding(
    'rootless', 'info', 'the daemon is rootless: root in the container is you; memlock can not be raised',
)


@pytest.mark.parametrize('name', INFOS)
def test_rootless(name: str) -> None:
    found = {'rootless': ROOTLESS, 'podman': ROOTLESS._replace(found=ROOTLESS.found.replace('the daemon', 'podman'))}
    assert checks_engine.rootless(facts(info=info(name))) == found.get(name)


@pytest.mark.parametrize(('free', 'finding'), [
    (None, None),
    (200 * GIB, ('ok', '200 GiB free in /d; 100 are recommended')),
    (99 * GIB, ('warn', '99 GiB free in /d; 100 are recommended',
                'docker image prune  (or move data-root in /etc/docker/daemon.json)')),
    (12 << 20, ('warn', '12 MB free in /d; no image fits; 100 GiB are recommended',
                'docker image prune  (or move data-root in /etc/docker/daemon.json)')),
])
def test_disk(free: int | None, finding: tuple[str, ...] | None) -> None:
    assert checks_engine.disk(facts(disk_free=free, disk='/d')) == (Finding('disk', *finding) if finding else None)


TOOLKIT_OK = ('ok', 'docker has an nvidia runtime or CDI devices')
NO_TOOLKIT = 'docker shows no nvidia runtime and no CDI devices; --gpus needs the container toolkit'


@pytest.mark.parametrize(('name', 'known', 'finding'), [
    ('docker-ce 19.03', {}, TOOLKIT_OK),
    ('docker-ce 28 with CDI', {}, TOOLKIT_OK),
    ('Docker Desktop', {}, TOOLKIT_OK),
    ('Debian 20.10', {}, ('warn', NO_TOOLKIT, remedies.INSTALL_TOOLKIT)),
    ('Debian 20.10', {'has_toolkit_setup': True}, (
        'warn', NO_TOOLKIT, 'nvidia-ctk runtime configure --runtime=docker && service docker restart',
    )),
    ('Debian 20.10', {'has_toolkit': True}, ('ok', 'its hook is installed, which is enough for --gpus')),
    ('Debian 20.10', {'is_remote': True, 'nvidia_smi': None}, ('info', f'{NO_TOOLKIT} there')),
    ('Debian 20.10', {'nvidia_smi': None, 'is_tegra': True}, ('warn', NO_TOOLKIT, remedies.INSTALL_TOOLKIT)),
    ('Debian 20.10', {'nvidia_smi': None}, None),
    ('Debian 20.10', {'nvidia_smi': SMI_BROKEN}, None),
    ('podman', {}, None),
    ('nothing', {}, None),
])
def test_toolkit(name: str, known: dict[str, Any], finding: tuple[str, ...] | None) -> None:
    found = checks_engine.toolkit(facts(**{'info': info(name), 'nvidia_smi': A100, **known}))
    assert found == (Finding('toolkit', *finding) if finding else None)


@pytest.mark.parametrize(('known', 'finding'), [
    ({'login': True}, ('ok', 'stored for nvcr.io')),
    ({'login': None}, ('ok', 'left to a credential helper')),
    ({'login': False}, (
        'info', 'none stored for nvcr.io; images that are here, and public ones, need none',
        "docker login nvcr.io -u '$oauthtoken'",
    )),
    ({'login': False, 'registry': 'reg.lab:5000', 'engine': ('sudo', 'docker')}, (
        'info', 'none stored for reg.lab:5000; images that are here, and public ones, need none',
        'sudo docker login reg.lab:5000',
    )),
])
def test_login(known: dict[str, Any], finding: tuple[str, ...]) -> None:
    assert checks_engine.login(facts(**known)) == Finding('login', *finding)
