"""A newcomer's first steps: the mounts file that config init writes, jobs with it, and what --explain says of them."""
from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import pytest
from inspected import created, shown
from jobs import SOMEBODY, TAO

if TYPE_CHECKING:
    from conftest import Docker, Program

INSIDE = '/workspace/tao-experiments'
FOLDERS = ('data', 'results', 'specs')
SHM = 'df -k /dev/shm | tail -n 1 | tr -s " " | cut -d " " -f 2'
SCRIPT = f'echo > {INSIDE}/results/file && id -u && {SHM} && ulimit -s'


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of someone who is not root, below a folder that everybody may search."""
    folder = Path(tempfile.mkdtemp())
    (folder / 'home').mkdir()
    for path in (folder, folder / 'home'):
        path.chmod(0o755)
    os.chown(folder / 'home', 12345, 12345)
    yield folder / 'home'
    shutil.rmtree(folder)


def as_somebody(docker: Docker, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SOMEBODY, TAO, *words], env={**docker.env, 'HOME': str(home)}, cwd=home, stdin=subprocess.DEVNULL,
        capture_output=True, encoding='utf-8', timeout=60, check=False,
    )


def test_first_steps(docker: Docker, socket_for_all: None, home: Path) -> None:
    """init, validate, a job: the results are the user's own, shared memory and limits as recommended.

    Without memlock, which not every machine may raise.
    """
    done = as_somebody(docker, home, 'config', 'init', '--yes', '--ulimit', 'stack=67108864')
    assert (done.returncode, done.stdout) == (0, ''), done.stderr
    path = home / '.tao_mounts.json'
    assert json.loads(path.read_text())['DockerOptions'] == {
        'shm_size': '16G', 'ulimits': {'stack': 67108864}, 'user': 'host'}
    assert {found.stat().st_uid for found in home.rglob('*')} == {12345}
    done = as_somebody(docker, home, 'config', 'validate', '--strict')
    assert (done.returncode, done.stdout, done.stderr) == (0, f'{path}: valid\n', '')
    done = as_somebody(docker, home, 'dino', 'run', 'sh', '-c', SCRIPT)
    assert (done.returncode, done.stdout, done.stderr) == (0, '12345\n16777216\n65536\n', '')
    assert (home / 'tao-experiments/results/file').stat().st_uid == 12345


def test_all_that_is_recommended(docker: Docker, tao: Program) -> None:
    """Created, not started: the container has what the file says, memlock too."""
    home = Path(docker.env['HOME'])
    assert tao('config', 'init', '--yes', '--ulimit', 'memlock=-1', '--ulimit', 'stack=67108864').returncode == 0
    found = shown(created(docker, tao, 'dino', 'train'))
    assert found.mounts == {
        (f'{home}/tao-experiments/{name}', f'{INSIDE}/{name}', True) for name in FOLDERS
    }
    assert (found.shm_size, found.ulimits) == (
        16 * 2**30, {('memlock', -1, -1), ('stack', 67108864, 67108864)})


def test_explained_words_run(docker: Docker, tao: Program) -> None:
    """What --explain prints is a line for a shell, once its comments are lines and the reasons are gone."""
    assert tao('config', 'init', '--yes', '--ulimit=none').returncode == 0
    words = ['dino', 'run', 'sh', '-c', 'echo "$1"; exit 7', 'x', 'a  "b" # c']
    lines = tao('--explain', *words).stdout.splitlines()
    explained = ''.join(f'{line[2:]}\n' for line in lines)
    assert all(line.startswith('# ') for line in lines)  # so that pasted, by mistake, it runs nothing
    assert shlex.split(explained, comments=True) == shlex.split(tao('--dry-run', *words).stdout)
    line = ' \\\n'.join(shlex.join(shlex.split(line, comments=True)) for line in explained.splitlines())
    done = subprocess.run(['sh', '-c', line], env=docker.env, capture_output=True, encoding='utf-8', timeout=60)
    assert (done.returncode, done.stdout) == (7, 'a  "b" # c\n')
