"""tao clean: what it removes, and what it leaves."""
from __future__ import annotations

import time

from engine_answers import ID, Engine, container, ids, last
from support import tao

A, B, C = ids(3)


def test_clean(engine: Engine) -> None:
    starting = container(ID, state='created', Created=time.strftime('%Y-%m-%dT%H:%M:%S.5Z', time.gmtime()))
    engine.has(container(A, state='exited'), container(B), container(C, state='dead'), starting)
    engine.answers('ps.2', f'{B}\n{ID}\n')
    engine.answers('rm', err='Error: No such container: x\n', code=1)  # someone was faster
    assert tao('clean') == (0, f'{A}\n{C}\n', '')
    assert last(engine) == ['docker', 'rm', '-v', A, C]
    engine.forget()
    engine.answers('ps.2', f'{A}\n')
    engine.answers('ps', f'{A}\n{B}\n{C}\n{ID}\n')
    assert tao('clean', '--dry-run') == (0, f'docker rm -v {A} {C}\n', '')


def test_clean_takes_what_a_killed_launcher_left(engine: Engine) -> None:
    engine.has(container(A, state='created'))
    engine.answers('ps.2')
    assert tao('clean') == (0, f'{A}\n', '')
    assert last(engine) == ['docker', 'rm', '-v', A]


def test_clean_nothing_and_what_stays(engine: Engine) -> None:
    assert tao('clean') == (0, '', 'tao: no ended jobs\n')
    engine.has(container(A, state='exited'))
    engine.forget()
    engine.answers('rm', err='Error response from daemon: device busy\n', code=1)
    assert tao('clean') == (
        125, '',
        'tao: error: 1 of 1 could not be removed\n'
        f'    {A[:12]}  model/dino/train  exited (0)\n'
        '    Error response from daemon: device busy\n',
    )
