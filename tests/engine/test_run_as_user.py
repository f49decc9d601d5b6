"""Who owns what a job writes. The launcher runs as another user, whom the private engine's socket lets in."""
from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import pytest
from conftest import ENGINE
from jobs import NO_HOME, SOMEBODY, TAO

if TYPE_CHECKING:
    from conftest import Docker

SCRIPT = 'echo > /results/file; id -u; id -g; echo "$HOME $USER $LOGNAME"; echo > "$HOME/file" && echo written'
pytestmark = [pytest.mark.area('launch'), pytest.mark.engine_dependent]


@pytest.fixture
def results() -> Iterator[Path]:
    """A folder that everybody may reach and write to."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def run_as_somebody(docker: Docker, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SOMEBODY, TAO, *words], env={**docker.env, **NO_HOME}, cwd='/', stdin=subprocess.DEVNULL,
        capture_output=True, encoding='utf-8', timeout=60, check=False,
    )


@pytest.mark.parametrize('option', [['--run_as_user'], ['--user', 'host'], ['--user', '12345:12345']])
def test_own_files(docker: Docker, socket_for_all: None, results: Path, option: list[str]) -> None:
    done = run_as_somebody(docker, *option, '--volume', f'{results}:/results', 'dino', 'run', 'sh', '-c', SCRIPT)
    assert (done.returncode, done.stdout, done.stderr) == (
        0, '12345\n12345\n/tmp uid12345 uid12345\nwritten\n', '',
    )
    owner = (results / 'file').stat()
    assert (owner.st_uid, owner.st_gid) == (ENGINE.host_id(12345), ENGINE.host_id(12345))


def test_roots_files_by_default(docker: Docker, socket_for_all: None, results: Path) -> None:
    done = run_as_somebody(docker, '--volume', f'{results}:/results', 'dino', 'run', 'sh', '-c', SCRIPT)
    assert (done.returncode, done.stdout, done.stderr) == (0, '0\n0\n/root  \nwritten\n', '')
    assert (results / 'file').stat().st_uid == ENGINE.host_id(0)


def test_the_callers_groups(docker: Docker, socket_for_all: None) -> None:
    someone = [word if word != '--clear-groups' else '--groups=2001,2002' for word in SOMEBODY]
    done = subprocess.run(
        [*someone, TAO, '--run_as_user', 'dino', 'run', 'id', '-G'], env={**docker.env, **NO_HOME}, cwd='/',
        stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8', timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, '12345 2001 2002\n', '')


def test_own_variables_win(docker: Docker, socket_for_all: None) -> None:
    done = run_as_somebody(
        docker, '--run_as_user', '--env', 'HOME=/here', 'dino', 'run', 'sh', '-c', 'echo "$HOME $USER"',
    )
    assert (done.returncode, done.stdout) == (0, '/here uid12345\n')
