"""What config init writes of the launcher's options beside what it asks for."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import tao

from tao_launcher.commands.config import further
from tao_launcher.settings.options import OPTIONS
from tao_launcher.settings.repeatable import Problems

INIT = ('config', 'init', '--yes', '--data=none', '--results=none', '--specs=none', '--user=none', '--shm_size=none',
        '--ulimit=none')


def test_everything_that_the_file_can_hold(home: Path) -> None:
    options = [
        '--gpus=0,1', '--same_paths', '--env=A=1', '--env', 'A=2', '--env=B', '--env=C=', '--port=9999:8888',
        '--port=127.0.0.1:1:2/udp', '--port=3:4', '--port=[::1]:5:4', '--network=host', '--ipc=host', '--workdir=/x',
        '--hostname=h', '--memory=5G', '--cpus=1.5', '--platform=linux/amd64', '--entrypoint=', '--no-tty',
        '--docker-arg=--pid=host', '--docker-arg=--cap-add=SYS_PTRACE',
    ]
    done = tao(*options, *INIT)
    path = home / '.tao_mounts.json'
    assert (done.code, done.err) == (0, f'tao: notice: wrote {path}\n')
    assert json.loads(path.read_text()) == {
        'Mounts': [],
        'Envs': [{'variable': 'A', 'value': '2'}, {'variable': 'B'}, {'variable': 'C', 'value': ''}],
        'DockerOptions': {
            'gpus': '0,1', 'same_paths': True, 'ports': {'8888': 9999, '2/udp': '127.0.0.1:1', '4': [3, '[::1]:5']},
            'network': 'host', 'ipc': 'host', 'workdir': '/x', 'hostname': 'h', 'memory': '5G', 'cpus': '1.5',
            'platform': 'linux/amd64', 'entrypoint': '', 'extra_args': ['--pid=host', '--cap-add=SYS_PTRACE'],
            'tty': False,
        },
    }
    assert tao('config', 'validate').code == 0
    run = ['--quiet', '--no-check', '--dry-run=json', 'dino', 'run', 'x']
    by_file = json.loads(tao(*run, env={'B': 'b'}).out)['argv']
    path.unlink()
    by_options = json.loads(tao(*options, *run, env={'B': 'b'}).out)['argv']
    unlabelled = [[word for word in words if not word.startswith('tao.plan=')] for words in (by_file, by_options)]
    assert unlabelled[0] == unlabelled[1]


def test_run_as_user(home: Path) -> None:
    without = [word for word in INIT if not word.startswith('--user')]
    assert tao('--run_as_user', *without).code == 0
    assert json.loads((home / '.tao_mounts.json').read_text())['DockerOptions'] == {'user': 'host'}


def test_what_the_file_cannot_hold_is_said(home: Path) -> None:
    done = tao('--release=7.1.0', '--engine', 'docker', '--detach', '--env=NGC_API_KEY=s3cr3t', *INIT, '--dry-run')
    assert done.code == 0 and 's3cr3t' not in done.out + done.err
    assert json.loads(done.out) == {'Mounts': [], 'Envs': [{'variable': 'NGC_API_KEY'}]}
    assert done.err.splitlines()[:2] == [
        'tao: notice: not written, as a mounts file cannot hold it: --release, --detach, --engine',
        'tao: notice: written without the value, which may be a secret: NGC_API_KEY; a launch takes it from its '
        'environment',
    ]
    assert tao('--quiet', '--no-check', *INIT).err == ''


def test_all_that_is_wrong_at_once(home: Path) -> None:
    done = tao('--memory=x', '--port=1', '--env==s3cr3t', '--docker-arg=-d', *INIT[:-1], '--ulimit=x')
    assert (done.code, done.out) == (2, '')
    assert [line.strip().partition(': "')[0] for line in done.err.splitlines()] == [
        'tao: error: --port', '--docker-arg', '--env', '--memory', '--ulimit']
    assert list(home.iterdir()) == []


@pytest.mark.parametrize('option', OPTIONS, ids=lambda option: option.name)
def test_no_option_is_dropped_silently(option: object) -> None:
    """Each is in the file, asked for, of the call alone, or named as not written."""
    row = next(row for row in OPTIONS if row is option)
    values = {'env': ['A=1'], 'port': ['1:2'], 'docker_arg': ['--pid=host'], 'gpus': '0', 'workdir': '/x', 'cpus': '1',
              'memory': '1G', 'platform': 'linux/amd64', 'entrypoint': 'x', 'network': 'x', 'ipc': 'x', 'hostname': 'x'}
    options: dict[str, Any] = {row.key: values.get(row.key, True)}
    problems = Problems()
    found = [
        bool(further.docker_options(options, '/', '/', problems)), bool(further.variables(options, '/', '/')[0]),
        row.key in (*further.ASKED, *further.OF_THE_CALL), bool(further.unwritten(options)),
    ]
    assert (found.count(True), problems.found) == (1, [])
