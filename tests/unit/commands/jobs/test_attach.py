"""wait, logs, attach and exec: which docker commands they end in, and how they are left."""
from __future__ import annotations

import json
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pexpect
import pytest
from engine_answers import MINE, Engine, container, ids, last
from support import command, tao, tao_process

A, B, C = ids(3)
LINE = f'{A[:12]}  model/dino/train  running'
LINE_B = f'{B[:12]}  model/dino/train  running'


@pytest.mark.parametrize(('words', 'printed', 'code'), [
    ([A], '0\n', 0), ([A], '3\n', 3), ([A, B], '0\n4\n', 4), ([A, B], '5\n4\n', 5), ([B, A], '5\n4\n', 5),
    ([A, A], '7\n', 7),
])
def test_wait(engine: Engine, words: list[str], printed: str, code: int) -> None:
    engine.has(container(A, state='exited', code=9), container(B))
    engine.answers('wait', printed)
    assert tao('wait', *words) == (code, '', '')
    assert last(engine) == ['docker', 'wait', *dict.fromkeys(words)]
    assert tao('wait', '--dry-run', *words) == (0, f'docker wait {" ".join(dict.fromkeys(words))}\n', '')


def test_wait_for_jobs_that_take_their_codes_with_them(engine: Engine) -> None:
    """docker wait looks at one after the other; a job with --rm may be gone when its turn comes."""
    removed = {**container()['HostConfig'], 'AutoRemove': True}
    engine.has(container(A, HostConfig=removed), container(B), container(C, HostConfig=removed))
    done = tao('wait', '--dry-run', A, B, C)
    assert done == (0, f'docker wait {B}\ndocker wait {A}\ndocker wait {C}\n', '')
    engine.answers('wait', '6\n')
    assert tao('wait', A, B, C) == (6, '', '')


@pytest.mark.parametrize('printed', ['', '3\n'])
def test_wait_in_vain(engine: Engine, printed: str) -> None:
    engine.has(container(A), container(B))
    engine.answers('wait', printed, 'Error: No such container\n', 1)
    assert tao('wait', A, B) == (
        125, '',
        'Error: No such container\n'
        f'tao: error: the engine does not know how all of them ended\n    {LINE}\n    {LINE_B}\n    try: tao list -a\n',
    )


@pytest.mark.parametrize(('words', 'argv'), [
    (['logs', 'dino'], ['logs', A]),
    (['logs', '-f', '--tail', '5', A[:4]], ['logs', '-f', '--tail', '5', A]),
    (['logs', '--tail', 'all', A], ['logs', '--tail', 'all', A]),
    (['exec', 'dino'], ['exec', A, '/bin/bash']),
    (['exec', 'dino', 'sh', '-c', 'echo "a b"', '--', '--dry-run', ''],
     ['exec', A, 'sh', '-c', 'echo "a b"', '--', '--dry-run', '']),
    (['exec', 'dino', '--', 'ls', '-l'], ['exec', A, 'ls', '-l']),
    (['exec', 'dino', '--', '--odd'], ['exec', A, '--odd']),
])
def test_becomes_docker(engine: Engine, words: list[str], argv: list[str]) -> None:
    engine.has(container(A))
    engine.answers(words[0], 'its own output\n', 'its own errors\n', 42)
    assert tao_process(*words) == (42, 'its own output\n', 'its own errors\n')
    assert last(engine) == ['docker', *argv]
    dry = tao('--dry-run', *words)
    assert (dry.code, shlex.split(dry.out), dry.err) == (0, ['docker', *argv], '')


def test_interactive_exec(engine: Engine) -> None:
    engine.has(container(A))
    assert tao('--dry-run', '--interactive', 'exec', A, 'sh').out == f'docker exec -i {A} sh\n'
    assert tao('--tty', 'exec', A, 'sh') == (
        2, '', 'tao: error: --tty: the input is not a terminal\n    try: leave --tty out, or use --interactive\n',
    )


def test_a_dry_run_never_turns_into_an_exec(engine: Engine) -> None:
    engine.has(container(A))
    for words in (['exec', '--dry-run', A, 'ls'], ['exec', A, '--dry-run', 'ls'], ['exec', A, '--dry-run', '--', 'ls']):
        assert tao(*words) == (0, f'docker exec {A} ls\n', '')
    assert tao('exec', A, '-it', 'ls') == (
        2, '', 'tao: error: exec: -it is no command\n    try: tao exec --help; options stand before JOB\n',
    )


def test_attach_without_a_terminal_follows_the_log(engine: Engine) -> None:
    for tty in (False, True):
        engine.has(container(A, Config={**container()['Config'], 'Tty': tty}))
        engine.answers('logs', 'epoch 1\n')
        engine.answers('wait', '42\n')
        engine.forget()
        assert tao_process('attach', 'dino') == (42, 'epoch 1\n', '')
        assert sorted(engine.calls[2:]) == [['docker', 'logs', '-f', '--tail', '20', A], ['docker', 'wait', A]]
        assert tao('attach', '--dry-run', 'dino').out == f'docker logs -f --tail 20 {A}\ndocker wait {A}\n'


@pytest.mark.parametrize(('waited', 'running', 'code', 'said'), [
    ('3\n', '', 3, ''),
    ('', f'{A}\n', 0, 'tao: notice: left; the job runs on\r\n'),
    ('', '', 125, f'tao: error: the job could not be followed to its end\r\n    {LINE}\r\n'
        f'    try: tao --engine "podman" wait {A[:12]}\r\n'),
])
def test_attach_a_terminal_with_podman(engine: Engine, waited: str, running: str, code: int, said: str) -> None:
    """Its attach does not tell the job's code, and its wait misses one that ended at once."""
    job = container(A)
    engine.has({**job, 'Config': {**job['Config'], 'Tty': True}})
    engine.answers('wait', waited, code=0 if waited else 125)
    engine.answers('ps.2', running)
    words = [*command(), '--color=never', '--engine', 'podman', 'attach', 'dino']
    child = pexpect.spawn(words[0], words[1:], encoding='utf-8')
    child.expect(pexpect.EOF, timeout=20)
    child.close()
    assert (child.exitstatus, child.before) == (code, f'tao: notice: Ctrl-P Ctrl-Q leaves the job running\r\n{said}')


def test_attach_to_one_that_is_gone(engine: Engine) -> None:
    engine.has(container(A))
    engine.answers('logs', err='Error: No such container\n', code=1)
    engine.answers('wait', code=1)
    assert tao_process('attach', 'dino') == (
        125, '', f'Error: No such container\ntao: error: the job could not be followed to its end\n    {LINE}\n'
        f'    try: tao wait {A[:12]}\n',
    )


@pytest.mark.parametrize(('words', 'number'), [
    *((words, number) for words in (('wait', 'dino'), ('attach', 'dino'), ('logs', '-f', 'dino'))
      for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)),
    (('stop', 'dino'), signal.SIGINT),  # after another signal it ends by itself
])
def test_leaving_leaves_nothing_behind(engine: Engine, words: tuple[str, ...], number: int) -> None:
    """Ctrl-C, kill or a closed terminal: at once, no traceback, no docker client that goes on for days."""
    engine.has(container(A))
    slow = '''#!/bin/sh
        case $1 in wait | logs | stop) echo $$ >>"${0%/*}/pids" && exec sleep 60 ;; esac
        exec "${0%/*}/quick" "$@"
    '''
    (engine.folder / 'docker').rename(engine.folder / 'quick')
    (engine.folder / 'docker').write_text(slow)
    (engine.folder / 'docker').chmod(0o755)
    pids = engine.folder / 'pids'
    with subprocess.Popen([*command(), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
        deadline = time.monotonic() + 20
        while not pids.exists() or len(pids.read_text().split()) < (2 if words[0] == 'attach' else 1):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.1)
        started.send_signal(number)
        begun = time.monotonic()
        out, err = started.communicate(timeout=10)
        assert time.monotonic() - begun < 2
    said = f'tao: notice: left; the job runs on (tao attach {A[:12]})\n' if words[0] == 'attach' else ''
    assert (started.returncode, out, err.decode()) == (-number, b'', said)
    assert [pid for pid in pids.read_text().split() if Path(f'/proc/{pid}').exists()] == []


def test_the_same_plan_twice(engine: Engine) -> None:
    """Two shells of one kind, say: told apart by their ids only, and never guessed."""
    engine.has(container(A), container(B))
    for words in (['logs', 'dino/train'], ['attach', 'dino'], ['wait', 'model/dino'], ['exec', 'dino']):
        assert tao(*words) == (
            2, '', f'tao: error: {words[1]} is several jobs\n    {LINE}\n    {LINE_B}\n    try: name one by its id\n',
        )


@pytest.mark.parametrize('name', ['-x', '--all', 'a b', '*', '../x', 'é', '日本', '"', '$(id)', "'; rm -rf /"])
def test_odd_names_name_nothing(engine: Engine, name: str) -> None:
    engine.has(container(A))
    for verb in ('stop', 'logs', 'wait', 'exec', 'attach'):
        done = tao(verb, '--', name)
        assert done == (1, '', f'tao: error: no job {name}\n    {LINE}\n    try: tao list -a\n')
    assert {call[1] for call in engine.calls} == {'ps', 'inspect'}


def test_a_job_of_a_developer(engine: Engine) -> None:
    engine.has(container(A, {'tao.job': 'tao_pt/shell', 'tao.user': MINE, 'tao.plan': ''}))
    assert tao('exec', '--dry-run', 'tao_pt', 'ls').out == f'docker exec {A} ls\n'


def test_an_answer_that_is_none(engine: Engine) -> None:
    engine.has(container(A))
    engine.answers('inspect', json.dumps([])[:1])
    assert tao('list') == (125, '', 'tao: error: docker did not answer as expected\n')
