"""Signals to the launcher: the right exit code, and no container left. With every docker client there is."""
from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import pytest
from jobs import HANDLES, IGNORES, OURS, SLEEPS, TAO, command, gone, kill_client, launched
from waiting import a_while, family, has_heard, until

if TYPE_CHECKING:
    from conftest import Docker

INT, TERM, HUP, QUIT = signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT
KILLED = 137
# As IGNORES, but what it is told by the engine can be seen.
TELLS = IGNORES.replace('TERM ', '').replace('; echo', '; trap "touch /tmp/told" TERM; echo')
pytestmark = pytest.mark.area('signals')


# The number is only passed on: with other engines each number and each kind of job once.
@pytest.mark.parametrize(('script', 'number', 'code'), [
    pytest.param(HANDLES, INT, 7, marks=pytest.mark.engine_dependent), (HANDLES, TERM, 7),
    pytest.param(HANDLES, HUP, 7, marks=pytest.mark.engine_dependent), (HANDLES, QUIT, 7),
    pytest.param(IGNORES, TERM, KILLED, marks=pytest.mark.engine_dependent), (IGNORES, HUP, KILLED),
    (IGNORES, QUIT, KILLED),
    pytest.param(SLEEPS, INT, 130, marks=pytest.mark.engine_dependent), (SLEEPS, TERM, 143), (SLEEPS, HUP, 129),
    pytest.param(SLEEPS, QUIT, 131, marks=pytest.mark.engine_dependent),
])
def test_one_signal(each_docker: Docker, script: str, number: int, code: int) -> None:
    with launched(command(script), each_docker.env) as job:
        job.wait_for('ready')
        job.send(number)
        assert (job.code(), job.err) == (code, '')
        gone(each_docker)


@pytest.mark.engine_dependent
@pytest.mark.parametrize('script', [IGNORES, SLEEPS])
def test_ctrl_c_twice(each_docker: Docker, script: str) -> None:
    """The second kills a job that ignored the first, and a loop around the launcher stops."""
    with launched(command(script), each_docker.env) as job:
        job.wait_for('ready')
        job.process.send_signal(INT)
        until(lambda: has_heard(job.process.pid))
        if job.process.poll() is None:
            job.process.send_signal(INT)
        assert (job.code(), job.err) == (130, '')
        assert job.process.returncode == -INT
        gone(each_docker)


@pytest.mark.parametrize('numbers', [(TERM, TERM, TERM), (TERM, INT, HUP, QUIT), (INT, TERM)])
def test_many_signals_for_a_job_that_ignores_them(each_docker: Docker, numbers: tuple[int, ...]) -> None:
    """A third one makes docker's client quit and leave the job alone; it must not get that far."""
    with launched(command(IGNORES), each_docker.env) as job:
        job.wait_for('ready')
        job.send(*numbers)
        assert job.code() == (130 if INT in numbers else KILLED)
        gone(each_docker)


@pytest.mark.engine_dependent
@pytest.mark.parametrize(('script', 'least'), [(HANDLES, 0), (IGNORES, 1), (SLEEPS, 0)])
def test_killed_client(each_docker: Docker, script: str, least: int) -> None:
    """The job goes on without its client, so the launcher stops it."""
    with launched(command(script), each_docker.env) as job:
        job.wait_for('ready')
        begun = time.monotonic()
        kill_client(job)
        assert job.code() == KILLED
        assert time.monotonic() - begun >= least
        gone(each_docker)


@pytest.mark.engine_dependent
def test_ctrl_c_shortens_the_time_that_a_job_without_its_client_gets(docker: Docker) -> None:
    with launched([TAO, '--stop-timeout', '60', 'dino', 'run', 'sh', '-c', TELLS], docker.env) as job:
        job.wait_for('ready')
        (container,) = docker.containers(OURS)
        kill_client(job)
        until(lambda: docker.run('exec', container, 'test', '-e', '/tmp/told', check=False).returncode == 0)
        assert job.process.poll() is None
        job.process.send_signal(INT)
        assert job.code() == 130
        gone(docker)


def test_ctrl_c_waits_for_a_job_that_is_not_done(docker: Docker) -> None:
    """It may be writing a checkpoint. Nothing is killed; after 10 s the launcher offers it."""
    with launched(command(IGNORES), docker.env) as job:
        job.wait_for('ready')
        job.process.send_signal(INT)
        job.wait_for_error('Ctrl-C again kills it\n')
        assert job.process.poll() is None
        assert len(docker.containers(OURS, 'status=running')) == 1
        job.process.send_signal(INT)
        assert (job.code(), job.err) == (130, 'tao: still stopping; Ctrl-C again kills it\n')
        gone(docker)


@pytest.mark.parametrize('number', [INT, TERM, HUP])
def test_start_up(each_docker: Docker, number: int) -> None:
    """Whatever it was doing, nothing is left: not even a container that was created and not started.

    A job that has not set itself up yet can miss a signal; a Ctrl-C is then given again.
    """
    with ExitStack() as stack:
        jobs = [stack.enter_context(launched(command('exec sleep 600'), each_docker.env)) for _ in range(6)]
        begun = time.monotonic()
        for when, job in zip(sorted(random.uniform(0, 1.2) for _ in jobs), jobs):
            a_while(max(0, begun + when - time.monotonic()))
            job.process.send_signal(number)
        while any(job.process.poll() is None for job in jobs) and time.monotonic() < begun + 5:
            time.sleep(0.1)
        for job in jobs:
            job.process.send_signal(number)
        for job in jobs:
            code = job.code()
            # Python itself was starting: nothing of ours had run
            early = code == 1 and job.err.endswith('KeyboardInterrupt\n')
            # runc's own process became the job's only afterwards: Go, which as process 1 can't die of a signal, exits 2
            runc = code == 2 and not job.err
            assert code in (128 + number, 130 if number == INT else KILLED) or early or runc, job.err
        gone(each_docker)


@pytest.mark.engine_dependent
@pytest.mark.parametrize('is_for_all', [False, True])
def test_a_message_reaches_the_job_once(each_docker: Docker, is_for_all: bool) -> None:
    """As `srun --signal=USR1@300` sends one: to all of the step, and so to the client too, or to the launcher alone."""
    script = 'trap "echo told" USR1; trap "exit 5" USR2; echo ready; while :; do sleep 0.1; done'
    with launched(command(script), each_docker.env) as job:
        job.wait_for('ready')
        if is_for_all:
            os.kill(job.client, signal.SIGUSR1)
        job.process.send_signal(signal.SIGUSR1)
        job.wait_for('told')
        job.send(signal.SIGUSR2)
        assert (job.code(), job.out, job.err) == (5, b'ready\ntold\n', '')
        gone(each_docker)


def test_a_message_that_comes_too_early(each_docker: Docker) -> None:
    """The client may die of it, the job too, or nobody gets it; no container is left."""
    with ExitStack() as stack:
        jobs = [stack.enter_context(launched(command('exec sleep 3'), each_docker.env)) for _ in range(4)]
        for job, when in zip(jobs, (0.3, 0.2, 0.3, 0.4)):
            a_while(when)
            for pid in [*family(job.process.pid)]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGUSR1)
        for job in jobs:
            assert job.code() in (0, 128 + signal.SIGUSR1), job.err
        gone(each_docker)


def test_two_launches_with_one_command_line(docker: Docker) -> None:
    """They differ in nothing that a person could see; ending one never touches the other."""
    with launched(command(SLEEPS), docker.env) as one, launched(command(SLEEPS), docker.env) as other:
        one.wait_for('ready')
        other.wait_for('ready')
        docker.wait_for(OURS, count=2)
        kill_client(one)
        assert one.code() == KILLED
        docker.wait_for(OURS, count=1)
        other.send(TERM)
        assert other.code() == 143
        gone(docker)


def test_ignored_from_the_start(docker: Docker) -> None:
    """As under nohup: what was ignored stays ignored, for the job too."""
    def ignore() -> None:
        signal.signal(HUP, signal.SIG_IGN)
        signal.signal(INT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # some parents do; the exit code must survive it

    traps = 'trap "echo HUP" HUP; trap "echo INT" INT; trap "echo TERM; exit 7" TERM'
    script = f'{traps}; echo ready; while :; do sleep 0.1; done'
    with launched(command(script), docker.env, preexec_fn=ignore) as job:
        job.wait_for('ready')
        job.send(HUP, INT, TERM)
        assert (job.code(), job.err, job.out) == (7, '', b'ready\nTERM\n')
        gone(docker)


def test_closed_pipe(each_docker: Docker) -> None:
    """`tao … | head -1`: the client dies of the closed pipe, and the job would run on."""
    job = 'while :; do echo line; sleep 0.1; done'
    with launched(command(job), each_docker.env) as running:
        running.wait_for('line')
        assert running.process.stdout
        running.process.stdout.close()
        assert running.process.wait(60) not in (0, None)
        gone(each_docker)


def test_nobody_reads_its_messages(docker: Docker) -> None:
    """Clean-up and exit code depend on no output."""
    read, write = os.pipe()
    with launched(command(IGNORES, '--verbose'), docker.env, stderr=write) as job:
        os.close(write)
        os.close(read)
        job.wait_for('ready')
        job.send(TERM)
        assert job.process.wait(60) == KILLED
        gone(docker)


@pytest.mark.parametrize('closed', ['<&-', '>&-', '2>&-', '<&- >&- 2>&-'])
def test_closed_streams(docker: Docker, closed: str) -> None:
    argv = command('exit 42')
    done = subprocess.run(['sh', '-c', f'"$@" {closed}', 'sh', *argv], env=docker.env, timeout=60, check=False)
    assert done.returncode == 42
