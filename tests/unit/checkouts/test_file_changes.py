"""What is said when the mounts file changes a runner's defaults."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from runner_checkout import backend, commands, run
from support import tao, write_mounts

from tao_launcher.settings.programs import RUNNERS


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return backend(tmp_path / 'x', 'tao_pt')


def said(root: Path, home: Path, options: Any, *words: str, program: str = 'tao_pt', **sections: Any) -> str:
    """What the notice says is changed; '' for no notice."""
    path = write_mounts(home, {'DockerOptions': options, **sections})
    done = run(root, '--dry-run', *words, '--', 'make', program=program)
    assert done.code == 0, done
    start = f'{program}: notice: {path} changes what {program} does by default: '
    notices = [line[len(start):] for line in done.err.splitlines() if line.startswith(start)]
    assert len(notices) < 2
    return ''.join(notices)


@pytest.mark.parametrize(('options', 'change'), [
    ({}, ''), ({'ulimits': {'memlock': -1}, 'shm_size': '16G', 'network': 'host', 'gpus': 'all', 'user': '0:0'}, ''),
    ({'user': 'host'}, 'the job runs as user host, not as root'),
    ({'user': '1000:1000'}, 'the job runs as user 1000:1000, not as root'),
    ({'ports': {'8888': 9999, '53/udp': 53}},
     'it publishes 9999:8888, 53:53/udp, for which it leaves the host\'s network'),
    ({'network': 'bridge'}, 'network bridge instead of host'),
    ({'network': 'host', 'ports': {'80': 80}}, ''),
    ({'shm_size': '8G'}, 'shm_size 8G instead of 16G'),
    ({'gpus': '0,1'}, 'gpus 0,1 instead of all'), ({'gpus': 'none'}, 'gpus none instead of all'),
    ({'gpus': 'count=2'}, 'gpus count=2 instead of all'),
    ({'workdir': '/w'}, 'workdir /w instead of that of the image'),
    ({'user': 'host', 'shm_size': '8G'}, 'the job runs as user host, not as root; shm_size 8G instead of 16G'),
])
def test_options_of_the_file(options: Any, change: str, root: Path, home: Path) -> None:
    assert said(root, home, options) == change


@pytest.mark.parametrize(('words', 'options'), [
    (['--user', '0:0'], {'user': 'host'}), (['--run_as_user'], {'user': '7:7'}),
    (['--shm_size', '8G'], {'shm_size': '4G'}),
    (['--gpus', '0'], {'gpus': 'none'}), (['--network', 'bridge'], {'network': 'none', 'ports': {'80': 80}}),
    (['--port', '81:80'], {'ports': {'80': 80}}),
])
def test_what_the_command_line_overrides_is_not_the_files(
    words: list[str], options: Any, root: Path, home: Path,
) -> None:
    assert said(root, home, options, *words) == ''


def test_variables_of_the_runner(root: Path, home: Path) -> None:
    """One by name is not the host's in any case."""
    envs = [{'variable': 'PYTHONPATH', 'value': '/x'}, {'variable': 'OTHER', 'value': '1'}]
    assert said(root, home, {}, Envs=envs) == 'PYTHONPATH is that of its Envs'
    assert said(root, home, {}, '--env', 'PYTHONPATH=/y', Envs=envs) == ''
    assert said(root, home, {}, Envs=[{'variable': 'PYTHONPATH'}]) == ''


@pytest.mark.parametrize('program', RUNNERS)
def test_every_runner(program: str, tmp_path: Path, home: Path) -> None:
    """That of tao_deploy has docker's own network already, and so publishes what it is told to."""
    root = backend(tmp_path / program, program)
    change = said(root, home, {'ports': {'80': 80}, 'workdir': '/w'}, program=program)
    assert ('leaves the host' in change) == (program != 'tao_deploy') and 'workdir /w instead of' in change


def test_a_task_has_no_such_defaults(home: Path) -> None:
    write_mounts(home, {'DockerOptions': {'user': '0:0', 'ports': {'80': 80}, 'shm_size': '8G'}})
    assert 'by default' not in tao('--dry-run', 'dino', 'train').err


def test_a_wheel_is_the_callers_whatever_the_file_says(root: Path, home: Path) -> None:
    write_mounts(home, {'DockerOptions': {'user': '7:7', 'shm_size': '8G'}})
    done = run(root, 'release', '--tag', 'x', '--wheel', '--dry-run')
    assert done.err == '' and '7:7' not in next(commands(done.out))
