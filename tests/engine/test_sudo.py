"""An engine through sudo: its variables by name, its signals, its clean-up."""
from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jobs import HANDLES, IGNORES, NO_HOME, OURS, SLEEPS, SOMEBODY, STOP, TAO, child_of, gone, kill_client, launched

if TYPE_CHECKING:
    from conftest import Docker, Program


def why_not() -> str:
    if not shutil.which('sudo'):
        return 'sudo is not installed'
    return '' if subprocess.run(['sudo', '-n', 'true'], check=False).returncode == 0 else 'sudo wants a password'


pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


def engine(docker: Docker) -> list[str]:
    """sudo resets PATH and DOCKER_HOST, so they are in the command."""
    return ['--engine', f'sudo -n {docker.path} --host {docker.env["DOCKER_HOST"]}']


def command(docker: Docker, script: str) -> list[str]:
    return [TAO, *engine(docker), *STOP, 'dino', 'run', 'sh', '-c', script]


def test_a_job(each_docker: Docker, tao: Program) -> None:
    script = 'echo "${TAO_LAUNCH_ID-none} $NGC_API_KEY $PLAIN"; exit 42'
    done = tao(
        *engine(each_docker), '--env', 'NGC_API_KEY=hunter2', '--env', 'PLAIN=a b', 'dino', 'run', 'sh', '-c', script,
    )
    assert (done.returncode, done.stdout, done.stderr) == (
        42, 'none hunter2 a b\n',
        'tao: notice: --env NGC_API_KEY=… can be seen in ps as long as the launcher runs; '
        'this cannot: export NGC_API_KEY, then --env NGC_API_KEY\n'
        'tao: notice: sudo passes the variables on only where sudoers allows SETENV\n',
    )


def test_a_dry_run_names_what_sudo_must_keep(docker: Docker, tao: Program) -> None:
    done = tao(*engine(docker), '--dry-run', '--env', 'NGC_API_KEY=hunter2', 'dino', 'train')
    assert done.stdout.startswith('sudo --preserve-env=NGC_API_KEY -n ')
    assert 'TAO_LAUNCH_ID' not in done.stdout and 'hunter2' not in done.stdout + done.stderr


def test_a_daemon_that_sudo_does_not_pass_on(docker: Docker, tao: Program) -> None:
    remedy = f"to do so: tao --engine 'sudo --preserve-env=DOCKER_HOST -n {docker.path}' …"
    done = tao('--engine', f'sudo -n {docker.path}', 'list')
    assert f'tao: notice: sudo does not pass DOCKER_HOST on, unless sudoers keeps it; {remedy}\n' in done.stderr
    engine = f'sudo --preserve-env=DOCKER_HOST -n {docker.path}'
    done = tao('--engine', engine, '--gpus', 'none', 'dino', 'run', 'sh', '-c', 'exit 7')
    assert (done.returncode, done.stderr) == (7, '')


@pytest.mark.parametrize(('script', 'number', 'codes'), [
    (HANDLES, signal.SIGTERM, {7}), (SLEEPS, signal.SIGTERM, {143}), (IGNORES, signal.SIGTERM, {137, 143}),
    (IGNORES, signal.SIGHUP, {137, 129}),
])
def test_signals(each_docker: Docker, script: str, number: int, codes: set[int]) -> None:
    with launched(command(each_docker, script), each_docker.env) as job:
        job.wait_for('ready')
        job.send(number)
        assert job.code() in codes
        gone(each_docker)


def test_killed_client(docker: Docker) -> None:
    with launched(command(docker, SLEEPS), docker.env) as job:
        job.wait_for('ready')
        kill_client(job)
        assert job.code() == 137
        gone(docker)


def test_two_launches_with_one_command_line(docker: Docker) -> None:
    """Without an id of its own neither can be told from the other: none is touched, and that is said."""
    with launched(command(docker, IGNORES), docker.env) as one, launched(command(docker, IGNORES), docker.env) as two:
        one.wait_for('ready')
        two.wait_for('ready')
        os.kill(child_of(one.client), signal.SIGKILL)  # below sudo
        assert one.code() == 137
        assert "cannot tell which container is this launch's, so none is stopped" in one.err
        assert len(docker.containers(OURS)) == 2
        for container in docker.containers(OURS):
            docker.remove(container)
        assert two.code() == 137


def test_a_client_that_the_caller_may_not_signal(docker: Docker, tmp_path: Path) -> None:
    """sudo's process is root's, the launcher is not: then the engine is asked to pass the signal on.

    The rule for sudo is seen by this launcher alone.
    """
    rules = tmp_path / 'sudoers'
    rules.write_text(f'nobody ALL=(root) NOPASSWD: {docker.path}\n')
    rules.chmod(0o440)
    nobody = [word.replace('12345', '65534') for word in SOMEBODY]
    script = 'mount --bind "$0" /etc/sudoers && exec "$@"'
    argv = ['unshare', '--mount', 'sh', '-c', script, str(rules), *nobody, *command(docker, SLEEPS)]
    with launched(argv, {**docker.env, **NO_HOME}, cwd='/') as job:
        job.wait_for('ready')
        job.send(signal.SIGTERM)
        assert (job.code(), job.err) == (143, '')
        gone(docker)
