"""tao list: in two questions, whatever there is, and whoever made it."""
from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
from engine_answers import ID, MINE, Engine, container, ids
from status_files import FAILED, SAYS, STARTED, training
from support import SCHEMAS, command, tao

JOBS = SCHEMAS['jobs']
MY_OWN = ['--filter', 'label=tao.plan', '--filter', f'label=tao.user={MINE}']
ALIVE = [f'--filter=status={state}' for state in ('created', 'running', 'paused', 'restarting')]
PS = ['ps', '--format', '{{.ID}} {{.State}}', '--no-trunc', *ALIVE, *MY_OWN]
NVIDIA = 'nvapi-' + 'aB3_-' * 8
PS_ALL = ['ps', '-q', '--no-trunc', '-a', *MY_OWN]


def test_table(engine: Engine) -> None:
    engine.has(
        container(ids(1)[0], command=['dino', 'train', '-k', 'tlt', 'a b']),
        container(ID, state='exited', code=3, command=None, HostConfig={}, started='2026-01-30T00:00:00Z'),
    )
    done = tao('list', '-a')
    assert (done.code, done.err) == (0, '')
    assert re.sub(r'\d+ d +', '9 d  ', re.sub('SINCE +', 'SINCE', done.out)) == (  # in some years there are more digits
        'ID            TASK              STATE       SINCEPROGRESS  GPUS  RELEASE    COMMAND\n'
        'a000a000a000  model/dino/train  running     9 d  -         all   7.1.0-pyt  dino train -k *** a b\n'
        'f00dcafef00d  model/dino/train  exited (3)  9 d  -         none  7.1.0-pyt\n'
    )
    assert engine.calls == [
        ['docker', *PS_ALL], ['docker', 'inspect', '--type', 'container', ids(1)[0], ID],
    ]


def progress(out: str) -> list[str]:
    """The column PROGRESS."""
    head, *lines = out.splitlines()
    start, end = head.index('PROGRESS'), head.index('GPUS')
    return [row[start:end].strip() for row in lines]


def test_progress_in_two_questions(engine: Engine, tmp_path: Path) -> None:
    now = time.time()
    begun = now - 2250  # half a minute after epoch 37
    running = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(begun))
    a, b, c, d = ids(4)
    engine.has(
        container(a, started=running, Mounts=training(tmp_path / 'a', begun=begun)),
        container(b, Mounts=training(tmp_path / 'b', begun=STARTED - 3600)),  # an earlier run's
        container(c, state='created', started='0001-01-01T00:00:00Z', Mounts=training(tmp_path / 'c')),
        container(d, state='exited', code=137, Mounts=training(tmp_path / 'd')),
    )
    done = tao('list', '-a')
    assert (done.code, done.err) == (0, '')
    assert progress(done.out) == ['37/80 46% 42m', '-', '37/80 46%', '-']
    assert [call[1] for call in engine.calls] == ['ps', 'inspect']
    engine.forget()
    found = {job['id']: job for job in json.loads(tao('list', '-a', '--format', 'json').out)}
    jsonschema.Draft202012Validator(JOBS).validate([*found.values()])
    assert found[a]['progress'] == {
        'state': 'RUNNING', 'unit': 'epoch', 'done': 37.0, 'total': 80.0, 'percent': 46.25,
        'remaining_seconds': found[a]['progress']['remaining_seconds'], 'seconds_per_unit': 60.0,
    }
    assert 2490 < found[a]['progress']['remaining_seconds'] <= 2550
    assert [found[id]['progress'] for id in (b, c)] == [None, None]
    assert found[d]['progress']['remaining_seconds'] is None
    assert {job['failure'] for job in found.values()} == {None}
    assert [call[1] for call in engine.calls] == ['ps', 'inspect']


def test_what_ended_jobs_say(engine: Engine, tmp_path: Path) -> None:
    failing = training(tmp_path, FAILED)
    many = ids(12)
    engine.has(*(container(id, state='exited', code=1, Mounts=failing) for id in many))
    done = tao('list', '-a')
    assert done.code == 0 and set(progress(done.out)) == {'37/80 46% FAILURE'}
    *lines, last = done.err.splitlines()
    assert {*lines} <= {f'tao: {id[:12]}  model/dino/train: {SAYS}' for id in many}
    assert (len(lines), last) == (10, 'tao: and 2 more jobs say why: tao list -a --format json')
    found = json.loads(tao('list', '-a', '--format', 'json').out)
    assert {job['failure'] for job in found} == {'File system error: no space left, API_KEY=***'}


def test_the_engine_may_repeat_a_word_of_the_command(engine: Engine) -> None:
    why = f'exec: "{NVIDIA}": executable file not found in $PATH'
    engine.has(container(state='created', State={'Status': 'created', 'ExitCode': 127, 'Error': why}))
    assert NVIDIA not in tao('list', '-a').err
    found, = json.loads(tao('list', '-a', '--format', 'json').out)
    assert found['failure'] == 'the engine could not start it: exec: "***": executable file not found in $PATH'


def test_a_remote_engines_files_are_not_ours(engine: Engine, tmp_path: Path) -> None:
    engine.has(container(state='exited', code=1, Mounts=training(tmp_path, FAILED)))
    done = tao('list', '-a', env={'DOCKER_HOST': 'tcp://127.0.0.1:1'})
    assert (progress(done.out), done.err) == (['-'], '')


def test_nothing_is_read_for_ids(engine: Engine, tmp_path: Path) -> None:
    engine.has(container(Mounts=training(tmp_path)))
    code = (
        'import sys; from tao_launcher.main import main; main(sys.argv[1:]); '
        'print("tao_launcher.status.parse" in sys.modules)'
    )
    for words, is_read in ((['list', '--format', 'ids'], False), (['list'], True)):
        done = subprocess.run([sys.executable, '-c', code, *words], stdout=subprocess.PIPE, check=True)
        assert done.stdout.decode().endswith(f'{is_read}\n')


def test_fifty_jobs_are_two_questions_and_their_ids_one(engine: Engine) -> None:
    engine.has(*map(container, ids(50)))
    done = tao('list', '--format', 'json')
    assert (done.code, sorted(job['id'] for job in json.loads(done.out)), done.err) == (0, ids(50), '')
    assert [call[1] for call in engine.calls] == ['ps', 'inspect']
    engine.forget()
    done = tao('list', '--format', 'ids')
    assert (done.code, sorted(done.out.split()), done.err) == (0, ids(50), '')
    assert engine.calls == [['docker', *PS]]


def test_what_runs_or_will(engine: Engine) -> None:
    """Paused, just being started, being stopped: all may hold GPUs. What nobody starts any more does not."""
    now = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())
    never = '0001-01-01T00:00:00Z'
    paused, made, forgotten, stopping, ended, going = ids(6)
    states = {
        paused: 'paused', made: 'created', forgotten: 'created', stopping: 'stopping', ended: 'exited',
        going: 'removing',
    }
    shown = ['Paused', 'Created', 'created', 'Stopping', 'Exited (3) 2 hours ago', 'Removing']
    engine.answers('ps', ''.join(f'{id} {state}\n' for id, state in zip(states, shown)))
    all_of_them = {
        id: container(id, state=state, started=never if state == 'created' else now, Created=now)
        for id, state in states.items()
    }
    all_of_them[forgotten]['Created'] = '2026-01-31T10:20:29.5Z'
    left = [paused, made, forgotten, stopping]
    engine.answers('inspect', json.dumps([all_of_them[id] for id in left]) + '\n')
    found = json.loads(tao('list', '--format', 'json').out)
    assert {job['id']: job['state'] for job in found} == {
        paused: 'paused', made: 'created', stopping: 'stopping',
    }
    assert engine.calls[-1] == ['docker', 'inspect', '--type', 'container', *left]
    engine.forget()
    engine.answers('inspect', json.dumps([all_of_them[made], all_of_them[forgotten]]) + '\n')
    assert tao('list', '--format', 'ids') == (0, f'{paused}\n{made}\n{stopping}\n', '')
    assert engine.calls[-1] == ['docker', 'inspect', '--type', 'container', made, forgotten]
    engine.forget()
    engine.answers('ps')
    assert tao('list', env={'TAO_ENGINE': 'podman'}).code == 0
    assert engine.calls[0] == ['podman', *PS[:4], '-a', *MY_OWN]


def test_json(engine: Engine) -> None:
    engine.has(container(), container(ids(1)[0], state='exited', code=3, command=['x', '-k', 'tlt']))
    done = tao('list', '-a', '--format', 'json')
    found = json.loads(done.out)
    jsonschema.Draft202012Validator(JOBS).validate(found)
    assert (done.code, done.err) == (0, '')
    assert [(job['exit_code'], job['command']) for job in found] == [(None, ['dino', 'train']), (3, ['x', '-k', '***'])]


@pytest.mark.parametrize(('words', 'out', 'err'), [
    ([], '', 'tao: no jobs (tao list -a shows ended ones)\n'),
    (['-a'], '', 'tao: no jobs\n'),
    (['--format', 'ids'], '', 'tao: no jobs (tao list -a shows ended ones)\n'),
    (['--format', 'json'], '[]\n', ''),
])
def test_no_jobs(engine: Engine, words: list[str], out: str, err: str) -> None:
    assert tao('list', *words) == (0, out, err)
    assert engine.calls == [['docker', *(PS_ALL if '-a' in words else PS)]]


@pytest.mark.parametrize(('words', 'variable', 'err'), [
    (['--dry-run', 'list'], '', ''),
    (['list', '--dry-run'], '', ''),
    (['list', '--dry-run'], '1', ''),
    (['list'], '1', 'tao: notice: TAO_DRY_RUN is set: nothing is run\n'),
])
def test_dry_run_asks_nobody(engine: Engine, words: list[str], variable: str, err: str) -> None:
    done = tao(*words, env={'TAO_DRY_RUN': variable})
    then = 'tao: notice: then: docker inspect --type container, with the ids that it prints\n'
    assert done == (0, f'{shlex.join(["docker", *PS])}\n', err + then)
    assert engine.calls == []


def test_dry_run_of_ids_is_one_question(engine: Engine) -> None:
    assert tao('list', '--dry-run', '--format', 'ids') == (0, f'{shlex.join(["docker", *PS])}\n', '')
    assert engine.calls == []


def test_dry_run_switched_off(engine: Engine) -> None:
    assert tao('list', env={'TAO_DRY_RUN': '0'}).code == 0
    assert len(engine.calls) == 1


def test_all_users(engine: Engine) -> None:
    labels = {'tao.job': 'model/dino/train', 'tao.plan': ''}
    engine.has(*(
        container(id, {**labels, 'tao.user': owner})
        for id, owner in zip(ids(5), ['0', 'anna@node7', '²', '9' * 5000, '4242424242'])
    ))
    done = tao('list', '--all-users')
    assert (done.code, done.err) == (0, '')
    assert [line.split()[1] for line in done.out.splitlines()] == [
        'USER', 'root', 'anna@node7', '²', '9' * 60, '4242424242',
    ]
    assert engine.calls[0][1:] == [*PS[:-1], 'label=tao.job']


@pytest.mark.parametrize('labels', [
    {'tao.user': MINE, 'tao.plan': 'x'},
    {'tao.user': MINE, 'tao.plan': 'x', 'tao.job': '\x1b]0;owned\x07\x1b[2J\nID  TASK'},
    {'tao.user': '\x1b[31m\u202e\r', 'tao.plan': 'x', 'tao.job': '\x9b2J'},
    {'tao.user': '\ud800', 'tao.plan': 'x', 'tao.job': '//'},
    {'tao.user': MINE, 'tao.plan': 'x', 'tao.job': 'x' * 200000},
])
def test_forged_labels_are_data(engine: Engine, labels: dict[str, str]) -> None:
    engine.has(container(labels=labels, command=['\x1b[31m', '\n'], Name='/\x1b[31m'))
    done = tao('list', '--all-users')
    assert (done.code, done.err, len(done.out.splitlines())) == (0, '', 2)
    assert done.out.replace('\n', '').isprintable() and len(done.out) < 1000
    assert tao('list', '--format', 'json').code == 0
    for words in (['stop', 'dino'], ['stop', ID], ['logs', 'x'], ['wait', '\x1b[31m']):
        done = tao(*words, '--dry-run')
        assert done.err.replace('\n', '').isprintable() and len(done.err) < 1000


def test_nobody_reads_the_rest(engine: Engine) -> None:
    engine.has(*map(container, ids(50)))
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, 'w') as closed:
        done = subprocess.run([*command(), 'list'], stdout=closed, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (141, b'')
