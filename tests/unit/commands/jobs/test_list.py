"""tao list: in two questions, whatever there is, and whoever made it."""
from __future__ import annotations

import json
import os
import re
import subprocess

import jsonschema
import pytest
from engine_answers import ID, MINE, Engine, container, ids
from support import SCHEMAS, command, tao

JOBS = SCHEMAS['jobs']
PS = ['ps', '-q', '--no-trunc', '--filter', 'label=tao.plan', '--filter', f'label=tao.user={MINE}']


def test_table(engine: Engine) -> None:
    engine.has(
        container(ids(1)[0], command=['dino', 'train', '-k', 'tlt', 'a b']),
        container(ID, state='exited', code=3, command=None, HostConfig={}, started='2026-01-30T00:00:00Z'),
    )
    done = tao('list', '-a')
    assert (done.code, done.err) == (0, '')
    assert re.sub(r'\d+ d +', '9 d  ', done.out.replace('SINCE  ', 'SINCE')) == (
        'ID            TASK              STATE       SINCEGPUS  RELEASE    COMMAND\n'
        'a000a000a000  model/dino/train  running     9 d  all   7.1.0-pyt  dino train -k *** a b\n'
        'f00dcafef00d  model/dino/train  exited (3)  9 d  none  7.1.0-pyt\n'
    )
    assert engine.calls == [
        ['docker', *PS[:3], '-a', *PS[3:]], ['docker', 'inspect', '--type', 'container', ids(1)[0], ID],
    ]


def test_fifty_jobs_are_two_questions(engine: Engine) -> None:
    engine.has(*map(container, ids(50)))
    done = tao('list', '--format', 'ids')
    assert (done.code, sorted(done.out.split()), done.err) == (0, ids(50), '')
    assert [call[1] for call in engine.calls] == ['ps', 'inspect']


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
    assert engine.calls == [['docker', *PS[:3], *(['-a'] if '-a' in words else []), *PS[3:]]]


@pytest.mark.parametrize(('words', 'variable', 'err'), [
    (['--dry-run', 'list'], '', ''),
    (['list', '--dry-run'], '', ''),
    (['list', '--dry-run'], '1', ''),
    (['list'], '1', 'tao: notice: TAO_DRY_RUN is set: nothing is run\n'),
])
def test_dry_run_asks_nobody(engine: Engine, words: list[str], variable: str, err: str) -> None:
    done = tao(*words, env={'TAO_DRY_RUN': variable})
    then = 'tao: notice: then: docker inspect --type container, with the ids that it prints\n'
    assert done == (0, f'docker {" ".join(PS)}\n', err + then)
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
    assert engine.calls[0][1:] == [*PS[:5], '--filter', 'label=tao.job']


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
