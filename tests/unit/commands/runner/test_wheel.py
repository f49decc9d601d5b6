"""The launch that builds a wheel: of its command and folder nothing is the user's."""
from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from runner_checkout import BASE, DIGEST, backend, commands, run
from support import FakeDocker, Result, write_mounts

WHEEL = ('release', '--tag', 'x', '--wheel', '--dry-run')
COMMAND = [f'{BASE}@{DIGEST}', 'python', 'setup.py', 'bdist_wheel']


def launch(done: Result) -> list[str]:
    assert done.code == 0, done.err
    return next(each for each in commands(done.out) if each[1] == 'run')


@pytest.mark.parametrize('options', [
    {'workdir': '/home'}, {'entrypoint': 'bash'}, {'entrypoint': ''}, {'same_paths': True}, {'ports': {'8888': 8888}},
    {'platform': 'linux/riscv64'}, {'extra_args': ['--workdir=/x', '--entrypoint=bash', '-p=80:80', '-P']},
    {'extra_args': ['-w=/home']},
    {'workdir': '/a', 'entrypoint': 'b', 'same_paths': True, 'platform': 'linux/s390x'},
])
def test_what_of_a_mounts_file_is_about_other_commands(options: dict[str, Any], root: Path, home: Path) -> None:
    """The launch is that of no mounts file; a session's has all of it."""
    plain = launch(run(root, *WHEEL))
    assert plain[-4:] == COMMAND and plain[plain.index('--workdir') + 1] == '/tao-pt'
    os.chdir(root / 'docker')  # where --same_paths would work
    write_mounts(home, {'DockerOptions': options})
    assert launch(run(root, *WHEEL)) == plain
    session = run(root, '--no-check', '--dry-run', '--', 'python', 'setup.py', 'bdist_wheel').out
    write_mounts(home, {})
    assert session != run(root, '--no-check', '--dry-run', '--', 'python', 'setup.py', 'bdist_wheel').out


def test_what_of_a_mounts_file_a_wheel_has(root: Path, home: Path) -> None:
    """A build may need more memory, proxies and the like as well."""
    write_mounts(home, {
        'Mounts': [{'source': '~', 'destination': '/tao-pt/home'}], 'Envs': [{'variable': 'A', 'value': 'b'}],
        'DockerOptions': {'shm_size': '4G', 'gpus': 'none', 'extra_args': ['--cap-add=SYS_PTRACE', '--workdir=/x']},
    })
    words = launch(run(root, *WHEEL))
    for given in (f'{home}:/tao-pt/home', 'A=b', '4G', '--cap-add=SYS_PTRACE'):
        assert given in words
    assert '--gpus' not in words and '--workdir=/x' not in words


@pytest.mark.parametrize('program', ['tao_pt', 'tao_ds'])
def test_a_mount_in_place_of_the_checkout(program: str, tmp_path: Path, home: Path) -> None:
    """The wheel would be that of another folder, and end up there."""
    place = {'tao_pt': '/tao-pt', 'tao_ds': '/workspace'}[program]
    root = backend(tmp_path / 'x', program)
    write_mounts(home, {'Mounts': [{'source': '~', 'destination': f'{place}/'}]})
    done = run(root, *WHEEL, program=program)
    words = launch(done)
    assert [word for word in words if word.endswith(f':{place}')] == [f'{root}:{place}']
    assert done.err == (
        f'{program}: notice: Mounts[0] of {home}/.tao_mounts.json is not for the wheel, which is built from the '
        f'checkout at {place}\n'
    )
    done = run(root, '--volume', f'{home}:{place}', *WHEEL, program=program)
    assert (done.code, done.out) == (2, '')
    assert f'error: --volume: {place} is where the checkout is, which the wheel is built from\n' in done.err


@pytest.mark.parametrize(('option', 'shown'), [
    (['--workdir', '/y'], '--workdir'), (['--entrypoint', 'bash'], '--entrypoint'), (['--same_paths'], '--same_paths'),
    (['--docker-arg=--workdir=/y'], '--docker-arg=--workdir'), (['--docker-arg=-w=/y'], '--docker-arg=-w'),
    (['--docker-arg=--entrypoint=x'], '--docker-arg=--entrypoint'), (['--docker-arg=-p=1:1'], '--docker-arg=-p'),
])
def test_what_of_the_command_line(option: list[str], shown: str, root: Path, fake_docker: FakeDocker) -> None:
    done = run(root, *option, *WHEEL)
    assert (done.code, done.out, fake_docker.calls) == (2, '', [])
    assert done.err.startswith(f'tao_pt: error: {shown} does not go with release\n')


def test_a_wheel_that_cannot_be_built_changes_no_file(tmp_path: Path) -> None:
    """What is wrong with its launch is said before the base image's digest is written."""
    root = backend(tmp_path / 'x', 'tao_pt')
    path = root / 'release/docker/Dockerfile'
    path.write_text(f'FROM {BASE}@sha256:{"b" * 64}\n')
    done = run(root, '--volume', '/none:/data', 'release', '--tag', 'x', '--wheel', '--base-digest')
    assert (done.code, done.out) == (2, '') and 'is now' not in done.err
    assert path.read_text() == f'FROM {BASE}@sha256:{"b" * 64}\n'
