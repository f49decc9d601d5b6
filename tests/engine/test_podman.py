"""Podman for real, as root: the same launches, and the same words after a failure, as with docker."""
from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import notebook
import pytest
import test_job_states as job_states
import test_readme as readme
import test_status as status
from conftest import Program
from jobs import HANDLES, IGNORES, SIZED, SLEEPS, command, ended, gone, hang_up, kill_client, launched, on_terminal
from waiting import a_while, until, until_idle

if TYPE_CHECKING:
    from collections.abc import Callable

    from podman_host import Podman

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
pytest_plugins = ('podman_host',)
INT, TERM, HUP, QUIT = 2, 15, 1, 3
PROMPT = '[#$] '
CATATONIT = Path('/usr/libexec/podman/catatonit')  # podman's own, instead of tini
pytestmark = pytest.mark.area('launch')


@pytest.fixture
def tao(podman: Podman) -> Program:
    """The launcher, with podman for its engine."""
    return Program('tao', podman)


@pytest.mark.engine_dependent
@pytest.mark.area('exit codes')
@pytest.mark.parametrize('code', [0, 1, 42, 125, 126, 127, 137])
def test_exit_codes(tao: Program, code: int) -> None:
    done = tao('dino', 'run', 'sh', '-c', f'echo out; echo err >&2; exit {code}')
    assert (done.returncode, done.stdout, done.stderr.splitlines()[0]) == (code, 'out\n', 'err')


def test_a_notebook(podman: Podman, printed_argv: Callable[[str], list[str]]) -> None:
    """The one that runs with docker, and without an engine."""
    home = Path(podman.env['HOME'])
    notebook.furnish(home)
    _, *printed = notebook.outputs(notebook.CELLS, podman.env, str(home))
    assert [printed_argv(text) for text in printed] == notebook.WORDS, printed


def test_the_tasks_words_arrive(tao: Program) -> None:
    words = ['train', 'a b', '', '*', '$HOME', '"\'', 'é✓']
    done = tao('dino', *words)
    assert (done.returncode, done.stderr) == (0, '')
    assert re.findall('=<(.*)>', done.stdout) == ['dino', *words]


@pytest.mark.engine_dependent
@pytest.mark.area('diagnosis')
@pytest.mark.parametrize(('words', 'code', 'what', 'advice'), [
    (['dino', 'run', 'nosuch'], 127, f'if tini reported it: command "nosuch" was not found in {IMAGE}',
     f'podman run --rm -it {IMAGE} /bin/bash'),
    (['dino', 'run', '/etc/passwd'], 126, f'if tini reported it: command "/etc/passwd" cannot be executed in {IMAGE}',
     f'podman run --rm -it {IMAGE} /bin/bash'),
    (['--pull', 'never', '--image', 'nvcr.io/no/such:1', 'dino'], 125,
     'nvcr.io/no/such:1 is not here, and --pull never forbids fetching it', 'podman pull nvcr.io/no/such:1'),
    (['--gpus', '7', 'dino', 'train'], 126, 'GPUs were asked for, but this machine has no NVIDIA driver',
     '--gpus none before the task name'),
    (['--name', 'taken', 'dino', 'train'], 125, 'a container named taken exists already',
     'podman rm taken, or another --name'),
    (['--network', 'nosuch', 'dino', 'train'], 125, 'there is no network nosuch (--network)',
     'podman network create nosuch'),
    (['--docker-arg=--nosuch=1', 'dino', 'train'], 125, 'this podman does not know --nosuch (--docker-arg)',
     'leave it out, or install a newer podman'),
    (['--no-check', '--volume', '/nosuch/x:/x', 'dino', 'train'], 125, '1 mount source not found: /nosuch/x',
     'correct or create them'),
    (['--ulimit', 'memlock=-1', 'dino', 'run', 'true'], 126,
     'if podman said "setting rlimit" or "setrlimit": it is not allowed to raise these limits here (memlock)',
     'leave them out of DockerOptions.ulimits (or --ulimit)'),
])
def test_what_went_wrong(tao: Program, podman: Podman, words: list[str], code: int, what: str, advice: str) -> None:
    podman.run('create', '--name', 'taken', IMAGE, 'true')
    done = tao('--quiet', *words)
    podman.run('rm', 'taken')
    if '--ulimit' in words and done.returncode == 0:  # a machine that may raise them
        return
    if 'tini' in what and CATATONIT.exists():  # which ends with 1 and says so itself
        assert (done.returncode, done.stdout, done.stderr.count('\n')) == (1, '', 1)
        assert done.stderr.startswith('ERROR (catatonit:')
        return
    assert (done.returncode, done.stdout) == (code, '')
    assert done.stderr.endswith(f'tao: error: {what}\n    try: {advice}\n')


@pytest.mark.area('diagnosis')
def test_no_podman(tao: Program) -> None:
    done = tao('dino', 'train', env={**tao.docker.env, 'PATH': '/nowhere'})
    assert (done.returncode, done.stderr) == (125, (
        'tao: error: podman: no such program\n'
        f'    there is {shutil.which("podman")}, in a folder that is not on PATH\n'
        f'    try: --engine {shutil.which("podman")}, or that folder on PATH\n'
    ))


@pytest.mark.area('diagnosis')
def test_a_service_that_does_not_answer(tao: Program, tmp_path: Path) -> None:
    address = f'unix://{tmp_path}/none.sock'
    done = tao('dino', 'train', env={**tao.docker.env, 'CONTAINER_HOST': address})
    assert done.returncode == 125
    assert done.stderr.endswith(
        f'tao: error: the podman daemon is not running at {address}\n    try: unset CONTAINER_HOST\n'
    )


@pytest.mark.engine_dependent
@pytest.mark.area('signals')
@pytest.mark.parametrize(('script', 'number', 'code'), [
    (HANDLES, INT, 7), (HANDLES, TERM, 7), (HANDLES, HUP, 7), (HANDLES, QUIT, 7), (IGNORES, TERM, 137),
    (SLEEPS, INT, 130), (SLEEPS, TERM, 143),
])
def test_one_signal(podman: Podman, script: str, number: int, code: int) -> None:
    with launched(command(script), podman.env) as job:
        job.wait_for('ready')
        until_idle(job.client)
        job.send(number)
        # until podman is ready for signals, a moment after its job is, HUP and QUIT end podman itself
        assert job.code() in ((code, 128 + number) if number in (HUP, QUIT) else (code,))
        assert job.err == '' or number == QUIT
        gone(podman)


@pytest.mark.area('signals')
@pytest.mark.parametrize(('numbers', 'code'), [((INT, INT), 130), ((TERM, TERM, TERM), 137), ((TERM, INT, HUP), 130)])
def test_many_signals_for_a_job_that_ignores_them(podman: Podman, numbers: tuple[int, ...], code: int) -> None:
    with launched(command(IGNORES), podman.env) as job:
        job.wait_for('ready')
        job.send(*numbers)
        assert job.code() == code
        gone(podman)


@pytest.mark.engine_dependent
@pytest.mark.area('signals')
@pytest.mark.parametrize('script', [IGNORES, SLEEPS])
def test_killed_client(podman: Podman, script: str) -> None:
    with launched(command(script), podman.env) as job:
        job.wait_for('ready')
        kill_client(job)
        assert job.code() == 137
        gone(podman)


@pytest.mark.area('signals')
@pytest.mark.parametrize('delay', [0, 0.1, 0.2])
def test_ctrl_c_at_the_start(podman: Podman, delay: float) -> None:
    with launched(command(SLEEPS), podman.env) as job:
        assert job.client  # podman has been started
        a_while(delay)
        job.send(INT, INT)
        assert job.code() == 130
        gone(podman)


@pytest.mark.engine_dependent
def test_a_shell_on_a_terminal(podman: Podman) -> None:
    with on_terminal(['tao', 'dino'], podman.env) as child:
        child.expect(PROMPT)
        child.sendline(SIZED)
        child.expect(PROMPT)
        child.sendline('tty && stty size && echo "<$((40 + 2))>"')
        child.expect('/dev/pts/0\r\n40 200\r\n<42>\r\n')
        child.expect(PROMPT)
        child.sendline('sleep 600')
        (container,) = podman.containers('label=tao.plan')
        until(lambda: 'sleep 600' in podman.run('top', container, 'args').stdout)
        child.sendcontrol('c')
        child.expect(PROMPT)
        child.sendline('exit 7')
        assert ended(child) == 7
    gone(podman)


@pytest.mark.area('signals')
def test_a_closed_terminal(podman: Podman) -> None:
    with on_terminal(command(SLEEPS), podman.env) as child:
        child.expect_exact('ready')
        hang_up(child)
    gone(podman)


@pytest.mark.engine_dependent
@pytest.mark.area('jobs')
def test_detach_keys_and_back(podman: Podman) -> None:
    with on_terminal(['tao', '--name', 'away', 'dino'], podman.env) as child:
        child.expect(PROMPT)
        child.sendcontrol('p')
        until_idle(child.pid)  # podman knows the keys when they are pressed one after the other
        child.sendcontrol('q')
        child.expect_exact('the job runs on')
        assert ended(child) == 0
    with on_terminal(['tao', 'attach', 'away'], podman.env) as child:
        child.expect_exact('Ctrl-P Ctrl-Q leaves the job running')
        child.sendline('sleep 2; exit 3')  # podman's `wait` has to find it before it ends and is removed
        assert ended(child) == 3
    gone(podman)


@pytest.mark.engine_dependent
def test_settings_arrive(podman: Podman, tao: Program, tmp_path: Path) -> None:
    """As podman shows them, and as the job sees them."""
    for name in ('data', 'out:1', 'c,d'):
        (tmp_path / name).mkdir()
    (tmp_path / 'mounts.json').write_text(json.dumps({
        'Mounts': [
            {'source': 'data', 'destination': '/data', 'mode': 'ro'}, {'source': 'out:1', 'destination': '/out:1'},
            {'source': 'c,d', 'destination': '/c d'},
        ],
        'Envs': [{'variable': 'A', 'value': "b ' c"}, {'variable': 'NGC_API_KEY', 'value': 'hunter2'}],
        'DockerOptions': {
            'shm_size': '20M', 'ulimits': {'stack': 1048576, 'nofile': '512:1024', 'nproc': 4096}, 'user': '1234:1235',
            'ports': {'8888': '127.0.0.1:9999'}, 'network': 'bridge', 'group_add': ['7'], 'workdir': '/out:1',
        },
    }))
    (tmp_path / 'out:1').chmod(0o777)
    script = (
        'echo $(id -u) $(id -g) $(id -G); pwd; echo "$A $NGC_API_KEY $HOME $USER $GPU_0 $GPU_1"; '
        'df -k /dev/shm | tail -n 1; ulimit -S -n; ulimit -s; touch /data/x; touch file && ls /out:1; '
        'sleep 20'
    )
    mounts = ['--quiet', '--mounts_file', str(tmp_path / 'mounts.json'), '--gpus', '0,1', '--name', 'all']
    dry = tao('--dry-run', *mounts, 'dino', 'train')
    assert 'hunter2' not in dry.stdout + dry.stderr
    assert tao('--detach', *mounts, 'dino', 'run', 'sh', '-c', script).returncode == 0
    said = ''
    while 'file\n' not in said:
        said = tao('logs', 'all').stdout + tao('logs', 'all').stderr
    assert "1234 1235 1235 7\n/out:1\nb ' c hunter2 /tmp uid1234 yes yes\n" in said
    assert '20480' in said and '512\n1024\n' in said and '/data/x: Read-only file system' in said
    shown = podman.inspect('all')
    assert {'HostIp': '127.0.0.1', 'HostPort': '9999'} in shown['HostConfig']['PortBindings']['8888/tcp']
    assert {(m['Source'], m['Destination'], m['RW']) for m in shown['Mounts']} == {
        (f'{tmp_path}/data', '/data', False), (f'{tmp_path}/out:1', '/out:1', True), (f'{tmp_path}/c,d', '/c d', True),
    }
    assert (tmp_path / 'out:1' / 'file').stat().st_uid == 1234
    (listed,) = json.loads(tao('list', '--format', 'json').stdout)
    assert (listed['gpus'], listed['state'], listed['name']) == ('0,1', 'running', 'all')
    tao('stop', '--time', '1', 'all')
    assert tao('clean').stdout == f'{shown["Id"]}\n'


def test_run_as_user_of_root(tao: Program, tmp_path: Path) -> None:
    """Who calls sudo is the caller; podman is root's, which maps nobody."""
    tmp_path.chmod(0o777)
    env = {**tao.docker.env, 'SUDO_UID': '12345', 'SUDO_GID': '12345'}
    script = ['run', 'sh', '-c', 'id -u; touch /out/x']
    done = tao('--run_as_user', '--volume', f'{tmp_path}:/out', 'dino', *script, env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, '12345\n', '')
    assert (tmp_path / 'x').stat().st_uid == 12345


@pytest.mark.engine_dependent
@pytest.mark.area('jobs')
def test_jobs(podman: Podman, tao: Program) -> None:
    script = 'trap "exit 9" TERM; echo epoch 1; while :; do sleep 0.1; done'
    started = tao('--detach', '--name', 'night', 'dino', 'run', 'sh', '-c', script)
    (job,) = podman.containers('label=tao.plan')
    assert (started.returncode, started.stdout, started.stderr) == (0, f'{job}\n', '')
    assert tao('list', '--format', 'ids').stdout == f'{job}\n'
    assert tao('logs', '--tail', '1', 'night').stdout == 'epoch 1\n'
    assert tao('exec', 'dino/run', 'echo', 'a b').stdout == 'a b\n'
    assert tao('exec', 'night', 'sh', '-c', 'exit 5').returncode == 5
    with launched(['tao', 'wait', 'night'], podman.env) as waiting, launched(
        ['tao', 'attach', 'night'], podman.env,
    ) as attached:
        attached.wait_for('epoch 1')
        stopped = tao('stop', 'night')
        assert (stopped.returncode, stopped.stdout, stopped.stderr) == (0, f'{job}\n', '')
        assert (waiting.code(), attached.code()) == (9, 9)
    assert 'exited (9)' in tao('list', '-a').stdout
    missing = tao('stop', 'night')
    assert (missing.returncode, missing.stderr) == (1, (
        f'tao: error: night is no longer running\n    {job[:12]}  model/dino/run  exited (9)\n'
    ))
    assert tao('clean').stdout == f'{job}\n'
    assert tao('list', '-a', '--format', 'json').stdout == '[]\n'


@pytest.mark.engine_dependent
@pytest.mark.area('jobs')
def test_a_paused_job(podman: Podman, tao: Program) -> None:
    job_states.check_a_paused_job(podman, tao)


@pytest.mark.engine_dependent
@pytest.mark.area('jobs')
def test_waiting_for_a_job_that_is_removed_at_its_end(podman: Podman, tao: Program) -> None:
    with launched(command('echo ready; sleep 3; exit 5'), podman.env) as job:
        job.wait_for('ready')
        assert tao('wait', 'dino').returncode == 5
        assert job.code() == 5


@pytest.mark.engine_dependent
@pytest.mark.area('jobs')
def test_a_detached_job_that_fails_at_once(podman: Podman, tao: Program) -> None:
    done = tao('--detach', 'dino', 'run', 'sh', '-c', 'echo why; exit 3')
    assert (done.returncode, done.stderr) == (3, 'why\ntao: notice: the job has ended already, with exit code 3\n')
    assert tao('clean').stdout == done.stdout


@pytest.mark.engine_dependent
@pytest.mark.area('diagnosis')
def test_doctor(tao: Program, podman: Podman) -> None:
    done = tao('doctor', '--format', 'json')
    found = {finding['name']: (finding['status'], finding['found']) for finding in json.loads(done.stdout)}
    version = podman.run('version', '--format', '{{.Client.Version}}').stdout.strip()
    assert done.returncode == 0
    assert found['client'] == ('ok', f'{podman.path} {version}')
    assert found['server'] == ('ok', f'podman {version}')
    assert 'daemon' not in found and 'init' not in found
    assert f' free in {podman.path.parent.parent}/graph' in found['disk'][1]


@pytest.mark.area('diagnosis')
def test_a_docker_that_is_podman(tao: Program, podman: Podman, tmp_path: Path) -> None:
    """As distributions have it: a script, or a link."""
    (tmp_path / 'docker').write_text(f'#!/bin/sh\nexec {podman.path} "$@"\n')
    (tmp_path / 'docker').chmod(0o755)
    env = {**podman.env, 'PATH': f'{tmp_path}:{podman.env["PATH"]}'}
    done = tao('--engine', 'docker', 'doctor', env=env)
    assert re.search(
        rf'^warn  client  +{tmp_path}/docker is actually podman\n +fix: --engine podman\n', done.stdout, re.MULTILINE,
    )
    said = f'tao: notice: docker is podman here ({tmp_path}/docker'
    done = tao('--engine', 'docker', '--gpus', 'none', 'dino', 'run', 'sh', '-c', 'exit 42', env=env)
    assert done.returncode == 42 and done.stderr.startswith(said)
    refused = tao('--engine', 'docker', '--docker-arg=--no-such=x', 'dino', 'train', env=env)
    assert refused.returncode == 125
    assert refused.stderr.startswith(said) and "unknown flag: --no-such\n" in refused.stderr


def test_an_engine_of_any_words(podman: Podman, tao: Program) -> None:
    """The path, and the path after a prefix."""
    env = {name: value for name, value in podman.env.items() if name != 'TAO_ENGINE'}
    for engine in (str(podman.path), f'env A=1 {podman.path}', f'{podman.path} --log-level error'):
        done = subprocess.run(
            ['tao', '--engine', engine, 'dino', 'run', 'sh', '-c', 'echo "$A"; exit 42'], env=env, cwd=env['HOME'],
            stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8', timeout=60, check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (42, '\n', '')


def test_a_training(tao: Program, tmp_path: Path) -> None:
    status.check_a_training(tao, tmp_path)


def test_the_readme(podman: Podman) -> None:
    """Its transcript is what happens."""
    env = {name: value for name, value in podman.env.items() if not name.startswith('TAO_')}
    home = readme.furnish(Path(env['HOME']))
    # limits of a mounts file replace those of containers.conf, which a virtual machine may need
    mounts = json.loads((home / '.tao_mounts.json').read_text())
    mounts['DockerOptions']['ulimits'].update(nofile='1024:1024', nproc='4096:4096')
    (home / '.tao_mounts.json').write_text(json.dumps(mounts))
    done, shown = readme.transcript('podman', env, home)
    assert re.sub(r' --init-path=[^ ]*|  --ulimit n.*\n', '', done) == shown
