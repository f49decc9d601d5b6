"""tao list: in two questions, whatever there is, and whoever made it."""
from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import jsonschema
import pytest
from engine_answers import ID, MINE, Engine, container, ids
from support import SCHEMAS, command, tao, tao_process

JOBS = SCHEMAS['jobs']
PS = ['ps', '-q', '--no-trunc', '--filter', 'label=tao.plan', '--filter', f'label=tao.user={MINE}']
GONE = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n'
NOT_RUNNING = 'the docker daemon is not running'


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine(tmp_path / 'engine')
    monkeypatch.setenv('PATH', f'{made.folder}:{os.environ["PATH"]}')
    return made


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


@pytest.mark.parametrize(('verb', 'out', 'err', 'code'), [
    ('ps', '', GONE, 1),
    ('inspect', '[]\n', GONE, 1),
    ('inspect', '', 'error during connect: Get "http://x/json": EOF\n', 1),
])
def test_the_engine_goes_away(engine: Engine, verb: str, out: str, err: str, code: int) -> None:
    """Between two questions too; it is never taken for "no jobs"."""
    engine.has(container(), container(ids(1)[0]))
    engine.answers(verb, out, err, code)
    for words in (['list'], ['list', '--format', 'ids'], ['stop', '--all'], ['clean'], ['wait', 'dino']):
        done = tao(*words)
        assert (done.code, done.out) == (125, '')
        assert NOT_RUNNING in done.err


def test_no_engine(tmp_path: Path) -> None:
    assert tao('list', env={'PATH': str(tmp_path)}) == (
        125, '',
        'tao: error: docker: no such program\n'
        '    the launcher runs containers through the docker command line program\n'
        '    try: install Docker Engine (https://docs.docker.com/engine/install/), or name another engine: '
        '--engine podman\n',
    )


@pytest.mark.parametrize('said', [
    'Error: No such container: {}\n',
    'Error response from daemon: No such container: {}\n',
    'WARNING: Error loading config file: x\nError: No such container: {}\n',
    'Error: no such container {}\n',  # podman
])
def test_a_job_that_vanishes_between_the_questions(engine: Engine, said: str) -> None:
    gone = ids(1)[0]
    engine.has(container())
    engine.answers('ps', f'{gone}\n{ID}\n')
    engine.answers('inspect', json.dumps([container()]), said.format(gone), 1)
    assert tao('list', '--format', 'ids') == (0, f'{ID}\n', '')


def test_another_engine(engine: Engine) -> None:
    engine.has(container())
    assert tao('--engine', 'podman', 'list', '--format', 'ids').out == f'{ID}\n'
    assert [call[0] for call in engine.calls] == ['podman', 'podman']


def test_a_remote_engine_knows_the_caller_by_name(engine: Engine) -> None:
    tao('list', env={'DOCKER_HOST': 'ssh://gpu1'})
    owner = engine.calls[0][-1]
    assert re.fullmatch(rf'label=tao\.user=[^@]+@{re.escape(os.uname().nodename)}', owner)


def test_nobody_reads_the_rest(engine: Engine) -> None:
    engine.has(*map(container, ids(50)))
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, 'w') as closed:
        done = subprocess.run([*command(), 'list'], stdout=closed, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (141, b'')


def test_a_broken_catalogue_is_no_reason_not_to_look_after_jobs(engine: Engine, home: Path) -> None:
    (home / '.tao').mkdir()
    (home / '.tao' / 'config.json').write_text('{')
    engine.has(container())
    assert tao('list', '--format', 'ids') == (0, f'{ID}\n', '')


@pytest.mark.parametrize(('words', 'err'), [
    (['list', 'dino'], 'list: unexpected "dino"\n    try: tao list --help\n'),
    (['list', '--al'], 'list: unexpected "--al"\n    try: tao list --help\n'),
    (['list', '--engine', 'podman'],
     '--engine is an option of the launcher and stands before list\n    try: tao --engine CMD list …\n'),
    (['list', '=x'], 'list: unexpected "=x"\n    try: tao list --help\n'),
    (['list', '-q'], '-q is an option of the launcher and stands before list\n    try: tao --quiet list …\n'),
    (['info', '--dry-run'],
     '--dry-run is an option of the launcher and stands before info\n    try: tao --dry-run info …\n'),
    (['exec'], 'tao exec: missing JOB\n    try: tao exec --help\n'),
    (['pull', '--release'], 'argument --release: expected one argument\n    try: tao pull --help\n'),
    (['list', '--format', 'xml'], None),
])
def test_usage(engine: Engine, words: list[str], err: str) -> None:
    done = tao(*words)
    assert (done.code, done.out, engine.calls) == (2, '', [])
    assert err is None or done.err == f'tao: error: {err}'


@pytest.mark.parametrize('verb', ['list', 'stop', 'logs', 'attach', 'wait', 'exec', 'clean', 'info'])
def test_help(engine: Engine, verb: str) -> None:
    done = tao_process(verb, '--help')
    assert (done.code, done.err) == (0, '')
    assert done.out.startswith(f'usage: tao {verb} [-h]')
    assert tao('--help', verb)[:1] == (0,)
    assert engine.calls == []
