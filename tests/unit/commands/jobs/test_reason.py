"""Why a job failed, by what `inspect` shows of its container."""
from __future__ import annotations

import json
from typing import Any

import pytest
from engine_answers import Engine, container, ids
from support import tao

from tao_launcher.commands.jobs.job import Job, parse
from tao_launcher.commands.jobs.reason import reason

A, B = ids(2)
OVER = 'the job was killed: it used more memory than its limit'
KERNEL = 'the kernel killed a process of the job because memory ran out'
HIGHER = 'a higher limit, or a smaller batch size'


def made(code: int, state: str = 'exited', memory: int = 0, shm: int = 0, id: str = A, **more: Any) -> dict[str, Any]:
    found = container(id, state=state, code=code)
    found['State'].update(more)
    found['HostConfig'].update(Memory=memory, ShmSize=shm)
    return found


def job(*given: Any, **more: Any) -> Job:
    return parse(json.dumps([made(*given, **more)]))[0]


@pytest.mark.parametrize(('found', 'what', 'remedy'), [
    (job(137, memory=20 << 20, OOMKilled=True), OVER, HIGHER),
    (job(137, OOMKilled=True), KERNEL, 'a smaller batch size'),
    (job(1, memory=20 << 20, OOMKilled=True), KERNEL, 'a smaller batch size'),
    (job(0, OOMKilled=True), '', ''),
    (job(137, 'running', OOMKilled=True), '', ''),
    (job(137), '', ''),  # many things end with it
    (job(1), '', ''),
    (job(127), '', ''),
    (job(139), 'the job crashed (segmentation fault)', 'docker run --rm -it '
     'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt /bin/bash'),
    (job(135, shm=64 << 20), 'the job died of a bus error; /dev/shm has 64 MiB',
     '--shm_size 16G (or more) before the task name'),
    (job(127, 'created', Error='no such device'), 'the engine could not start it: no such device',
     'tao clean, which removes it'),
    (job(0, 'created'), '', ''),
])
def test_reason(found: Job, what: str, remedy: str) -> None:
    assert reason(found, ('docker',)) == (what, remedy)


def test_after_waiting_for_it(engine: Engine) -> None:
    """It ran when it was found, so it is looked at once more."""
    engine.has(made(0, 'running'))
    engine.answers('wait', '137\n')
    engine.answers('inspect.2', json.dumps([made(137, memory=1 << 20, OOMKilled=True)]))
    assert tao('wait', A) == (137, '', f'tao: error: {OVER}\n    try: {HIGHER}\n')


def test_of_one_that_has_ended(engine: Engine) -> None:
    engine.has(made(137, memory=1 << 20, OOMKilled=True))
    assert tao('logs', A) == (0, '', f'tao: error: {OVER}\n    try: {HIGHER}\n')
    assert [call[1] for call in engine.calls] == ['ps', 'inspect', 'logs']


def test_in_the_list(engine: Engine) -> None:
    unstarted = made(127, 'created', id=B, Error='no \x1b[31m device')
    engine.has(made(137, OOMKilled=True), unstarted)
    assert tao('list', '-a').err.splitlines() == [
        f'tao: {A[:12]}  model/dino/train: {KERNEL}',
        f'tao: {B[:12]}  model/dino/train: the engine could not start it: no \\x1b[31m device',
    ]
    found = {each['id']: each for each in json.loads(tao('list', '-a', '--format', 'json').out)}
    assert found[A]['failure'] == KERNEL and found[B]['failure'].startswith('the engine could not start it: no ')
    assert 'ran_out' not in found[A]
