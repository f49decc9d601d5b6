"""Jobs that outlive their terminal: detached, listed, followed, looked into, waited for and cleaned up."""
from __future__ import annotations

import json
import shlex
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
from jobs import (
    IMAGE,
    NO_HOME,
    OURS,
    SLEEPS,
    SOMEBODY,
    STOP,
    TAO,
    WAITS,
    child_of,
    ended,
    gone,
    hang_up,
    launched,
    on_terminal,
    until_it_asks,
    until_raw,
)
from waiting import until, until_idle

if TYPE_CHECKING:
    from conftest import Docker, Program

JOBS = json.loads((Path(__file__).parents[1] / 'schemas.json').read_text())['jobs']
# Goes on until it is told the code to end with.
PATIENT = 'echo epoch 1; until [ -e /tmp/code ]; do sleep 0.1; done; echo the end; exit $(cat /tmp/code)'
NIGHT = ['--detach', '--name', 'night', 'dino', 'run', 'sh', '-c', PATIENT]
pytestmark = [pytest.mark.area('jobs'), pytest.mark.engine_dependent]


def end(docker: Docker, container: str, code: int) -> None:
    """Have a patient job end."""
    docker.run('exec', container, 'sh', '-c', f'echo {code} >/tmp/.code; mv /tmp/.code /tmp/code')


@pytest.mark.parametrize('user', [[], SOMEBODY], ids=['root', 'someone'])
def test_from_detach_to_clean(each_docker: Docker, socket_for_all: None, user: list[str]) -> None:
    env = {**each_docker.env, **(NO_HOME if user else {}), 'NO_COLOR': '1', 'PS1': '$ '}
    tao = [*user, TAO]

    def said(*words: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [*tao, *words], env=env, cwd='/', stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8',
            timeout=60, check=False,
        )
        return done.returncode, done.stdout, done.stderr

    with on_terminal([*user, 'sh', '-i'], env, cwd=Path('/')) as shell:
        shell.sendline(f'{shlex.join([TAO, *NIGHT])}')
        shell.expect('[0-9a-f]{64}\r\n')
        container = shell.match.group().strip()
        hang_up(shell)
    left = f'tao: notice: left; the job runs on (tao attach {container[:12]})\n'

    assert said('list', '--format', 'ids') == (0, f'{container}\n', '')
    code, out, _ = said('list', '--format', 'json')
    jsonschema.Draft202012Validator(JOBS).validate(json.loads(out))
    (job,) = json.loads(out)
    keys = ('name', 'task', 'owner', 'state', 'exit_code', 'gpus', 'image')
    owner = '12345' if user else '0'
    assert [job[key] for key in keys] == ['night', 'model/dino/run', owner, 'running', None, 'all', IMAGE]
    assert job['command'] == ['sh', '-c', PATIENT]
    assert said('logs', 'night') == (0, 'epoch 1\n', '')

    with on_terminal([*tao, 'attach', 'dino'], env, cwd=Path('/')) as attached:
        attached.expect_exact('epoch 1\r\n')
        attached.sendcontrol('c')
        attached.expect_exact(left.replace('\n', '\r\n'))
        assert ended(attached) == 130
    with on_terminal([*tao, 'attach', container[:8]], env, cwd=Path('/')) as attached:
        attached.expect_exact('epoch 1\r\n')
        assert hang_up(attached) == 129
    with launched([*tao, 'attach', 'night'], env, cwd='/') as attached:
        attached.wait_for('epoch 1')
        attached.send(signal.SIGTERM)
        assert (attached.code(), attached.err) == (143, left)
    assert each_docker.containers(OURS, 'status=running') == [container]

    assert said('exec', 'night', 'sh', '-c', 'echo "$0"; exit 4', 'two words') == (4, 'two words\n', '')
    with launched([*tao, 'wait', 'night'], env, cwd='/') as waiting, \
            launched([*tao, 'attach', 'night'], env, cwd='/') as attached, \
            launched([*tao, 'logs', '-f', 'night'], env, cwd='/') as logs:
        for running in (attached, logs):
            running.wait_for('epoch 1')
        until_it_asks(waiting.process.pid, *WAITS)
        end(each_docker, container, 42)
        assert (waiting.code(), waiting.err) == (42, '')
        assert (attached.code(), attached.err, attached.out) == (42, '', b'epoch 1\nthe end\n')
        assert (logs.code(), logs.err, logs.out) == (0, '', b'epoch 1\nthe end\n')
    assert said('wait', 'night') == (42, '', '')
    assert said('logs', '--tail', '1', 'night') == (0, 'the end\n', '')
    assert said('list') == (0, '', 'tao: no jobs (tao list -a shows ended ones)\n')
    assert 'exited (42)' in said('list', '-a')[1]
    assert said('attach', 'night') == (
        1, '', f'tao: error: night is no longer running\n    {container[:12]}  model/dino/run  exited (42)\n',
    )
    assert said('clean', '--dry-run') == (0, f'docker rm -v {container}\n', '')
    assert said('clean') == (0, f'{container}\n', '')
    assert said('clean') == (0, '', 'tao: no ended jobs\n')


def test_users_keep_their_jobs(docker: Docker, tao: Program, socket_for_all: None) -> None:
    def as_somebody(*words: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [*SOMEBODY, TAO, *words], env={**docker.env, **NO_HOME}, cwd='/', stdin=subprocess.DEVNULL,
            capture_output=True, encoding='utf-8', timeout=60, check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def as_root(*words: str) -> tuple[int, str, str]:
        done = tao(*words)
        return done.returncode, done.stdout, done.stderr

    sleep = ['--detach', 'dino', 'run', 'sleep', '600']
    roots, one, two = as_root(*sleep)[1].strip(), as_somebody(*sleep)[1].strip(), as_somebody(*sleep)[1].strip()
    assert as_root('list', '--format', 'ids')[1] == f'{roots}\n'
    assert as_somebody('list', '--format', 'ids')[1] == f'{two}\n{one}\n'
    users = [line.split()[1] for line in as_somebody('list', '--all-users')[1].splitlines()]
    assert users == ['USER', '12345', '12345', 'root']

    line = f'{roots[:12]}  model/dino/run  running, of root\n'
    assert as_somebody('stop', roots) == (2, '', f"tao: error: {roots} is another user's job\n    {line}")
    for words in (['logs'], ['attach'], ['wait'], ['exec']):
        assert as_somebody(*words, roots[:12])[0] == 2
    assert as_root('stop', '--dry-run', '--all') == (0, f'docker stop -t 30 {roots}\n', '')

    assert as_somebody('stop', '--all', '--time', '1') == (0, f'{two}\n{one}\n', '')
    assert docker.containers(OURS, 'status=running') == [roots]
    assert as_somebody('stop', '--all') == (0, '', 'tao: no jobs to stop\n')
    assert as_somebody('stop', '--all', '--all-users') == (
        2, '', f"tao: error: other users' jobs are stopped only when you say so\n    {line}    try: --yes\n",
    )
    for answer, code in (('n', 2), ('y', 0)):
        argv = [*SOMEBODY, TAO, 'stop', '--all', '--all-users', '--time', '1']
        with on_terminal(argv, {**docker.env, **NO_HOME, 'NO_COLOR': '1'}, cwd=Path('/')) as asked:
            asked.expect_exact(f'Stop 1 job of other users?\r\n    {line[:-1]}\r\n[y/N] ')
            assert docker.containers(OURS, 'status=running') == [roots]
            asked.sendline(answer)
            assert ended(asked) == code
    assert docker.containers(OURS, 'status=running') == []
    assert as_somebody('clean') == (0, f'{two}\n{one}\n', '')
    assert as_root('clean') == (0, f'{roots}\n', '')


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_left_has_not_succeeded(each_docker: Docker, number: int) -> None:
    """`tao exec JOB … && next` must not go on, whatever the client ends with; the command itself does."""
    detached = [TAO, '--quiet', '--detach', 'dino', 'run', 'sleep', '600']
    job = subprocess.check_output(detached, env=each_docker.env, encoding='utf-8').strip()
    with launched([TAO, 'exec', job, 'sh', '-c', 'echo ready; exec sleep 61'], each_docker.env) as executed:
        executed.wait_for('ready')
        executed.send(number)
        assert executed.code() == 128 + number
    assert executed.err == f'tao: notice: left; the command goes on in container {job[:12]}\n'
    assert 'sleep 61' in each_docker.run('exec', job, 'ps').stdout  # `top` needs cgroups
    each_docker.remove(job)


def test_a_session_on_a_terminal(each_docker: Docker) -> None:
    """Left by the detach keys, come back to, lost with the connection, come back to, and ended from within."""
    env = {**each_docker.env, 'NO_COLOR': '1'}
    with on_terminal([TAO, 'dino'], env) as shell:
        shell.expect('[#$] ')
        shell.sendcontrol('p')
        shell.sendcontrol('q')
        assert ended(shell) == 0
    with on_terminal([TAO, 'attach', 'dino'], env) as attached:
        attached.expect_exact('tao: notice: Ctrl-P Ctrl-Q leaves the job running\r\n')
        until_raw(attached)
        attached.sendline('echo "<$((40 + 2))>"')
        attached.expect_exact('<42>\r\n')
        assert hang_up(attached) >= 128
    assert len(each_docker.containers(OURS, 'status=running')) == 1
    with on_terminal([TAO, 'exec', 'dino', 'tty'], env) as executed:
        executed.expect_exact('/dev/pts/')
        assert ended(executed) == 0
    with launched([TAO, 'attach', 'dino'], env) as piped:
        piped.wait_for('<42>')  # without a terminal it is followed
        piped.send(signal.SIGINT)
        assert piped.code() == 130
    with on_terminal([TAO, 'attach', 'dino'], env) as attached:
        attached.expect_exact('leaves the job running\r\n')
        until_raw(attached)
        attached.sendline('exit 7')
        assert ended(attached) == 7
    gone(each_docker)


@pytest.mark.parametrize('words', [['wait', 'dino'], ['logs', '-f', 'dino']])
def test_ctrl_c_while_looking_on(each_docker: Docker, tao: Program, words: list[str]) -> None:
    container = tao('--detach', 'dino', 'run', 'sh', '-c', SLEEPS).stdout.strip()
    with on_terminal([TAO, *words], each_docker.env) as child:
        until_it_asks(child.pid, *WAITS) if words[0] == 'wait' else child.expect('ready')
        docker_client = child_of(child.pid) if words[0] == 'wait' else child.pid
        child.sendcontrol('c')
        child.expect_exact('^C')
        assert ended(child) == 130
        assert 'Traceback' not in child.before
        until(lambda: not Path(f'/proc/{docker_client}').exists())
    assert each_docker.containers(OURS, 'status=running') == [container]
    each_docker.remove(container)


def test_the_first_code_that_is_not_0(docker: Docker, tao: Program) -> None:
    """In their order, not in that of their ends; one in a foreground takes its container with it."""
    a, b = (tao('--detach', 'dino', 'run', 'sh', '-c', PATIENT).stdout.strip() for _ in range(2))
    with launched([TAO, 'dino', 'run', 'sh', '-c', PATIENT], docker.env) as foreground:
        foreground.wait_for('epoch 1')
        (c,) = set(docker.containers(OURS)) - {a, b}
        with launched([TAO, 'wait', a, b, c], docker.env) as waiting, \
                launched([TAO, 'wait', c, b], docker.env) as other:
            for process in (waiting.process, other.process):
                until_it_asks(process.pid, *WAITS)
                until_idle(process.pid)
            for container, code in ((c, 5), (b, 4), (a, 0)):
                end(docker, container, code)
                docker.wait_for(f'id={container}', count=0)
            assert (waiting.code(), waiting.err) == (4, '')
            assert (other.code(), other.err) == (5, '')
        assert foreground.code() == 5
    assert sorted(tao('clean').stdout.split()) == sorted([a, b])


def test_a_closed_terminal_leaves_no_orphan(each_docker: Docker) -> None:
    """The whole session goes, shell and all, with a job in its foreground."""
    with on_terminal(['sh', '-i'], each_docker.env) as shell:
        shell.sendline(shlex.join([TAO, *STOP, 'dino', 'run', 'sh', '-c', SLEEPS]))
        shell.expect('ready\r\n')
        hang_up(shell)
    each_docker.wait_for(OURS, count=0, all=True)
