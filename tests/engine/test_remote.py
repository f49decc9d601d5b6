"""An engine on another machine: everything as with one's own, but for what only that machine knows."""
from __future__ import annotations

import json
import os
import pwd
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import test_progress as progress
import test_readme as readme
import test_status as status
from conftest import Program
from jobs import (
    HANDLES,
    IGNORES,
    IMAGE,
    OURS,
    SLEEPS,
    command,
    ended,
    gone,
    hang_up,
    kill_client,
    launched,
    on_terminal,
)
from waiting import a_while

if TYPE_CHECKING:
    from remote_hosts import Remote

pytest_plugins = ('remote_hosts',)
OWNER = f'{pwd.getpwuid(os.getuid()).pw_name}@{os.uname().nodename}'
PROMPT = '[#$] '


def notice(address: str) -> str:
    return f'tao: notice: the daemon is remote ({address}): paths are those of that machine, and not checked\n'


def launcher(remote: Remote) -> Program:
    """The launcher on this machine."""
    return Program('tao', remote)


def test_a_job(remote: Remote) -> None:
    done = launcher(remote)('dino', 'run', 'sh', '-c', 'echo out; echo err >&2; exit 42')
    assert (done.returncode, done.stdout, done.stderr) == (42, 'out\n', f'{notice(remote.address)}err\n')


def test_a_dry_run_is_what_runs(remote: Remote) -> None:
    """Also: whose job it is, a user that was named, and paths that nobody here looks at."""
    tao = launcher(remote)
    words = [
        '--user', '1234:1234', '--volume', '/only/there:/data:ro', 'dino', 'train', '-e', '/data/spec.yaml', 'a b',
    ]
    printed = tao('--dry-run', *words)
    argv = shlex.split(printed.stdout)
    assert (printed.returncode, printed.stderr) == (0, notice(remote.address))
    assert ['/only/there:/data:ro', 'USER=uid1234', f'tao.user={OWNER}'] == [
        word for word in argv if word.startswith(('tao.user=', '/only', 'USER='))
    ]
    pasted = subprocess.run(
        ['bash', '-c', printed.stdout], env=remote.env, stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8',
        timeout=60, check=False,
    )
    run = tao('--quiet', *words)
    assert (pasted.returncode, pasted.stdout) == (run.returncode, run.stdout)
    assert run.stdout.endswith('=<a b>\n')


def test_the_caller_is_not_guessed(over_tcp: Remote) -> None:
    tao = launcher(over_tcp)
    done = tao('--run_as_user', 'dino', 'train')
    assert (done.returncode, done.stdout, done.stderr) == (2, '', (
        f'tao: error: the daemon is remote ({over_tcp.address}): your user there is not known here\n'
        '    --run_as_user and "user": "host" mean the caller, whose uid may be someone else\'s there\n'
        '    try: --user UID:GID, as `id` prints them there\n'
    ))


@pytest.mark.parametrize(('script', 'number', 'code'), [
    (HANDLES, 2, 7), (HANDLES, 15, 7), (IGNORES, 15, 137), (SLEEPS, 2, 130), (SLEEPS, 1, 129),
])
def test_one_signal(over_ssh: Remote, script: str, number: int, code: int) -> None:
    with launched(command(script, '--quiet'), over_ssh.env, start_new_session=True) as job:
        job.wait_for('ready')
        if number == 15:
            job.send(number)
        else:  # from a terminal, which gives it to the launcher and its client
            os.killpg(job.process.pid, number)
        assert (job.code(), job.err) == (code, '')
        gone(over_ssh)


def test_ctrl_c_without_a_terminal(over_ssh: Remote) -> None:
    """A scheduler gives it to the launcher alone."""
    with launched(command(HANDLES, '--quiet'), over_ssh.env, start_new_session=True) as job:
        job.wait_for('ready')
        job.send(2)
        assert (job.code(), job.err) == (7, '')


def test_ctrl_c_twice(over_ssh: Remote) -> None:
    with launched(command(IGNORES, '--quiet'), over_ssh.env, start_new_session=True) as job:
        job.wait_for('ready')
        job.send(2, 2)
        assert job.code() == 130
        gone(over_ssh)


def test_killed_client(over_ssh: Remote) -> None:
    with launched(command(SLEEPS, '--quiet'), over_ssh.env) as job:
        job.wait_for('ready')
        kill_client(job)
        assert job.code() == 137
        gone(over_ssh)


def test_a_broken_connection(ssh: Path, over_ssh: Remote) -> None:
    """What cannot be cleaned up is named."""
    program = (ssh / 'ssh').read_text()
    try:
        with launched(command(HANDLES), over_ssh.env) as job:
            job.wait_for('ready')
            a_while(6)  # an engine that refuses does so at once
            (ssh / 'ssh').write_text('#!/bin/sh\nexit 255\n')
            for task in Path(f'/proc/{job.client}/task').iterdir():
                for child in (task / 'children').read_text().split():
                    os.kill(int(child), 9)
            assert job.code() == 125
    finally:
        (ssh / 'ssh').write_text(program)
    (left,) = over_ssh.containers(OURS)
    plan = over_ssh.inspect(left)['Config']['Labels']['tao.plan']
    over_ssh.run('rm', '--force', left)
    assert (
        "tao: notice: the engine does not answer, so this launch's container may be left; look for it with: "
        f'docker ps -a --filter label=tao.plan={plan}\n'
    ) in job.err
    assert job.err.endswith('tao: error: no docker daemon answers at ssh://gpu1\n    try: unset DOCKER_HOST\n')


def test_a_terminal(remote: Remote) -> None:
    with on_terminal(['tao', 'dino'], remote.env) as child:
        child.expect(PROMPT)
        child.sendline('echo "<$((40 + 2))>"; exit 7')
        child.expect_exact('<42>')
        assert ended(child) == 7
    with on_terminal(command(SLEEPS, '--no-tty'), remote.env) as child:
        child.expect_exact('ready')
        child.sendcontrol('c')
        assert ended(child) == 130
    with on_terminal(command(SLEEPS), remote.env) as child:
        child.expect_exact('ready')
        hang_up(child)
    gone(remote)


def test_jobs(over_ssh: Remote) -> None:
    tao = launcher(over_ssh)
    started = tao('--detach', '--name', 'night', 'dino', 'run', 'sh', '-c', 'echo epoch 1; sleep 600')
    (job,) = over_ssh.containers('label=tao.plan')
    assert (started.returncode, started.stdout, started.stderr) == (0, f'{job}\n', notice(over_ssh.address))
    (listed,) = json.loads(tao('list', '--format', 'json').stdout)
    assert (listed['id'], listed['owner'], listed['state']) == (job, OWNER, 'running')
    assert tao('logs', 'night').stdout == 'epoch 1\n'
    assert tao('exec', 'night', 'echo', 'a b').stdout == 'a b\n'
    with launched(['tao', 'attach', 'night'], over_ssh.env) as attached:
        attached.wait_for('epoch 1')
        assert tao('stop', 'night').stdout == f'{job}\n'
        assert attached.code() == 143
    assert tao('wait', 'night').returncode == 143
    assert tao('clean').stdout == f'{job}\n'
    # someone of the same uid, of another machine
    other = over_ssh.run(
        'run', '--detach', '--label=tao.plan=0', '--label=tao.job=model/dino/run', '--label=tao.user=ann@other', IMAGE,
        'sleep', '600',
    ).stdout.strip()
    assert tao('list', '--format', 'ids').stdout == ''
    refused = tao('stop', other)
    over_ssh.run('rm', '--force', other)
    assert (refused.returncode, refused.stderr) == (2, (
        f"tao: error: {other} is another user's job\n    {other[:12]}  model/dino/run  running, of ann@other\n"
    ))


def test_images_and_bundles(over_ssh: Remote, tmp_path: Path) -> None:
    tao = launcher(over_ssh)
    bundle = tmp_path / 'bundle'
    found = json.loads(tao('images', 'model/dino', '--format', 'json').stdout)
    assert [(image['reference'], image['present']) for image in found] == [(IMAGE, True)]
    assert tao('bundle', 'save', bundle, 'model/dino').returncode == 0
    loaded = tao('bundle', 'load', bundle)
    assert (loaded.returncode, loaded.stdout) == (0, f'{IMAGE}\n')


def test_a_status_file_is_read_in_its_container(over_tcp: Remote) -> None:
    tao = launcher(over_tcp)
    status.check_inside(tao, over_tcp)
    progress.end(tao, progress.begin(tao))


def test_doctor(over_tcp: Remote) -> None:
    tao = launcher(over_tcp)
    done = tao('doctor', '--all')
    assert done.returncode == 0
    assert f'ok    daemon       answers at {over_tcp.address} (remote)\n' in done.stdout
    named = [line[6:].split()[0] for line in done.stdout.splitlines() if line[6:].strip()]
    assert not {'disk', 'memory', 'cores', 'sources'} & set(named)


@pytest.mark.parametrize('words', [
    ['--context', 'lab'], ['--context', 'lab-tcp'], ['--engine', 'docker --context lab-tcp'],
])
def test_contexts(over_tcp: Remote, words: list[str]) -> None:
    tao = launcher(over_tcp)
    over_tcp.with_contexts()
    name = words[-1].split()[-1]
    address = {'lab': 'ssh://gpu1', 'lab-tcp': 'tcp://127.0.0.1:2375'}[name]
    task = ['dino', 'run', 'sh', '-c', 'echo out; exit 42']
    printed = tao('--dry-run', *words, *task)
    assert printed.stdout.startswith(f'docker --context {name} run --rm ')
    done = tao(*words, *task)
    assert (done.returncode, done.stdout, done.stderr) == (42, 'out\n', notice(address))
    assert tao(*words, 'list').stderr == 'tao: no jobs (tao list -a shows ended ones)\n'


def test_the_current_context(over_tcp: Remote) -> None:
    tao = launcher(over_tcp)
    over_tcp.with_contexts()
    for env, use in (({'DOCKER_CONTEXT': 'lab-tcp'}, 'default'), ({}, 'lab-tcp')):
        over_tcp.run('context', 'use', use)
        done = tao('dino', 'run', 'sh', '-c', 'exit 42', env={**over_tcp.env, **env})
        assert (done.returncode, done.stderr) == (42, notice('tcp://127.0.0.1:2375'))


@pytest.mark.parametrize(('address', 'words', 'what', 'advice'), [
    ('tcp://127.0.0.1:9', [], 'no docker daemon answers at tcp://127.0.0.1:9', 'unset DOCKER_HOST'),
    ('ssh://nobody@gpu1', [], 'ssh cannot log in to ssh://nobody@gpu1', 'ssh ssh://nobody@gpu1 docker version'),
    ('ssh://nowhere.invalid', [], 'no docker daemon answers at ssh://nowhere.invalid', 'unset DOCKER_HOST'),
])
def test_nobody_answers(over_tcp: Remote, address: str, words: list[str], what: str, advice: str) -> None:
    tao = launcher(over_tcp)
    done = tao('--quiet', *words, 'dino', 'train', env={**over_tcp.env, 'DOCKER_HOST': address})
    assert (done.returncode, done.stdout) == (125, '')
    assert done.stderr.endswith(f'tao: error: {what}\n    try: {advice}\n')


def test_an_unknown_context(over_tcp: Remote) -> None:
    tao = launcher(over_tcp)
    done = tao('--quiet', '--context', 'nowhere', 'dino', 'train')
    assert done.returncode == 125
    assert 'tao: error: the docker context does not exist (' in done.stderr
    assert done.stderr.endswith('    try: correct the name of the daemon in --context, --engine or TAO_ENGINE\n')


def test_the_readme(over_ssh: Remote) -> None:
    """Its transcript is what happens."""
    home = readme.furnish(Path(over_ssh.env['HOME']))
    (home / 'none.json').write_text('{}')
    del over_ssh.env['DOCKER_HOST']
    done, shown = readme.transcript('remote', over_ssh.env, home)
    assert done.replace(OWNER, 'me@here') == shown
