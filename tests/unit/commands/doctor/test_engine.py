"""The checks of the engine, with answers in the form of several engines."""
from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from doctor_answers import INFOS, ROOT, facts, info, version

from tao_launcher.commands.doctor import engine
from tao_launcher.commands.doctor.findings import Finding
from tao_launcher.engine.remedies import Machine

DOWN = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'
WITHOUT_DAEMON = ROOT._replace(has_daemon=False)


@pytest.mark.parametrize(('known', 'real', 'finding'), [
    ({'version': version('down')}, '', ('ok', '/usr/bin/docker 28.2.2')),
    ({}, '', ('ok', '/usr/bin/docker')),
    ({'program': ''}, '', ('fail', 'no program docker on PATH', 'apt-get update && apt-get install -y docker.io')),
    ({'program': '', 'machine': ROOT._replace(system='arch')}, '', (
        'fail', 'no program docker on PATH', 'https://docs.docker.com/engine/install/',
    )),
    ({'program': '', 'engine': ('podman',)}, '', (
        'fail', 'no program podman on PATH', 'apt-get update && apt-get install -y podman',
    )),
    ({'program': '', 'engine': ('/opt/podman',)}, '', (
        'fail', 'no program /opt/podman on PATH', 'correct --engine (or TAO_ENGINE)',
    )),
    ({'program': '/snap/bin/docker'}, '/usr/bin/snap', (
        'warn', '/snap/bin/docker is a snap: it sees only folders below your home',
        'snap remove docker && apt-get update && apt-get install -y docker.io',
    )),
    ({'program': '/usr/local/bin/docker', 'machine': Machine()}, '/usr/bin/snap', (
        'warn', '/usr/local/bin/docker is a snap: it sees only folders below your home',
        'sudo snap remove docker && sudo apt-get update && sudo apt-get install -y docker.io',
    )),
    ({}, '/usr/bin/podman', ('warn', '/usr/bin/docker is actually podman', '--engine podman')),
])
def test_client(known: dict[str, Any], real: str, finding: tuple[str, ...]) -> None:
    assert engine.client(facts(**known), real) == Finding('client', *finding)


@pytest.mark.parametrize(('known', 'finding'), [
    ({}, ('ok', 'answers')),
    ({'address': 'ssh://gpu1', 'is_remote': True}, ('ok', 'answers at ssh://gpu1 (remote)')),
    ({'engine_code': 1, 'engine_error': DOWN}, ('fail', 'the docker daemon is not running', 'service docker start')),
    ({'engine_code': 1, 'engine_error': DOWN, 'machine': WITHOUT_DAEMON}, (
        'fail', 'the docker daemon is not installed', 'apt-get update && apt-get install -y docker.io',
    )),
    ({'engine_code': 1, 'engine_error': DOWN.replace('/var/run/docker.sock', '/x'), 'machine': WITHOUT_DAEMON,
      'address': 'unix:///x', 'environ': {'DOCKER_HOST': 'unix:///x'}},
     ('fail', 'the docker daemon is not running at unix:///x', 'unset DOCKER_HOST')),
    ({'engine_code': 1, 'engine_error': DOWN, 'address': 'unix:///x', 'environ': {'DOCKER_HOST': 'unix:///x'}}, (
        'fail', 'the docker daemon is not running at unix:///var/run/docker.sock, which docker asks instead of '
        'unix:///x', 'type -a docker',
    )),
    ({'engine_code': None, 'engine_error': 'no answer within 10 s'}, (
        'fail', 'the docker engine does not answer (no answer within 10 s)',
    )),
])
def test_daemon(known: dict[str, Any], finding: tuple[str, ...]) -> None:
    assert engine.daemon(facts(**known)) == Finding('daemon', *finding)


OLD = '19.03.5 and API 1.40 are needed'
THREADS = 'before 20.10.10, images with glibc 2.34 or later cannot start threads'


@pytest.mark.parametrize(('name', 'status', 'found'), [
    ('docker-ce 19.03', 'warn', f'docker 19.03.15, API 1.40; {THREADS}'),
    ('docker-ce 19.03.4', 'fail', f'docker 19.03.4, API 1.40; {OLD}'),
    ('docker-ce 18.09', 'fail', f'docker 18.09.9, API 1.39; {OLD}'),
    ('Debian 20.10', 'ok', 'docker 20.10.24+dfsg1, API 1.41'),
    ('docker-ce 28', 'ok', 'docker 28.3.2, API 1.51'),
    ('podman behind docker', 'ok', 'podman 4.3.1'),
])
def test_server(name: str, status: str, found: str) -> None:
    fix = 'apt-get update && apt-get install -y docker.io' if status != 'ok' else ''
    assert engine.server(facts(version=version(name))) == Finding('server', status, found, fix)


@pytest.mark.parametrize(('number', 'status'), [('20.10.7', 'warn'), ('20.10.9', 'warn'), ('20.10.10', 'ok')])
def test_server_whose_seccomp_profile_is_too_old(number: str, status: str) -> None:
    found = engine.server(facts(version={'Server': {'Version': number, 'ApiVersion': '1.41'}}))
    assert found and found.status == status
    assert (THREADS in found.found) is (status == 'warn')


def test_server_of_podman_and_of_none() -> None:
    found = engine.server(facts(version=version('podman'), engine=('podman',)))
    assert found == Finding('server', 'ok', 'podman 4.3.1')
    assert engine.server(facts(version=version('down'))) is None


@pytest.mark.parametrize(('commit', 'is_missing', 'is_found'), [
    ({'ID': 'N/A', 'Expected': 'N/A'}, False, True), ({'ID': ''}, False, False), ({'ID': 'de40ad0'}, False, False),
    (None, False, False), (None, True, True),
])
def test_no_program_for_init(commit: Any, is_missing: bool, is_found: bool) -> None:
    """As dockerd 20.10 answers with an init-path that is not there, and without."""
    found = engine.init(facts(info={'InitCommit': commit}), engine.Init(is_missing))
    assert bool(found) is is_found
    if found:
        assert found.status == 'fail' and found.found.startswith('docker has no program for --init, so no job starts')


def test_mapped_users() -> None:
    options = ['name=seccomp,profile=default', 'name=userns']
    found = engine.remapped(facts(info={'SecurityOptions': options}))
    assert found and (found.name, found.status) == ('userns', 'info') and 'userns-remap' in found.found
    assert engine.remapped(facts(info={'SecurityOptions': options[:1]})) is None
    assert [engine.remapped(facts(info=info(name))) for name in INFOS] == [None] * len(INFOS)


ROOTLESS = Finding(
    'rootless', 'info', 'the daemon is rootless: root in the container is you; memlock cannot be raised',
)


@pytest.mark.parametrize('name', INFOS)
def test_rootless(name: str) -> None:
    found = {'rootless': ROOTLESS, 'podman': ROOTLESS._replace(found=ROOTLESS.found.replace('the daemon', 'podman'))}
    assert engine.rootless(facts(info=info(name))) == found.get(name)


def test_links_to_the_program_are_followed(tmp_path: Path) -> None:
    (tmp_path / 'docker').symlink_to('podman')
    assert engine.real_program(facts(program=f'{tmp_path}/docker')) == os.path.realpath(tmp_path / 'podman')
    assert engine.real_program(facts(program='')) == ''
