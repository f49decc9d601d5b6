"""The checks of the mounts file and of what it mounts."""
from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest
from doctor_answers import facts, findings
from limited_daemon import daemon
from support import tao, write_mounts

from tao_launcher.commands.doctor import mounts
from tao_launcher.commands.doctor.findings import Finding
from tao_launcher.commands.doctor.mounts import Sources
from tao_launcher.engine.remedies import Machine


@pytest.mark.parametrize(('known', 'looked', 'finding'), [
    ({}, Sources(), None),
    ({'mounts_path': '/m'}, Sources(), ('ok', 'all there')),
    ({'mounts_path': '/m', 'mounts_error': '/m: not JSON'}, Sources(), None),
    ({}, Sources(missing=('/a', '/b c')), ('fail', 'missing: /a, /b c', "mkdir -p /a '/b c'")),
    ({'machine': Machine()}, Sources(missing=('/a',), can_create=False), (
        'fail', 'missing: /a', 'sudo mkdir -p /a',
    )),
    ({'machine': Machine()}, Sources(unwritable=('/a', '/b'), job_user='1000:1000'), (
        'warn', 'not writable by 1000:1000, the user the job runs as: /a, /b', 'sudo chown 1000:1000 /a /b',
    )),
])
def test_sources(known: dict[str, Any], looked: Sources, finding: tuple[str, ...] | None) -> None:
    assert mounts.sources(facts(**known), looked) == (Finding('sources', *finding) if finding else None)


@pytest.mark.parametrize(('known', 'finding'), [
    ({}, ('info', 'none: only --volume mounts anything; tao config init writes one')),
    ({'mounts_path': '/m'}, ('ok', '/m')),
    ({'mounts_path': '/m', 'mounts_error': '/m: not JSON'}, ('fail', '/m: not JSON', 'correct /m')),
])
def test_mounts(known: dict[str, Any], finding: tuple[str, ...]) -> None:
    assert mounts.mounts(facts(**known)) == Finding('mounts file', *finding)


@pytest.mark.parametrize(('refused', 'finding'), [
    ((), None),
    (('memlock (--ulimit)',), ('docker cannot raise it here: memlock (--ulimit)', 'leave it out')),
    (('memlock (A of /m)', 'stack (--ulimit)'), (
        'docker cannot raise them here: memlock (A of /m), stack (--ulimit)', 'leave them out',
    )),
])
def test_limits(refused: tuple[str, ...], finding: tuple[str, str] | None) -> None:
    assert mounts.limits(facts(), refused) == (Finding('ulimits', 'fail', *finding) if finding else None)


def test_limits_of_a_daemon(engine: Callable[[str, str], None], home: Path, tmp_path: Path) -> None:
    engine('docker-ce 28', 'nothing')
    file = write_mounts(home, {'DockerOptions': {'ulimits': {'memlock': -1, 'stack': 67108864}}})
    with daemon(tmp_path / 'd.sock') as found:
        done = tao('doctor', '--format', 'json', env={'DOCKER_HOST': found.address})
    assert done.code == 1
    assert findings(done.out)['ulimits']['found'] == (
        f'docker cannot raise it here: memlock (DockerOptions.ulimits.memlock of {file})'
    )
    assert 'ulimits' not in findings(tao('doctor', '--format', 'json').out)


def test_not_writable(engine: Callable[[str, str], None], home: Path) -> None:
    engine('docker-ce 28', 'nothing')
    (home / 'data').mkdir(mode=0o755)
    (home / 'open').mkdir()
    (home / 'open').chmod(0o777)
    mounts = [{'source': f'~/{name}', 'destination': f'/{name}', 'mode': mode} for name, mode in (
        ('data', 'rw'), ('open', 'rw'),
    )]
    document = {'Mounts': [*mounts, {'source': '~/data', 'destination': '/ro', 'mode': 'ro'}],
                'DockerOptions': {'user': '54321:54321'}}
    write_mounts(home, document)
    done = tao('doctor', '--format', 'json')
    found = findings(done.out)['sources']
    assert (done.code, found['status'], found['found']) == (
        0, 'warn', f'not writable by 54321:54321, the user the job runs as: {home}/data',
    )
