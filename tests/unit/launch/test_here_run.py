"""A command of this machine, in no container: its words, environment and exit code, and the links it needs."""
from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from support import command, tao, tao_process, write_mounts

# A task that says what it was given.
TASK = '''#!/bin/sh
printf '<%s>' "$@"; echo; pwd; env | grep -E '^(ONE|TWO|A_TOKEN|EMPTY|CUDA_[A-Z_]*|HOME)=' | sort
'''

@pytest.fixture(autouse=True)
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on PATH with tasks, on a machine that has no engine for them."""
    folder = tmp_path / 'tasks'
    folder.mkdir()
    (folder / 'dino').write_text(TASK)
    (folder / 'dino').chmod(0o755)
    monkeypatch.setenv('PATH', f'{folder}:{os.environ["PATH"]}')
    monkeypatch.setenv('TAO_ENGINE', 'none')
    return folder


@pytest.mark.parametrize('words', [
    ['dino', 'train', 'a b', '', '*', '$HOME', '"\'', 'é✓', 'x=y', '-k', '{a: [1,2]}'],
    ['--env', 'ONE=1 2', '--env', 'TWO=$X\n', '--env', 'EMPTY=', '--gpus', '1,0', 'dino', 'train'],
    ['--workdir', '/usr', '--gpus', 'none', 'dino', 'export'],
    ['--entrypoint', 'dino', 'dino', 'run', 'x'], ['--env', 'A_TOKEN', 'dino', 'train'],
    ['--env', 'ONE=1', 'dino', 'run', './a=b', '2'], ['--user', '12:34', 'dino', 'train'],
])
def test_the_dry_run_is_what_is_run(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('A_TOKEN', 's3cr3t')
    Path('a=b').write_text(TASK)
    Path('a=b').chmod(0o755)
    printed = tao('--dry-run', *words)
    assert printed.code == 0 and 's3cr3t' not in printed.out
    pasted = subprocess.run(['sh', '-c', printed.out], stdout=subprocess.PIPE, encoding='utf-8', check=True)
    done = tao_process(*words)
    assert (done.code, done.out) == (0, pasted.stdout)
    assert done.out.startswith('<')


def test_secrets_of_the_file(home: Path) -> None:
    write_mounts(home, {'Envs': [
        {'variable': 'A_TOKEN', 'value': 's3cr3t'}, {'variable': 'ONE', 'value': 1},
    ]})
    printed = tao('--dry-run', 'dino', 'train')
    assert printed.out == 'env ONE=1 dino train\n'
    assert printed.err == 'tao: notice: the line takes A_TOKEN from its environment: export it first\n'
    assert tao_process('dino', 'train').out.splitlines()[2:] == ['A_TOKEN=s3cr3t', f'HOME={home}', 'ONE=1']


@pytest.mark.parametrize(('script', 'code'), [
    ('exit 0', 0), ('exit 42', 42), ('exit 125', 125), ('exit 127', 127), ('kill -9 $$', 137), ('kill -TERM $$', 143),
])
def test_exit_codes(script: str, code: int) -> None:
    assert tao_process('dino', 'run', 'sh', '-c', f'echo out; {script}') == (code, 'out\n', '')


def test_what_a_job_says_of_its_failure(task: Path, tmp_path: Path) -> None:
    told = '{"date": "1/1/2030", "time": "1:1:1", "status": "FAILURE", "message": "no such class"}'
    (task / 'dino').write_text(f"#!/bin/sh\nmkdir -p r/train && echo '{told}' >r/train/status.json; exit 1\n")
    assert tao_process('dino', 'train', 'results_dir=r') == (1, '', 'tao: the job says: no such class\n')


@pytest.mark.parametrize(('words', 'code', 'error'), [
    (['dino', 'run', 'nosuch'], 127, 'nosuch is not on PATH'), (['dino', 'run', './none'], 127, './none is not here'),
    (['dino', 'run', '/etc/passwd'], 126, '/etc/passwd is not executable'),
    (['--no-check', 'dino', 'run', 'nosuch'], 127, 'nosuch: no such program, or none of the name in its first line'),
    (['--no-check', 'dino', 'run', '/etc/passwd'], 126, '/etc/passwd: cannot be started (Permission denied)'),
    (['--workdir', '/nosuch', 'dino', 'train'], 127, '--workdir /nosuch: no such folder'),
])
def test_what_cannot_be_started(words: list[str], code: int, error: str) -> None:
    done = tao_process(*words)
    assert (done.code, done.out, done.err.splitlines()[0]) == (code, '', f'tao: error: {error}')


def test_input_is_only_passed_on_when_asked_for() -> None:
    cat = ['dino', 'run', 'cat']
    for options, out in (([], b''), (['--interactive'], b'in')):
        done = subprocess.run([*command(), *options, *cat], input=b'in', stdout=subprocess.PIPE, check=True)
        assert done.stdout == out


@pytest.mark.parametrize(('words', 'how', 'code'), [
    (['dino', 'train', '-k', 's3cr3t'], 'job', 0), (['dino', 'run', 'sh', '-c', 'exit 3'], 'job', 3),
    (['--no-check', 'dino', 'run', 'nosuch'], 'refused', 127),
    (['dino', 'run', 'sh', '-c', 'kill $PPID; sleep 600'], 'signal', 143),
])
def test_it_is_recorded(words: list[str], how: str, code: int, home: Path) -> None:
    history = home / 'history.jsonl'
    env = {'TAO_HISTORY': str(history), 'TAO_TOOLKIT_VERSION': '6.0.0'}
    assert tao_process('--env', 'ONE=1', *words, env=env).code == code
    start, end = map(json.loads, history.read_text().splitlines())
    assert start['argv'][:2] == ['env', 'ONE=1'] and (start['image'], start['release']) == ('', '6.0.0')
    assert start['engine'] == ['none'] and 's3cr3t' not in history.read_text()
    assert (end['how'], end['code'], end['job']) == (how, code, start['job'])
    assert start['job'] in tao('history', env=env).out


def test_links(tmp_path: Path, home: Path) -> None:
    for name in ('data', 'data/inner', 'more'):
        (home / name).mkdir()
    place = tmp_path / 'work' / 'space'
    write_mounts(home, {'Mounts': [
        {'source': '~/more', 'destination': f'{place}/data/more'}, {'source': '~/data', 'destination': f'{place}/data'},
    ]})
    words = ['dino', 'run', 'ls', f'{place}/data', f'{place}/data/more']
    printed = tao('--quiet', '--link', '--dry-run', *words)
    assert printed.out.splitlines()[:4] == [
        f'mkdir -p {place}', f'ln -sn {home}/data {place}/data', f'ln -sn {home}/more {place}/data/more', '# then:',
    ]
    assert not place.exists()
    done = tao_process('--link', *words)
    assert (done.code, done.out.splitlines()[:3]) == (0, [f'{place}/data:', 'inner', 'more'])
    assert [os.readlink(place / name) for name in ('data', 'data/more')] == [str(home / 'data'), str(home / 'more')]
    # they stay, and the next launch needs no option
    again = tao_process(*words)
    assert (again.code, again.out, again.err) == (0, done.out, '')


def test_a_link_that_someone_else_has_made_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the launch: the same link is as good as our own, and none is put into the source."""
    (tmp_path / 'ln').write_text('#!/bin/sh\n/bin/ln "$@"\nexec /bin/ln "$@"\n')
    (tmp_path / 'ln').chmod(0o755)
    monkeypatch.setenv('PATH', f'{tmp_path}:{os.environ["PATH"]}')
    (tmp_path / 'source').mkdir()
    done = tao_process('--quiet', '--link', '--volume', f'{tmp_path}/source:{tmp_path}/there', 'dino', 'train')
    assert (done.code, done.err, list((tmp_path / 'source').iterdir())) == (0, '', [])


def test_a_link_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'ln').write_text('#!/bin/sh\necho "ln: no room" >&2\nexit 1\n')
    (tmp_path / 'ln').chmod(0o755)
    monkeypatch.setenv('PATH', f'{tmp_path}:{os.environ["PATH"]}')
    words = ['--quiet', '--link', '--volume', f'{tmp_path}:{tmp_path}/x', 'dino', 'train']
    assert tao(*words) == (2, '', f'tao: error: ln -sn {tmp_path} {tmp_path}/x failed\n    ln: no room\n')
