"""A docker on PATH that is a script: it does not exec the client, drops the environment, or talks first."""
from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest
from jobs import IGNORES, OURS, TAO, command, gone, launched

if TYPE_CHECKING:
    from conftest import Docker, Program

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
pytestmark = pytest.mark.area('signals')

CHILD = '{docker} "$@"'
CHILD_OF_BASH = '{docker} "$@"\nexit $?'
DROPS = 'exec env -i PATH="$PATH" DOCKER_HOST="$DOCKER_HOST" {docker} "$@"'
DEAF = 'setsid {docker} "$@" &\ntrap : INT TERM HUP\nwait $!; while kill -0 $!; do wait $!; done 2>/dev/null; wait $!'
# Writes a checkpoint when it is told to end. How often it was told is the number of lines.
SAVES = (
    'trap "echo told; told=1" TERM INT HUP; echo ready; i=0; '
    'while [ ! "$told" ] && [ $i -lt 300 ]; do sleep 0.1; i=$((i+1)); done; sleep 2; echo saved; exit 5'
)


def on_each(*values: object) -> object:
    """Parameters of a test that is run with every engine and on the oldest Python too, as their fellows are not.

    Each script and each signal is among them once; what the launcher asks of an engine is the same for all of them.
    """
    return pytest.param(*values, marks=[pytest.mark.engine_dependent, pytest.mark.after_processes])


@pytest.fixture
def wrap(docker: Docker) -> Callable[..., None]:
    """Takes a script, which is the docker on PATH from then on."""
    programs = Path(docker.env['PATH'].partition(':')[0])

    def wrapped(script: str, shell: str = '/bin/sh') -> None:
        (programs / 'docker').unlink()
        (programs / 'docker').write_text(f'#!{shell}\n{script.format(docker=docker.path)}\n')
        (programs / 'docker').chmod(0o755)

    return wrapped


@pytest.mark.parametrize(('script', 'shell', 'number'), [
    on_each(CHILD, '/bin/sh', TERM), (CHILD, '/bin/sh', INT), (CHILD, '/bin/sh', HUP),
    (CHILD_OF_BASH, '/bin/bash', TERM), on_each(CHILD_OF_BASH, '/bin/bash', INT), (CHILD_OF_BASH, '/bin/bash', HUP),
    (DROPS, '/bin/sh', TERM), (DROPS, '/bin/sh', INT), on_each(DROPS, '/bin/sh', HUP),
])
def test_the_job_is_told_once_and_has_its_time(
    docker: Docker, wrap: Callable[..., None], script: str, shell: str, number: int,
) -> None:
    wrap(script, shell)
    with launched([TAO, '--stop-timeout', '20', 'dino', 'run', 'sh', '-c', SAVES], docker.env) as job:
        job.wait_for('ready')
        job.send(number)
        assert (job.code(), job.err) == (5, '')
        assert job.out == b'ready\ntold\nsaved\n'
        gone(docker)


@pytest.mark.parametrize(('script', 'number'), [
    on_each(CHILD, TERM), (CHILD, HUP), (DROPS, TERM), on_each(DROPS, HUP), on_each(DEAF, TERM), (DEAF, HUP),
])
def test_a_job_that_ignores_it(docker: Docker, wrap: Callable[..., None], script: str, number: int) -> None:
    wrap(script)
    with launched(command(IGNORES), docker.env) as job:
        job.wait_for('ready')
        job.send(number)
        assert (job.code(), job.err) == (137, '')
        gone(docker)


@pytest.mark.engine_dependent
@pytest.mark.after_processes
def test_a_program_that_passes_no_signal_on(docker: Docker, wrap: Callable[..., None]) -> None:
    """The engine's events show that the job was not told, so the engine tells it."""
    wrap(DEAF)
    with launched([TAO, '--stop-timeout', '20', 'dino', 'run', 'sh', '-c', SAVES], docker.env) as job:
        job.wait_for('ready')
        begun = time.monotonic()
        job.send(INT)
        assert (job.code(), job.err) == (5, '')
        assert job.out == b'ready\ntold\nsaved\n'
        assert time.monotonic() - begun < 60
        gone(docker)


@pytest.mark.engine_dependent
@pytest.mark.after_processes
def test_two_launches_that_cannot_be_told_apart(docker: Docker, wrap: Callable[..., None]) -> None:
    """Without their values they are the same, so neither is stopped, and that is said once."""
    wrap(DROPS)
    with launched(command(IGNORES), docker.env) as one, launched(command(IGNORES), docker.env) as other:
        one.wait_for('ready')
        other.wait_for('ready')
        docker.wait_for(OURS, count=2)
        one.send(TERM)
        assert one.code() != 0
        assert one.err.count("cannot tell which container is this launch's, so none is stopped") == 1
        left = docker.wait_for(OURS, count=2)
        assert all(container[:12] in one.err for container in left)
        assert other.process.poll() is None
        docker.remove(*left)


@pytest.mark.parametrize('script', ['echo short', on_each('sleep 3')])
def test_variables_that_do_not_arrive(
    docker: Docker, tao: Program, wrap: Callable[..., None], script: str,
) -> None:
    words = ['--env', 'NGC_API_KEY', 'dino', 'run', 'sh', '-c', f'{script}; echo "key:$NGC_API_KEY"']
    env = {**docker.env, 'NGC_API_KEY': 'top-secret'}
    what = 'tao: notice: docker '
    wrap(CHILD)
    done = tao(*words, env=env)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, 'key:top-secret')
    assert 'does not pass variables on: ' not in done.stderr
    wrap(DROPS)
    done = tao(*words, env=env)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, 'key:')
    # a short job may be over before its container was seen
    assert done.stderr in (
        f'{what}does not pass variables on: without NGC_API_KEY in the job\n',
        f"{what}is not the engine's own program; if it does not pass variables on, the job had no NGC_API_KEY\n",
    )[:1 if script.startswith('sleep') else 2]


@pytest.mark.engine_dependent
@pytest.mark.after_processes
def test_one_that_talks_first(docker: Docker, tao: Program, wrap: Callable[..., None]) -> None:
    wrap('echo hello\nexec {docker} "$@"')
    done = tao('--detach', 'dino', 'run', 'sleep', '600')
    (container,) = docker.containers(OURS)
    assert (done.returncode, done.stdout) == (0, f'{container}\n')
    listed = tao('list')
    assert listed.returncode == 125 and '    it printed: hello\n' in listed.stderr
    docker.remove(container)


@pytest.mark.parametrize('number', [on_each(TERM), INT, HUP])
def test_signalled_together_with_the_client(each_docker: Docker, number: int) -> None:
    """What ends a service or a job step signals every process of it; the job is told once."""
    with launched([TAO, '--stop-timeout', '20', 'dino', 'run', 'sh', '-c', SAVES], each_docker.env) as job:
        job.wait_for('ready')
        for pid in (job.process.pid, job.client):
            os.kill(pid, number)
        assert (job.code(), job.err) == (5, '')
        assert job.out == b'ready\ntold\nsaved\n'
        gone(each_docker)
