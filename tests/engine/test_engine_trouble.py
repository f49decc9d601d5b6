"""Trouble with the engine: one sentence each, what to try, and exit code 125."""
from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import pytest
from jobs import IMAGE, NO_HOME, SOMEBODY, TAO, command, gone, launched

if TYPE_CHECKING:
    from conftest import Docker, Program

pytestmark = pytest.mark.area('diagnosis')



@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may look into, with a path short enough for a socket's."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def listening(path: Path, mode: int) -> socket.socket:
    """A daemon that takes connections and never answers."""
    daemon = socket.socket(socket.AF_UNIX)
    daemon.bind(str(path))
    daemon.listen(20)
    path.chmod(mode)
    return daemon


def ours(stderr: str) -> str:
    """The part that the launcher said, behind what docker's client said."""
    return stderr[stderr.index('tao: '):]


def test_no_docker(tao: Program, tmp_path: Path) -> None:
    done = tao('dino', 'train', env={**tao.docker.env, 'PATH': str(tmp_path)})
    usual = '/usr/local/bin/docker' if os.path.exists('/usr/local/bin/docker') else '/usr/bin/docker'
    assert (done.returncode, done.stdout, done.stderr) == (125, '', (
        'tao: error: docker: no such program\n'
        f'    there is {usual}, in a folder that is not on PATH\n'
        f'    try: --engine {usual}, or that folder on PATH\n'
    ))
    done = tao('--engine', 'docker-nosuch', 'dino', 'train')
    assert (done.returncode, done.stdout, done.stderr) == (125, '', (
        'tao: error: docker-nosuch: no such program\n'
        '    the launcher runs containers through the docker command line program\n'
        '    try: install Docker Engine (https://docs.docker.com/engine/install/), '
        'or name another engine: --engine podman\n'
    ))


def test_a_docker_that_may_not_be_executed(tao: Program, tmp_path: Path) -> None:
    (tmp_path / 'docker').write_text('')
    done = tao('dino', 'train', env={**tao.docker.env, 'PATH': str(tmp_path)})
    assert done.returncode == 125
    assert done.stderr.startswith('tao: error: docker: is not executable (permission denied)\n')


@pytest.mark.engine_dependent
def test_no_daemon(each_docker: Docker, tao: Program, folder: Path) -> None:
    env = {**each_docker.env, 'DOCKER_HOST': f'unix://{folder}/none.sock'}
    done = tao('dino', 'train', env=env)
    assert (done.returncode, done.stdout) == (125, '')
    assert re.fullmatch(f'tao: error: .*docker daemon.* at unix://{folder}/none.sock\n    try: .+\n', ours(done.stderr))


@pytest.mark.engine_dependent
def test_a_socket_that_nobody_listens_on(tao: Program, folder: Path) -> None:
    listening(folder / 'dead.sock', 0o666).close()
    done = tao('dino', 'train', env={**tao.docker.env, 'DOCKER_HOST': f'unix://{folder}/dead.sock'})
    assert done.returncode == 125
    assert re.fullmatch(f'tao: error: .*docker daemon.* at unix://{folder}/dead.sock\n    try: .+\n', ours(done.stderr))


@pytest.mark.engine_dependent
def test_no_permission(each_docker: Docker, folder: Path) -> None:
    with listening(folder / 'docker.sock', 0o600):
        env = {**each_docker.env, **NO_HOME, 'DOCKER_HOST': f'unix://{folder}/docker.sock'}
        done = subprocess.run(
            [*SOMEBODY, TAO, 'dino', 'train'], env=env, stdin=subprocess.DEVNULL, capture_output=True,
            encoding='utf-8', timeout=60, check=False, cwd='/',
        )
    assert (done.returncode, done.stdout) == (125, '')
    assert re.fullmatch(
        f'tao: error: no permission .*docker daemon at unix://{folder}/docker.sock\n    try: .*aG docker.*\n',
        ours(done.stderr),
    )


@pytest.mark.engine_dependent
@pytest.mark.parametrize(('environ', 'what', 'fix'), [
    ({'DOCKER_TLS_VERIFY': '1'}, r'DOCKER_TLS_VERIFY is set, and the daemon at {} cannot be reached that way \(.*\)',
     'unset DOCKER_TLS_VERIFY'),
    ({'DOCKER_API_VERSION': '1.10'}, r'DOCKER_API_VERSION is 1\.10, and the daemon wants 1\.\d+',
     'unset DOCKER_API_VERSION'),
    ({'DOCKER_API_VERSION': '1.99'}, r'DOCKER_API_VERSION is 1\.99, and the daemon wants 1\.\d+',
     'unset DOCKER_API_VERSION'),
])
def test_a_variable_that_was_left_behind(
    each_docker: Docker, tao: Program, environ: dict[str, str], what: str, fix: str,
) -> None:
    env = {**each_docker.env, **environ}
    done = tao('--quiet', '--gpus', 'none', 'dino', 'train', env=env)
    assert (done.returncode, done.stdout) == (125, '')
    assert re.fullmatch(f'tao: error: {what.format(env["DOCKER_HOST"])}\n    try: {fix}\n', ours(done.stderr))


@pytest.mark.engine_dependent
def test_unknown_image(each_docker: Docker, tao: Program) -> None:
    done = tao('--pull', 'never', '--image', 'nvcr.io/no/such:image', 'dino', 'train', env=each_docker.env)
    assert (done.returncode, done.stdout) == (125, '')
    assert 'No such image: nvcr.io/no/such:image' in done.stderr
    assert ours(done.stderr).startswith('tao: error: nvcr.io/no/such:image is not here')


@pytest.mark.engine_dependent
def test_a_start_that_fails(each_docker: Docker, tao: Program) -> None:
    """docker leaves the container that it created."""
    each_docker.run('run', '-d', '--rm', '--init', '-p', '7777:7', IMAGE, 'sleep', '600')
    done = tao('--port', '7777:80', 'dino', 'run', 'true', env=each_docker.env)
    assert done.returncode == 125
    assert 'port is already allocated' in done.stderr
    assert re.fullmatch(
        'tao: error: host port 7777 \\(--port\\) is taken by container [a-z_0-9]+\n'
        '    try: another host port, such as --port 7778:80\n', ours(done.stderr),
    )
    gone(each_docker)


@pytest.mark.after_processes
@pytest.mark.parametrize('number', [2, 15])
def test_an_engine_that_never_answers(docker: Docker, folder: Path, number: int) -> None:
    """No signal may be swallowed by the waiting."""
    with listening(folder / 'docker.sock', 0o666):
        env = {**docker.env, 'DOCKER_HOST': f'unix://{folder}/docker.sock'}
        with launched(command('sleep 600'), env) as job:
            job.send(number)
            if number == 2:
                job.send(number)
            assert job.code() == 128 + number
