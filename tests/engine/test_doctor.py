"""`tao doctor` on real machines: this one, as root and as another user, and one on which a newcomer follows it."""
from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from jobs import IMAGE, SOMEBODY, TAO

if TYPE_CHECKING:
    from conftest import Docker, Program

SCHEMA = json.loads((Path(__file__).parents[1] / 'schemas.json').read_text())['findings']
pytestmark = pytest.mark.area('diagnosis')


def findings(out: str) -> dict[str, dict[str, Any]]:
    found = json.loads(out)
    jsonschema.validate(found, SCHEMA)
    return {one['name']: one for one in found}


@pytest.mark.engine_dependent
def test_as_root(each_docker: Docker, tao: Program) -> None:
    done = tao('doctor', '--format', 'json', env=each_docker.env)
    found = findings(done.stdout)
    version = each_docker.run('version', '--format', '{{.Client.Version}}').stdout.strip()
    server = each_docker.run('version', '--format', '{{.Server.Version}}, API {{.Server.APIVersion}}').stdout.strip()
    host = each_docker.env['DOCKER_HOST']
    assert (done.returncode, done.stderr) == (0, '')
    assert found['client']['found'] == f'{each_docker.env["PATH"].partition(":")[0]}/docker {version}'
    assert found['daemon']['found'] == f'answers at {host}'
    assert found['server'] == {'name': 'server', 'status': 'ok', 'found': f'docker {server}', 'fix': ''}
    root = os.environ['TAO_TEST_DATA_ROOT']
    assert re.fullmatch(rf'\d+ GiB free in {root}; 100 are recommended', found['disk']['found'])
    assert found['variables']['found'] == f'DOCKER_HOST={host}'
    table = tao('doctor', '--all', env=each_docker.env)
    lines = [line for line in table.stdout.splitlines() if not line.startswith(' ')]
    assert (table.returncode, table.stderr, lines[-1]) == (0, '', 'ready')
    order = ['fail', 'warn', 'info', 'ok']
    statuses = [line[:5].strip() for line in lines[:-1]]
    assert statuses == sorted((one['status'] for one in found.values()), key=order.index)


@pytest.mark.engine_dependent
def test_as_a_user_without_permission(each_docker: Docker) -> None:
    env = {**each_docker.env, 'HOME': '/nonexistent'}
    done = subprocess.run(
        [*SOMEBODY, TAO, 'doctor', '--format', 'json'], env=env, cwd='/', stdin=subprocess.DEVNULL, capture_output=True,
        encoding='utf-8', timeout=60, check=False,
    )
    found = findings(done.stdout)
    assert (done.returncode, done.stderr) == (1, '')
    assert [name for name, one in found.items() if one['status'] == 'fail'] == ['daemon']
    assert found['daemon']['found'] == f'no permission to talk to the docker daemon at {env["DOCKER_HOST"]}'
    join = 'usermod -aG docker $(id -un)'
    fixes = (f'sudo {join} && newgrp docker', f'su - -c "{join}" && newgrp docker')
    assert found['daemon']['fix'] == fixes[not shutil.which('sudo', path=env['PATH'])]


@pytest.mark.engine_dependent
@pytest.mark.parametrize(('environ', 'what', 'fix'), [
    ({'DOCKER_HOST': 'unix:///no/such.sock'}, 'the docker daemon is not running at unix:///no/such.sock',
     'unset DOCKER_HOST'),
    ({'DOCKER_HOST': 'tcp://127.0.0.1:1'}, 'no docker daemon answers at tcp://127.0.0.1:1', 'unset DOCKER_HOST'),
    ({'DOCKER_HOST': 'htp://x'}, 'htp://x is not a valid daemon address', 'unset DOCKER_HOST'),
    ({'DOCKER_CONTEXT': 'lab'}, 'the docker context does not exist', 'unset DOCKER_CONTEXT'),
])
def test_wrong_endpoint(each_docker: Docker, tao: Program, environ: dict[str, str], what: str, fix: str) -> None:
    env = {name: value for name, value in each_docker.env.items() if name != 'DOCKER_HOST'}
    done = tao('doctor', '--format', 'json', env={**env, **environ})
    found = findings(done.stdout)['daemon']
    assert (done.returncode, found['status'], found['fix']) == (1, 'fail', fix)
    assert found['found'].startswith(what)


@pytest.mark.engine_dependent
def test_a_context_whose_daemon_is_gone(each_docker: Docker, tao: Program) -> None:
    """The fix, done as it is written, leads back to docker's own daemon."""
    env = {name: value for name, value in each_docker.env.items() if name != 'DOCKER_HOST'}
    for words in (['create', 'lab', '--docker', 'host=unix:///no/such.sock'], ['use', 'lab']):
        subprocess.run(['docker', 'context', *words], env=env, check=True, capture_output=True)
    found = findings(tao('doctor', '--format', 'json', env=env).stdout)['daemon']
    assert found == {
        'name': 'daemon', 'status': 'fail', 'found': 'the docker daemon is not running at unix:///no/such.sock',
        'fix': 'docker context use default',
    }
    subprocess.run(['sh', '-c', found['fix']], env=env, check=True, capture_output=True)
    found = findings(tao('doctor', '--format', 'json', env=env).stdout)['daemon']
    assert '/no/such.sock' not in found['found']


def test_nothing_is_started_or_changed(docker: Docker, tao: Program) -> None:
    before = sorted(Path(docker.env['HOME']).rglob('*'))
    since = docker.run('info', '--format', '{{.SystemTime}}').stdout.strip()
    assert tao('doctor').returncode == 0
    until = docker.run('info', '--format', '{{.SystemTime}}').stdout.strip()
    assert docker.run('events', '--since', since, '--until', until).stdout == ''
    assert sorted(Path(docker.env['HOME']).rglob('*')) == before


@pytest.mark.parametrize('user', ['root', 'newcomer'])
def test_a_newcomer_follows_it(docker: Docker, user: str) -> None:
    """From an installed docker that does not run to a launch, with the commands that doctor gives and no other."""
    if user != 'root' and not shutil.which('sudo'):
        return  # doctor then says su, which asks for a password; its wording is tested elsewhere
    with tempfile.TemporaryDirectory(prefix='tao-', dir='/tmp') as name:
        os.chmod(name, 0o755)
        docker.run('save', '--output', f'{name}/image', IMAGE)
        os.chmod(f'{name}/image', 0o644)
        script = Path(__file__).parent / 'doctor_newcomer.py'
        program = [sys.executable, str(script), user, name, TAO, f'{name}/image']
        unshare = ['unshare', '--mount', '--pid', '--fork', '--mount-proc', '--net', '--kill-child']
        try:
            done = subprocess.run(
                [*unshare, *program], env={'PATH': os.environ['PATH'], 'LANG': 'C.UTF-8'}, stdin=subprocess.DEVNULL,
                capture_output=True, encoding='utf-8', timeout=120, check=False,
            )
        finally:
            cgroup = f'tao-test-{Path(name).name}'
            subprocess.run(
                ['find', '/sys/fs/cgroup', '-depth', '-path', f'*/{cgroup}*', '-type', 'd', '-delete'],
                check=False, stderr=subprocess.DEVNULL,
            )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    start, *others = told['followed']
    # there is no systemd in the namespaces; Debian's init script fails where limits cannot be raised
    daemon = 'nohup dockerd >/var/log/docker.log 2>&1 &'
    starts = {
        'root': ['service docker start', daemon],
        'newcomer': ['sudo service docker start', f"sudo sh -c '{daemon}'"],
    }
    assert start in starts[user]
    assert others == ([] if user == 'root' else ['sudo usermod -aG docker $(id -un) && newgrp docker'])
    assert told['codes'] == [*[1 for _ in told['followed']], 0]
    assert (told['loaded'], told['launched']) == (0, [0, 'it works\n'])
