"""A launch with Apptainer while it runs, with a program of that name that runs the command here."""
from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from fake_apptainer import FakeApptainer, apptainer
from support import tao, tao_process

__all__ = ('apptainer',)

CONTAINED = ['--cleanenv', '--contain', '--pid', '--ipc', '--no-eval', '--writable-tmpfs']


def job(*words: str) -> list[str]:
    return ['--image', './t.sif', *words[:-1], 'dino', 'run', 'sh', '-c', words[-1]]


@pytest.mark.parametrize('words', [
    ['--env', 'ONE=1 2', '--env', 'TWO=$X"\n`,', '--env', 'EMPTY=', '--gpus', '1,0'],
    ['--env', 'A_TOKEN', '--env', 'HOME=/x', '--env', 'a.b=c', '--gpus', 'none'],
])
def test_the_dry_run_is_what_is_run(
    words: list[str], apptainer: FakeApptainer, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv('A_TOKEN', 's3cr3t')
    command = job(*words, 'printf "<%s>" "$@"; env | sort')
    printed = tao('--dry-run', *command)
    assert printed.code == 0 and 's3cr3t' not in printed.out
    done = tao_process(*command)
    ran = apptainer.told
    env = {**os.environ, 'APPTAINERENV_A_TOKEN': 's3cr3t'} if 'A_TOKEN' in words else dict(os.environ)
    pasted = subprocess.run(
        ['sh', '-c', printed.out], stdout=subprocess.PIPE, encoding='utf-8', check=True, env=env,
    )
    assert (done.code, done.out) == (0, pasted.stdout)
    assert (ran['argv'], ran['env']) == (apptainer.told['argv'], apptainer.told['env'])
    assert 's3cr3t' not in str(ran['argv'])


def test_the_jobs_tmp_and_home_are_on_disk(apptainer: FakeApptainer) -> None:
    """In a folder that goes with the job, whatever it leaves there; a folder of the caller's own stays."""
    assert tao_process(*job('exit 0')).code == 0
    told = apptainer.told
    assert told['was_there'] and not Path(told['work']).exists()
    own = Path('own')
    own.mkdir()
    assert tao_process(*job('exit 0'), env={'APPTAINER_WORKDIR': str(own)}).code == 0
    assert apptainer.told['work'] == str(own) and own.exists()
    done = tao_process(*job('exit 3'), env={'TMPDIR': '/nosuch'})
    assert done.code == 3


@pytest.mark.parametrize(('script', 'code'), [
    ('exit 0', 0), ('exit 42', 42), ('exit 125', 125), ('kill -9 $$', 137), ('kill -TERM $$', 143),
])
def test_exit_codes(script: str, code: int) -> None:
    assert tao_process(*job(f'echo out; {script}')) == (code, 'out\n', '')


def test_no_such_program(apptainer: FakeApptainer) -> None:
    apptainer.path.unlink()
    done = tao_process(*job('exit 0'))
    assert (done.code, done.err.splitlines()[0]) == (
        125, 'tao: error: apptainer: no such program, or it is not executable',
    )
    assert 'install Apptainer (https://apptainer.org/' in done.err


def test_what_a_job_says_of_its_failure(home: Path, tmp_path: Path) -> None:
    """Its paths are the container's."""
    told = '{"date": "1/1/2030", "time": "1:1:1", "status": "FAILURE", "message": "no such class"}'
    (tmp_path / 'r').mkdir()
    task = tmp_path / 'programs' / 'dino'
    task.write_text(f"#!/bin/sh\nmkdir -p {tmp_path}/r/train; echo '{told}' >{tmp_path}/r/train/status.json; exit 1\n")
    task.chmod(0o755)
    words = ['--image', './t.sif', '--volume', f'{tmp_path}/r:/results', 'dino', 'train', 'results_dir=/results']
    assert tao_process(*words) == (1, '', 'tao: the job says: no such class\n')


def test_it_is_recorded(home: Path, tmp_path: Path) -> None:
    history = home / 'history.jsonl'
    env = {'TAO_HISTORY': str(history), 'A_TOKEN': 's3cr3t'}
    assert tao_process(*job('--env', 'ONE=1', '--env', 'A_TOKEN', 'exit 3'), env=env).code == 3
    start, end = map(json.loads, history.read_text().splitlines())
    assert start['argv'][:4] == ['env', 'APPTAINERENV_ONE=1', 'apptainer', 'exec']
    assert start['argv'][start['image_at']] == start['image'] == f'{os.getcwd()}/t.sif'
    assert start['env'] == ['APPTAINERENV_A_TOKEN'] and 's3cr3t' not in history.read_text()
    assert (end['how'], end['code'], start['engine']) == ('job', 3, ['apptainer'])
