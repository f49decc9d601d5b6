"""Jobs that do not run: what the engine could not start, what is being started, and what is paused."""
from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest
from jobs import HANDLES, TAO, Running, launched
from waiting import until

if TYPE_CHECKING:
    from conftest import Docker, Program

pytestmark = [pytest.mark.area('jobs'), pytest.mark.engine_dependent]
NONE = 'tao: no jobs (tao list -a shows ended ones)\n'


def test_one_that_never_started(docker: Docker, tao: Program) -> None:
    """A launch removes what the engine could not start; of a pasted one it stays, and nobody waits for it."""
    options = ['--quiet', '--gpus', 'none', '--detach', '--name', 'night', '--docker-arg=--device=/nosuch']
    words = [*options, 'dino', 'train']
    assert tao(*words).returncode == 127 and docker.containers() == []
    printed = ['sh', '-c', tao('--dry-run', *words).stdout]
    pasted = subprocess.run(printed, env=docker.env, capture_output=True, encoding='utf-8', check=False)
    container = pasted.stdout.strip()
    why = docker.inspect(container)['State']['Error']

    def said(*words: str) -> tuple[int, str, str]:
        done = tao(*words)
        return done.returncode, done.stdout, done.stderr

    assert said('list') == said('list', '--format', 'ids') == (0, '', NONE)
    assert said('list', '-a', '--format', 'ids') == (0, f'{container}\n', '')
    code, listed, told = said('list', '-a')
    assert (code, listed.splitlines()[1].split()[2]) == (0, 'created') and '/nosuch' in told
    assert told == f'tao: {container[:12]}  model/dino/train: the engine could not start it: {why}\n'
    row, advice = f'    {container[:12]}  model/dino/train  created\n', '    try: tao clean, which removes it\n'
    for asked in (['logs', 'night'], ['logs', '-f', 'night'], ['wait', 'night']):
        assert said(*asked) == (
            125, '', f'tao: error: the job has never started\n{row}    the engine said: {why}\n{advice}',
        )
    assert said('stop', 'night') == (1, '', f'tao: error: night has never started\n{row}{advice}')
    assert said('progress', 'night') == (1, '', (
        f'tao: error: {container[:12]}  model/dino/train: has never started\n'
        f'    the engine could not start it: {why}\n{advice}'
    ))
    assert said('stop', '--all') == (0, '', 'tao: no jobs to stop\n')
    assert said('clean') == (0, f'{container}\n', '')


def test_some_that_are_being_started(
    docker: Docker, tao: Program, wrapped: Callable[[str], Path], tmp_path: Path,
) -> None:
    """docker's own wait and logs end at once for these, and its stop does nothing."""
    script = 'echo ready; until [ -e /tmp/end ]; do sleep 0.1; done; exit 4'
    printed = shlex.split(tao('--dry-run', '--quiet', '--detach', 'dino', 'run', 'sh', '-c', script).stdout)
    a, b = (docker.run('create', *(w for w in printed[2:] if w != '--detach')).stdout.strip() for _ in range(2))
    assert tao('list', '--format', 'ids').stdout.split() == [b, a]
    asked = tmp_path / 'asked'
    asked.touch()
    wrapped(f'echo $PPID $1 >>{asked}')

    def has_looked(launcher: Running) -> bool:
        """Has it seen the job, and asked whether it has started by now, or has it ended?"""
        looks = asked.read_text().count(f'{launcher.process.pid} inspect\n')
        return looks > 1 or launcher.process.poll() is not None

    with launched([TAO, 'wait', a], docker.env) as waiting, launched([TAO, 'logs', '-f', a], docker.env) as logs, \
            launched([TAO, 'stop', '--time', '1', b], docker.env) as stopping:
        until(lambda: all(map(has_looked, (waiting, logs, stopping))))
        docker.run('start', a, b)
        logs.wait_for('ready')
        docker.run('exec', a, 'touch', '/tmp/end')
        assert (waiting.code(), waiting.err, logs.code(), logs.err) == (4, '', 0, '')
        assert (stopping.code(), stopping.out.decode(), stopping.err) == (0, f'{b}\n', '')
    docker.run('rm', a, b)


def check_a_paused_job(engine: Docker, tao: Program) -> None:
    """It is listed, and ends by itself when it is stopped."""
    container = tao('--detach', '--name', 'night', 'dino', 'run', 'sh', '-c', HANDLES).stdout.strip()
    until(lambda: engine.run('logs', container).stdout == 'ready\n')
    engine.run('pause', container)
    assert tao('list').stdout.splitlines()[1].split()[2] == 'paused'
    assert tao('list', '--format', 'ids').stdout == f'{container}\n'
    stopped = tao('stop', 'night')
    assert (stopped.returncode, stopped.stdout, stopped.stderr) == (0, f'{container}\n', '')
    assert engine.inspect(container)['State']['ExitCode'] == 7
    engine.run('rm', container)


def test_a_paused_one(docker: Docker, tao: Program) -> None:
    if docker.run('info', '--format', '{{.CgroupDriver}}').stdout == 'none\n':
        return  # a rootless daemon pauses nothing with cgroups of version 1
    check_a_paused_job(docker, tao)
