"""What a dry run prints is what is executed, word for word, and does the same when it is pasted: for each engine."""
from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import Docker, Program

if TYPE_CHECKING:
    from podman_host import Podman

pytest_plugins = ('podman_host',)
pytestmark = pytest.mark.area('launch')
# The engine's own program, which notes how it is called for a container.
RECORDER = """#!/bin/sh
case " $* " in *" run "*) printf '%s\\0' "$0" "$@" >{folder}/recorded ;; esac
exec {program} "$@"
"""
WORDS = [
    '--env', 'A=b \'c" $HOME', '--env', 'NGC_API_KEY=hunter2', '--volume', '{folder}:/x y,z', '--ulimit', 'nproc=4096',
    '--ulimit', 'nofile=512:512', '--shm_size', '8M', '--user', '1234:1234', '--docker-arg=--hostname=h', 'dino',
]
SCRIPT = 'echo "$A|$NGC_API_KEY|$0|$1"; id -u; hostname; ls -d "/x y,z"; exit 42'


def recorder(folder: Path, real: Docker, name: str) -> Path:
    path = folder / 'programs' / name
    path.parent.mkdir()
    path.write_text(RECORDER.format(folder=folder, program=real.path))
    path.chmod(0o755)
    real.env['PATH'] = f'{path.parent}:{real.env["PATH"]}'
    return path


def compare(engine: list[str], real: Docker, folder: Path) -> None:
    """Print, run and paste a launch on the engine, and compare all three."""
    tao = Program('tao', real)
    words = [
        *(['--engine', shlex.join(engine)] if engine else []), '--quiet', '--gpus', 'none',
        *(word.format(folder=folder) for word in WORDS), 'run', 'sh', '-c', SCRIPT, 'two words', '*',
    ]
    real.env['NGC_API_KEY'] = 'hunter2'  # as whoever pastes the line exports it
    printed = tao('--dry-run', *words)
    assert (printed.returncode, printed.stderr) == (0, '')
    assert 'hunter2' not in printed.stdout
    assert not (folder / 'recorded').exists()
    run = tao(*words)
    executed = os.fsdecode((folder / 'recorded').read_bytes()).split('\0')[:-1]
    argv = shlex.split(printed.stdout)
    program = next(i for i, word in enumerate(argv) if word.rpartition('/')[2] in ('docker', 'podman'))
    assert argv[program + 1:] == executed[1:]
    expected = 'b \'c" $HOME|hunter2|two words|*\n1234\nh\n/x y,z\n'
    assert (run.returncode, run.stdout, run.stderr) == (42, expected, '')
    for shell in ('bash', 'sh'):
        pasted = subprocess.run(
            [shell, '-c', printed.stdout], env=real.env, stdin=subprocess.DEVNULL, capture_output=True,
            encoding='utf-8', timeout=60, check=False,
        )
        assert (pasted.returncode, pasted.stdout, pasted.stderr) == (42, expected, '')


@pytest.mark.parametrize('engine', ['docker', '{path}', 'docker --log-level error', 'sudo -n {path} --host {host}'])
def test_docker(docker: Docker, tmp_path: Path, engine: str) -> None:
    path = recorder(tmp_path, docker, 'docker')
    if engine.startswith('sudo') and not shutil.which('sudo'):
        pytest.skip('sudo is not installed')
    compare(shlex.split(engine.format(path=path, host=docker.env['DOCKER_HOST'])), docker, tmp_path)


@pytest.mark.parametrize('engine', ['podman', '{path}', 'env TZ=UTC {path}', 'sudo -n {path}'])
def test_podman(podman: Podman, tmp_path: Path, engine: str) -> None:
    path = recorder(tmp_path, podman, 'podman')
    if engine.startswith('sudo') and not shutil.which('sudo'):
        pytest.skip('sudo is not installed')
    compare(shlex.split(engine.format(path=path)), podman, tmp_path)
