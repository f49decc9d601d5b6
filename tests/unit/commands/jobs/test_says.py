"""What ended jobs say of their failures, after docker's own words."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from engine_answers import Engine, container, ids
from status_files import FAILED, SAYS, STARTED, line, training
from support import tao, tao_process

A, B = ids(2)


def test_wait(engine: Engine, tmp_path: Path) -> None:
    """Also of a job that its engine has removed by then."""
    engine.has(container(A, Mounts=training(tmp_path, FAILED)), container(B))
    engine.answers('wait', '1\n')
    assert tao('wait', A) == (1, '', f'tao: {SAYS}\n')
    engine.answers('wait', '3\n0\n')
    assert tao('wait', A, B) == (3, '', f'tao: {SAYS}\n')
    engine.answers('wait', '0\n4\n')
    assert tao('wait', A, B) == (4, '', '')
    engine.answers('wait', '1\n4\n')
    assert tao('wait', B, A) == (1, '', f'tao: {A[:12]}  model/dino/train: {SAYS}\n')
    engine.answers('wait', '0\n')
    assert tao('wait', A) == (0, '', '')


@pytest.mark.parametrize('words', [['logs', A], ['logs', '-f', '--tail', '3', A]])
def test_logs_of_an_ended_job(engine: Engine, tmp_path: Path, words: list[str]) -> None:
    engine.has(container(A, state='exited', code=1, Mounts=training(tmp_path, FAILED)))
    engine.answers('logs', 'its output\n', 'its errors\n')
    assert tao_process(*words) == (0, 'its output\n', f'its errors\ntao: {SAYS}\n')
    assert [call[1] for call in engine.calls] == ['ps', 'inspect', 'logs']
    engine.has(container(A, state='exited', code=0, Mounts=training(tmp_path, FAILED)))
    assert tao_process(*words) == (0, 'its output\n', 'its errors\n')
    engine.has(container(A, state='running', Mounts=training(tmp_path, FAILED)))
    assert tao_process('logs', A) == (0, 'its output\n', 'its errors\n')


@pytest.mark.parametrize('then', ['exited', 'gone'])
def test_a_followed_log(engine: Engine, tmp_path: Path, then: str) -> None:
    failing = training(tmp_path, FAILED)
    engine.has(*([container(A, state='exited', code=1, Mounts=failing)] if then == 'exited' else []))
    engine.answers('ps.1', f'{A}\n')
    engine.answers('inspect.1', json.dumps([container(A, Mounts=failing)]))
    engine.answers('logs', 'its output\n')
    assert tao_process('logs', '-f', A) == (0, 'its output\n', f'tao: {SAYS}\n')


NVIDIA = 'nvapi-' + 'aB3_-' * 8
HUGGING_FACE = 'hf_' + 'aB3' * 11


def test_attach(engine: Engine, tmp_path: Path) -> None:
    engine.has(container(A, Mounts=training(tmp_path, FAILED)))
    engine.answers('wait', '1\n')
    assert tao('attach', A) == (1, '', f'tao: {SAYS}\n')
    engine.answers('wait', '0\n')
    assert tao('attach', A) == (0, '', '')


@pytest.mark.parametrize(('message', 'shown'), [
    ('x' * 5000, 'x' * 299 + '…'), ('a\nb\x1b[31m\x9b', r'a b\x1b[31m\x9b'), ('token=abc -k tlt', 'token=*** -k ***'),
    ('pull https://oauth:s3cret@example.test/x', 'pull ***'),
    (f'HTTP 401 for key {NVIDIA}, Authorization: Bearer {HUGGING_FACE}',
     'HTTP 401 for key ***, Authorization: Bearer ***'),
    ('x' * 286 + f' {NVIDIA}', 'x' * 286 + ' ***'),
])
def test_what_a_job_says_is_data(engine: Engine, tmp_path: Path, message: str, shown: str) -> None:
    said = line(STARTED + 38 * 60, 'FAILURE', message=message)
    engine.has(container(A, state='exited', code=1, Mounts=training(tmp_path, said)))
    engine.answers('wait', '1\n')
    assert tao('wait', A) == (1, '', f'tao: the job says: {shown}\n')


def test_a_failure_of_an_earlier_run_is_none(engine: Engine, tmp_path: Path) -> None:
    engine.has(container(A, Mounts=training(tmp_path, FAILED, at=STARTED - 5)))
    engine.answers('wait', '1\n')
    assert tao('wait', A) == (1, '', '')
