"""--detach: the id alone on stdout, the job runs on."""
from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from jobs import IMAGE, OURS, command, gone, launched
from waiting import a_while, until

if TYPE_CHECKING:
    from conftest import Docker, Program

pytestmark = pytest.mark.area('launch')


@pytest.mark.engine_dependent
def test_the_job_runs_on(each_docker: Docker, tao: Program) -> None:
    done = tao('--detach', 'dino', 'run', 'sleep', '600', env=each_docker.env)
    (container,) = each_docker.containers(OURS)
    assert (done.returncode, done.stdout, done.stderr) == (0, f'{container}\n', '')
    shown = each_docker.inspect(container)
    assert shown['State']['Running'] is True
    assert shown['HostConfig']['AutoRemove'] is False
    each_docker.remove(container)


@pytest.mark.engine_dependent
def test_a_job_that_fails_at_once(docker: Docker, tao: Program) -> None:
    done = tao('--detach', 'dino', 'run', 'sh', '-c', 'echo why; exit 3')
    (container,) = docker.containers(OURS)
    assert (done.returncode, done.stdout, done.stderr) == (
        3, f'{container}\n', 'why\ntao: notice: the job has ended already, with exit code 3\n',
    )
    docker.run('rm', container)


def test_a_job_that_is_done_at_once(docker: Docker, tao: Program) -> None:
    done = tao('--detach', 'dino', 'run', 'true')
    (container,) = docker.containers(OURS)
    assert (done.returncode, done.stdout, done.stderr) == (
        0, f'{container}\n', 'tao: notice: the job has ended already, with exit code 0\n',
    )
    docker.run('rm', container)


@pytest.mark.engine_dependent
def test_an_unknown_image(each_docker: Docker, tao: Program) -> None:
    done = tao('--detach', '--pull', 'never', '--image', 'no/such:image', 'dino', 'train', env=each_docker.env)
    assert (done.returncode, done.stdout) == (125, '')
    gone(each_docker)


@pytest.mark.engine_dependent
def test_a_port_that_is_taken(each_docker: Docker, tao: Program) -> None:
    """docker leaves the container that it created."""
    each_docker.run('run', '-d', '--rm', '--init', '-p', '7777:7', IMAGE, 'sleep', '600')
    done = tao('--detach', '--port', '7777:80', 'dino', 'run', 'sleep', '600', env=each_docker.env)
    assert (done.returncode, done.stdout) == (125, '')
    gone(each_docker)


def test_ctrl_c_before_it_runs(docker: Docker) -> None:
    """Either its id was printed and it runs on, or it is gone."""
    for delay in (0.1, 0.2, 0.3):
        with launched(command('sleep 600', '--detach'), docker.env) as job:
            a_while(delay)
            job.process.send_signal(signal.SIGINT)
            code = job.code()
            until(lambda: job.out.decode().split() == docker.containers(OURS), f'{job.out!r} is what is there')
            kept = docker.containers(OURS)
            assert code in (0, 130)
            for container in kept:
                docker.remove(container)


@pytest.mark.parametrize('stdout', ['/dev/full', '&-'])
def test_an_id_that_can_not_be_written_is_an_error(docker: Docker, stdout: str) -> None:
    line = f'tao --detach dino run sleep 600 >{stdout}'
    done = subprocess.run(['bash', '-c', line], env=docker.env, stderr=subprocess.PIPE, encoding='utf-8', timeout=60)
    (container,) = docker.wait_for('label=tao.plan')
    docker.run('rm', '--force', container)
    assert (done.returncode, done.stderr) == (1, (
        f'tao: error: the job runs on (container {container[:12]}), but its id could not be written\n'
        f'    try: tao attach {container[:12]}\n'
    ))
