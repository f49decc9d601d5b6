"""docker's exit code comes back unchanged, and a docker that is not there is said."""
from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from engine_answers import ID, Engine
from support import FakeDocker, command, tao, tao_process

from tao_launcher.launch import run, supervise

CODES = [0, 1, 2, 3, 42, 125, 126, 127, 137, 143, 255]


@pytest.fixture
def checkout(tmp_path: Path) -> dict[str, str]:
    """The environment of a developer's checkout."""
    manifest = tmp_path / 'checkout' / 'docker' / 'manifest.json'
    manifest.parent.mkdir(parents=True)
    manifest.write_text('{"registry": "nvcr.io", "repository": "a/b", "tag": "c"}')
    return {'NV_TAO_PYTORCH_TOP': str(tmp_path / 'checkout')}


@pytest.mark.parametrize('code', CODES)
def test_code_of_tao(code: int, fake_docker: FakeDocker) -> None:
    fake_docker.ends_with(code)
    done = tao_process('dino', 'train')
    assert (done.code, done.out) == (code, '')
    assert fake_docker.argv[-2:] == ['dino', 'train']


@pytest.mark.parametrize('code', CODES)
def test_code_of_a_runner(code: int, fake_docker: FakeDocker, checkout: dict[str, str]) -> None:
    fake_docker.ends_with(code)
    done = tao_process('--', 'make', program='tao_pt', env=checkout)
    assert (done.code, done.out) == (code, '')
    assert fake_docker.argv[-2:] == ['nvcr.io/a/b:c', 'make']


def test_output_of_the_job_is_its_own(fake_docker: FakeDocker, tmp_path: Path) -> None:
    (fake_docker.folder / 'docker').write_text('#!/bin/sh\necho out\necho err >&2\ncat\n')
    done = subprocess.run(
        [*command(), 'dino', 'train'], input=b'not for the job', capture_output=True, check=True,
    )
    assert (done.stdout, done.stderr) == (b'out\n', b'err\n')
    done = subprocess.run(
        [*command(), '--interactive', 'dino', 'train'], input=b'for the job', stdout=subprocess.PIPE, check=True,
    )
    assert done.stdout == b'out\nfor the job'


NO_DOCKER = (
    '    the launcher runs containers through the docker command line program\n'
    '    try: install Docker Engine (https://docs.docker.com/engine/install/),'
    ' or name another engine: --engine podman\n'
)


@pytest.mark.parametrize(('engine', 'content', 'mode', 'reason'), [
    ('docker', None, 0, 'no such program'),
    ('docker', '#!/bin/sh\n', 0o644, 'is not executable (permission denied)'),
    ('docker', 'no program', 0o755, 'is not an executable (exec format error)'),
    ('/missing/docker', None, 0, 'no such program'),
])
def test_engine_that_can_not_be_started(
    engine: str, content: str, mode: int, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / 'bin').mkdir()
    if content:
        (tmp_path / 'bin' / 'docker').write_text(content)
        (tmp_path / 'bin' / 'docker').chmod(mode)
    monkeypatch.setenv('PATH', str(tmp_path / 'bin'))
    done = tao('--engine', engine, 'dino', 'train')
    assert (done.code, done.out) == (125, '')
    assert done.err == f'tao: error: {engine}: {reason}\n{NO_DOCKER}'


def test_no_engine_in_a_container_of_tao(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The task itself is there."""
    (tmp_path / 'dino').write_text('#!/bin/sh\n')
    (tmp_path / 'dino').chmod(0o755)
    monkeypatch.setenv('PATH', str(tmp_path))
    way = '    dino is on PATH here, as in a container of TAO, where --engine none runs it without another one\n'
    first, second = NO_DOCKER.splitlines(keepends=True)
    second = second.replace('try: ', 'try: --engine none (or TAO_ENGINE=none); or ')
    assert tao('dino', 'train') == (125, '', f'tao: error: docker: no such program\n{first}{way}{second}')
    assert tao('action_recognition', 'train').err == f'tao: error: docker: no such program\n{NO_DOCKER}'


def test_no_engine_but_one_without_a_daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, and nothing is switched on by itself; of two names the first."""
    for name in ('singularity', 'apptainer'):
        (tmp_path / name).touch(mode=0o755)
        monkeypatch.setenv('PATH', str(tmp_path))
        way = f'    {name} is on PATH here, and runs images of docker without a daemon\n'
        first, second = NO_DOCKER.splitlines(keepends=True)
        second = second.replace('try: ', f'try: --engine {name} (or TAO_ENGINE={name}); or ')
        assert tao('dino', 'train') == (125, '', f'tao: error: docker: no such program\n{first}{way}{second}')


@pytest.mark.parametrize(('said', 'message'), [
    ('Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?',
     'the docker daemon is not running'),
    ('permission denied while trying to connect to the Docker daemon socket at unix:///x.sock',
     'no permission to talk to the docker daemon'),
])
def test_engine_that_refuses(said: str, message: str, fake_docker: FakeDocker) -> None:
    script = f'#!/bin/sh\necho "{said}" >&2\n[ "$1" != run ] && exit 1\nexit 125\n'
    (fake_docker.folder / 'docker').write_text(script)
    done = tao('dino', 'train')
    assert done.code == 125
    # docker's own words first, ours and the remedy after them; tests/engine has them whole
    assert done.err.startswith(f'{said}\n')
    assert f'tao: error: {message}' in done.err and '    try: ' in done.err


def test_a_run_has_no_result_of_its_own(fake_docker: FakeDocker) -> None:
    assert tao_process('dino', 'train', closed=1) == (0, '', '')
    assert fake_docker.argv[-2:] == ['dino', 'train']


# docker's client ends so since 29
NO_DAEMON = 'failed to connect to the docker API at unix:///x.sock; check if the daemon is running'
ENDS_WITH_1 = """#!/bin/sh
case $1 in run) exit 1 ;; {up}) exit 0 ;; esac
echo "{said}" >&2
exit 1
"""


@pytest.mark.parametrize(('up', 'limit', 'code'), [
    ('none', 60.0, 125),
    ('*', 60.0, 1),  # it answers, so the job has run, or a refusal of the client is not known as one
    ('none', -60.0, 1),  # what finds no daemon ends sooner: the job has run, and the daemon has ended since
])
def test_code_1_is_the_engines_only_where_it_does_not_answer(
    up: str, limit: float, code: int, fake_docker: FakeDocker, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A client is quick, or is not, however busy the machine is: the limit is far off."""
    monkeypatch.setattr(run, 'QUICK', limit)
    monkeypatch.setattr(supervise, 'QUICK_DEATH', limit)
    script = ENDS_WITH_1.format(said=NO_DAEMON, up=up)
    (fake_docker.folder / 'docker').write_text(script)
    done = tao('dino', 'train', env={'DOCKER_HOST': 'unix:///x.sock'})
    assert done.code == code
    assert ('tao: error: the docker engine' in done.err or 'daemon is not running' in done.err) is (code == 125)


NAMED = f'(container {ID[:12]})'
RUNS_ON = (
    f'tao: error: the job runs on {NAMED}, but its id could not be written\n    try: tao attach {ID[:12]}\n'
)


@pytest.mark.parametrize(('state', 'lost', 'code', 'err'), [
    ('true 0', '>/dev/full', 1, RUNS_ON),
    ('true 0', '>&-', 1, RUNS_ON),
    ('true 0', '', 141, RUNS_ON),  # a pipe that nobody reads
    ('false 3', '>/dev/full', 3, f'tao: notice: the job {NAMED} has ended already, with exit code 3\n'),
    ('false 0', '>/dev/full', 1, f'tao: notice: the job {NAMED} has ended already, with exit code 0\n'),
])
def test_an_id_that_cannot_be_written(engine: Engine, state: str, lost: str, code: int, err: str) -> None:
    """The job is there all the same, and who asked for its id has not got it."""
    engine.answers('run', f'{ID}\n')
    engine.answers('inspect', f'{state}\n')
    read, write = os.pipe()
    os.close(read)
    line = f'{shlex.join(command())} --detach dino train {lost}'
    done = subprocess.run(
        ['sh', '-c', line], stdout=write, stderr=subprocess.PIPE, encoding='utf-8', timeout=60, check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (code, err)
