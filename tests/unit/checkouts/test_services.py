"""--run_as_service of tao_tf2 and tao_ds: where the checkout's microservice listens."""
from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from support import Result, tao, write_mounts

from tao_launcher.base.host import package_data
from tao_launcher.settings.programs import RUNNERS, SERVICES

PROFILES = json.loads(package_data('runners.json'))


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of any backend, to stand in."""
    for name in ('docker', *(profile['package'] for profile in PROFILES.values())):
        (tmp_path / 'co' / name).mkdir(parents=True)
    (tmp_path / 'co' / 'docker' / 'manifest.json').write_text('{"registry": "r.io", "repository": "a", "tag": "t"}')
    monkeypatch.chdir(tmp_path / 'co')
    return tmp_path / 'co'


def run(program: str, *words: str) -> Result:
    return tao('--dry-run', *words, program=program)


def options(argv: list[str], *names: str) -> list[str]:
    """The values of these of docker's options, in their order."""
    return [value for name, value in zip(argv, argv[1:]) if name in names]


@pytest.mark.parametrize('program', SERVICES)
def test_whole_argv(program: str, checkout: Path) -> None:
    done = run(program, '--run_as_service')
    place = PROFILES[program]['mounted_at']
    api = f'{place}/nvidia_{program}/api'
    argv = shlex.split(done.out)
    assert (done.code, done.err) == (0, '')
    assert argv[argv.index('-v'):argv.index('--label')] == [
        '-v', f'{checkout}:{place}', '-e', f'PYTHONPATH={place}:{api}',
        '-e', 'PYTHONDONTWRITEBYTECODE=1', '-e', f'FLASK_APP={api}/app.py',
        '-e', 'TAO_LAUNCH_ID', '--shm-size', '16G', '--network', 'host', '--workdir', place,
    ]
    assert argv[-7:] == ['r.io/a:t', 'flask', 'run', '--host', '0.0.0.0', '--port', '8000']
    assert f'tao.job={program}/service' in argv


@pytest.mark.parametrize(('words', 'published', 'network', 'host', 'port'), [
    (['--ip', '127.0.0.1', '--port', '9001'], [], ['host'], '127.0.0.1', '9001'),
    (['--port=9001', '--port_mapping', '80'], ['80:9001'], [], '0.0.0.0', '9001'),
    (['--port-mapping=80'], ['80:8000'], [], '0.0.0.0', '8000'),
    (['--port_mapping', '80', '--ip', '127.0.0.1'], ['127.0.0.1:80:8000'], [], '0.0.0.0', '8000'),
    (['--port_mapping', '80', '--ip', '::1'], ['[::1]:80:8000'], [], '0.0.0.0', '8000'),
    (['--port', '9001', '--port', '22:22'], ['22:22', '8000:9001'], [], '0.0.0.0', '9001'),
    (['--network', 'mine'], ['8000:8000'], ['mine'], '0.0.0.0', '8000'),
    (['--network', 'host', '--ip', '10.0.0.1'], [], ['host'], '10.0.0.1', '8000'),
])
def test_where_it_listens(words: list[str], published: list[str], network: list[str], host: str, port: str) -> None:
    done = run('tao_ds', '--run_as_service', *words)
    argv = shlex.split(done.out)
    assert (done.code, done.err) == (0, '')
    assert (options(argv, '-p'), options(argv, '--network')) == (published, network)
    assert argv[-6:] == ['flask', 'run', '--host', host, '--port', port]


def test_ports_of_the_mounts_file(home: Path) -> None:
    write_mounts(home, {'DockerOptions': {'ports': {'22': 2222}}})
    argv = shlex.split(run('tao_tf2', '--run_as_service').out)
    assert options(argv, '-p') == ['2222:22', '8000:8000'] and '--network' not in argv


def test_a_port_of_the_host_network_is_discarded() -> None:
    done = run('tao_ds', '--run_as_service', '--network', 'host', '--port_mapping', '80')
    assert done.err == 'tao_ds: notice: docker discards published ports with network host\n'


@pytest.mark.parametrize(('words', 'faults'), [
    (['--ip', '1.2.3.4', '--port_mapping', '80', '--port', '90'], [
        '--ip is for --run_as_service', '--port_mapping is for --run_as_service',
        '--port: "90": the port of --run_as_service; HOST:CONTAINER publishes any other',
    ]),
    (['--run_as_service', '--', 'ls'], ['--run_as_service has its own command and takes none']),
    (['--run_as_service', '--ip', 'here', '--port', '0', '--port_mapping', '80:80'], [
        '--ip: "here": expected an address such as 127.0.0.1', '--port: "0": expected a port from 1 to 65535',
        '--port_mapping: "80:80": expected a port from 1 to 65535',
    ]),
    *((['--run_as_service', '--ip', ip], [f'--ip: "{ip}": expected an address such as 127.0.0.1'])
      for ip in ('999.1.1.1', ':', '1::2::3', '1.2.3')),
    (['--run_as_service', '--port', '80:22', '--port_mapping', '80'], ['--port: host port 80/tcp is given twice']),
])
def test_refused(words: list[str], faults: list[str]) -> None:
    assert run('tao_ds', *words) == (2, '', 'tao_ds: error: ' + '\n    '.join(faults) + '\n')


@pytest.mark.parametrize('program', sorted({'tao', *RUNNERS} - {*SERVICES}))
def test_others_have_none(program: str) -> None:
    done = run(program, '--run_as_service')
    assert (done.code, done.out) == (2, '')
    assert done.err.startswith(f'{program}: error: unknown option --run_as_service\n')
