"""Jobs in bad company: many of them, forged ones, and an engine that goes away."""
from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Iterator

import pytest
from jobs import IMAGE, OURS, SLEEPS, TAO, Running, ended, gone, launched, on_terminal
from waiting import a_while, family, until

if TYPE_CHECKING:
    from conftest import Docker, Program

pytestmark = pytest.mark.area('jobs')


LABELS = ['--label', 'tao.job=model/dino/run', '--label', f'tao.user={os.getuid()}', '--label', 'tao.plan=0']
YELLOW, END = '\x1b[33m', '\x1b[0m'

# Passes connections on to another socket until it is killed, which ends them all; says what is asked.
PROXY = """
import socket, sys, threading
def pump(a, b, says):
    while True:
        data = a.recv(65536)
        if not data:
            break
        b.sendall(data)
        if says:
            print(data.partition(b'\\r')[0], flush=True)
    b.shutdown(socket.SHUT_WR)
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen(20)
print('ready', flush=True)
while True:
    near, far = server.accept()[0], socket.socket(socket.AF_UNIX)
    far.connect(sys.argv[2])
    for way in ((near, far, True), (far, near, False)):
        threading.Thread(target=pump, args=way, daemon=True).start()
"""


def test_fifty_jobs(docker: Docker, tao: Program, wrapped: Callable[[str], Path]) -> None:
    """Two questions at most; and what a dry run prints makes a job too, when someone pastes it."""
    printed = shlex.split(tao('--dry-run', '--detach', 'dino', 'run', 'true').stdout)
    assert printed[:2] == ['docker', 'run']
    made = {docker.run('create', *(w for w in printed[2:] if w != '--detach')).stdout.strip() for _ in range(50)}
    calls = wrapped('')
    listed = tao('list', '-a', '--format', 'ids')
    assert (listed.returncode, set(listed.stdout.split()), listed.stderr) == (0, made, '')
    assert len(calls.read_text().splitlines()) == 1
    assert len(tao('list', '-a').stdout.splitlines()) == 51
    assert len(calls.read_text().splitlines()) == 1 + 2
    ambiguous = tao('logs', 'dino')
    assert (ambiguous.returncode, len(ambiguous.stderr.splitlines())) == (2, 13)
    piped = subprocess.run(
        ['bash', '-c', f'{TAO} list -a | head -1; echo "${{PIPESTATUS[0]}}"'], env=docker.env, capture_output=True,
        encoding='utf-8', check=False,
    )
    assert piped.stdout.split()[0] == 'ID' and piped.stdout.splitlines()[1] in ('0', '141') and piped.stderr == ''
    docker.run('rm', *made)


@pytest.mark.engine_dependent
def test_a_pasted_dry_run(docker: Docker, tao: Program) -> None:
    line = tao('--dry-run', '--detach', 'dino', 'run', 'sh', '-c', SLEEPS).stdout
    container = subprocess.run(['sh', '-c', line], env=docker.env, stdout=subprocess.PIPE, check=True).stdout.decode()
    assert tao('list', '--format', 'ids').stdout == container
    assert tao('stop', '--time', '1', 'dino').stdout == container
    assert tao('clean').stdout == container


def test_forged_labels(docker: Docker, tao: Program) -> None:
    """Anyone may label a container; nothing of it reaches a terminal as it is."""
    container = docker.run(
        'create', '--label=tao.plan=\x1b[31m', f'--label=tao.user={os.getuid()}',
        '--label=tao.job=\x1b]0;owned\x07\nID', IMAGE, 'echo', '\x1b[2J', 'x' * 5000,
    ).stdout.strip()
    with on_terminal([TAO, 'list', '-a', '--all-users'], docker.env) as child:
        assert ended(child) == 0
        assert '\\x1b]0;owned\\x07\\nID' in child.before
        assert set(re.findall('\x1b[^m]*m?', child.before)) == {YELLOW, END}  # the state, in our colour
    with on_terminal([TAO, '--color=never', 'list', '-a'], {**docker.env, 'COLUMNS': '60'}) as child:
        assert ended(child) == 0
        assert [len(line) <= 60 for line in child.before.splitlines()] == [True, True]
    docker.run('rm', container)


@pytest.mark.engine_dependent
def test_one_that_vanishes_meanwhile(docker: Docker, tao: Program, wrapped: Callable[[str], Path]) -> None:
    sleep = ['--detach', 'dino', 'run', 'sh', '-c', SLEEPS]
    a, b = (tao(*sleep).stdout.strip() for _ in range(2))
    wrapped(f'[ "$1" != inspect ] || "$real" rm -f {a} >/dev/null 2>&1')
    listed = tao('list', '--format', 'json')
    found = [job['id'] for job in json.loads(listed.stdout)]
    assert (listed.returncode, found, listed.stderr) == (0, [b], '')
    wrapped(f'[ "$1" != stop ] || "$real" rm -f {b} >/dev/null 2>&1')
    stopped = tao('stop', '--all')
    assert (stopped.returncode, stopped.stdout, stopped.stderr) == (0, f'{b}\n', '')


@pytest.mark.engine_dependent
def test_the_engine_goes_away_meanwhile(each_docker: Docker, tao: Program, wrapped: Callable[[str], Path]) -> None:
    container = tao('--detach', 'dino', 'run', 'sh', '-c', SLEEPS).stdout.strip()
    wrapped(f'real={each_docker.path}; [ "$1" = ps ] || export DOCKER_HOST=unix:///nowhere.sock')
    for words in (['list'], ['stop', '--all'], ['wait', container]):
        done = tao(*words)
        assert (done.returncode, done.stdout) == (125, '')
        assert done.stderr.startswith('tao: error: the docker daemon is not running')
    each_docker.remove(container)


class Proxy:
    """A way to the engine that can be cut and mended, and that sees what is asked."""

    def __init__(self, docker: Docker, name: str) -> None:
        self.docker, self.stack = docker, ExitStack()
        self.socket = f'/tmp/{name}-{os.getpid()}'  # sockets need a short path
        self.env = {**docker.env, 'DOCKER_HOST': f'unix://{self.socket}'}
        self.mend()

    def mend(self) -> None:
        argv = [sys.executable, '-c', PROXY, self.socket, self.docker.env['DOCKER_HOST'][len('unix://'):]]
        self.running = self.stack.enter_context(launched(argv, self.docker.env))
        self.running.wait_for('ready')

    def cut(self, launcher: Running) -> None:
        """End every connection, and take no other; the clients of a launcher have seen it then."""
        clients = [*family(launcher.process.pid)][1:]
        assert clients
        self.running.process.kill()
        self.running.process.wait()
        os.unlink(self.socket)
        until(lambda: not {*clients} & {*family(launcher.process.pid)}, 'its clients see that it is cut')

    def wait_for(self, text: str) -> None:
        """Wait until that, a regular expression, was asked since it was last mended."""
        self.running.wait_for(text)


@pytest.fixture
def proxy(each_docker: Docker, tmp_path: Path) -> Iterator[Proxy]:
    made = Proxy(each_docker, tmp_path.name)
    with made.stack:
        yield made
        if os.path.exists(made.socket):
            os.unlink(made.socket)


ITS_END, ITS_OUTPUT = '/wait|/events', '/logs|/attach'


COUNTS = 'i=0; until [ -e /tmp/end ]; do echo line $i; i=$((i+1)); sleep 0.2; done; echo the end; exit 4'


def is_gapless(out: bytes) -> bool:
    """Whether the numbered lines are complete, from the first that is there. The last before a loss are repeated."""
    numbers = {int(line.split()[1]) for line in out.decode().splitlines() if line.startswith('line')}
    return numbers == {*range(min(numbers), max(numbers) + 1)}


@pytest.mark.engine_dependent
@pytest.mark.parametrize('verb', [['wait'], ['attach'], ['logs', '-f']])
def test_a_connection_that_is_lost_for_a_while(each_docker: Docker, proxy: Proxy, verb: list[str]) -> None:
    asked = ITS_END if verb == ['wait'] else ITS_OUTPUT
    container = each_docker.run('run', '-d', '--init', *LABELS, IMAGE, 'sh', '-c', COUNTS).stdout.strip()
    with launched([TAO, *verb, container], proxy.env) as running:
        proxy.wait_for(asked)
        if verb != ['wait']:
            running.wait_for('line 3')
            a_while(3.5)  # what ends sooner may have been refused, and is asked for once more at once
        proxy.cut(running)
        proxy.mend()
        proxy.wait_for(asked)
        each_docker.run('exec', container, 'touch', '/tmp/end')
        code = running.code()
    assert (code, running.err.count('the connection to the engine was lost')) == (0 if verb[0] == 'logs' else 4, 1)
    if verb != ['wait']:
        assert running.out.endswith(b'\nthe end\n') and is_gapless(running.out)
    each_docker.remove(container)


@pytest.mark.engine_dependent
def test_a_job_whose_connection_is_lost(each_docker: Docker, proxy: Proxy) -> None:
    """It runs on: its output is shown, its code is the launcher's, and a signal still reaches it."""
    script = f'trap "touch /tmp/end" TERM; {COUNTS}'
    with launched([TAO, 'dino', 'run', 'sh', '-c', script], proxy.env) as job:
        job.wait_for('line 1\n')
        a_while(6)  # a client that ends sooner may not have reached the engine
        proxy.cut(job)
        proxy.mend()
        proxy.wait_for(ITS_OUTPUT)
        job.send(signal.SIGTERM)
        assert job.code() == 4
    assert 'tao: notice: the connection to the engine was lost; the job runs on, and is followed' in job.err
    assert job.out.endswith(b'\nthe end\n') and is_gapless(job.out)
    gone(each_docker)


@pytest.mark.engine_dependent
@pytest.mark.parametrize('verb', ['wait', 'attach'])
def test_the_engine_goes_away_while_waiting(each_docker: Docker, proxy: Proxy, verb: str) -> None:
    """Not the job's code, and nothing left over; the job itself is none the wiser."""
    container = subprocess.run(
        [TAO, '--detach', 'dino', 'run', 'sh', '-c', SLEEPS], env=each_docker.env, stdout=subprocess.PIPE, check=True,
    ).stdout.decode().strip()
    with launched([TAO, '--stop-timeout', '2', verb, 'dino'], proxy.env) as running:
        proxy.wait_for(ITS_END)
        if verb == 'attach':
            running.wait_for('ready')
        proxy.cut(running)
        assert running.code() == 125
        assert f'    {container[:12]}  model/dino/run  running\n    try: tao ' in running.err
    assert each_docker.containers(OURS, 'status=running') == [container]
    each_docker.remove(container)
