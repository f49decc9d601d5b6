"""tao stop: which docker commands it ends in, and what it refuses."""
from __future__ import annotations

import json
import time

import pytest
from engine_answers import MINE, OTHER_NAME, THEIRS, Engine, container, ids, last
from support import tao

A, B, C = ids(3)
LINE = f'{A[:12]}  model/dino/train  running'
LINE_B = f'{B[:12]}  model/dino/train  running'


def stopped(engine: Engine, *ended: str) -> None:
    """What the engine shows of these from now on."""
    engine.answers('inspect.2', json.dumps([container(id, state='exited', code=143) for id in ended]))


@pytest.mark.parametrize('words', [
    [A, B], [f'{A[:12]},{B[:12]}'], ['--container_id', A[:12], B], ['--container_id', f'{A},', B],
    ['--container-id', A, '--container_id', B], [A, A, 'job_a001'], [A, '--container_id', B],
])
def test_stop(engine: Engine, words: list[str]) -> None:
    """`tao stop --container_id A, B` is what people write for NVIDIA's launcher."""
    engine.has(container(A), container(B), container(C))
    stopped(engine, A, B)
    assert tao('stop', *words) == (0, f'{A}\n{B}\n', '')
    assert last(engine) == ['docker', 'stop', '-t', '30', A, B]
    engine.forget()
    assert tao('stop', '--dry-run', '--time', '0', *words) == (0, f'docker stop -t 0 {A} {B}\n', '')
    assert [call[1] for call in engine.calls] == ['ps', 'inspect']


def test_stop_all_is_all_of_ones_own(engine: Engine) -> None:
    engine.has(container(A))
    stopped(engine, A)
    assert tao('stop', '--all') == (0, f'{A}\n', '')
    assert engine.calls[0][-4:] == ['--filter', 'label=tao.plan', '--filter', f'label=tao.user={MINE}']
    assert [word for word in engine.calls[0] if 'status=' in word] == [
        f'--filter=status={state}' for state in ('created', 'running', 'paused', 'restarting')
    ]


def test_stop_one_that_vanishes_meanwhile(engine: Engine) -> None:
    engine.has(container(A), container(B))
    engine.answers('stop', f'{B}\n', f'Error response from daemon: No such container: {A}\n', 1)
    engine.answers('inspect.2', json.dumps([container(B, state='exited')]), f'Error: No such container: {A}\n', 1)
    assert tao('stop', '--all') == (0, f'{A}\n{B}\n', '')


def test_stop_one_that_stays(engine: Engine) -> None:
    engine.has(container(A), container(B))
    engine.answers('stop', f'{B}\n', 'Error response from daemon: cannot stop \x1b[31m\n', 1)
    engine.answers('inspect.2', json.dumps([container(A), container(B, state='removing')]))
    assert tao('stop', '--all') == (
        125, f'{B}\n',
        f'tao: error: 1 of 2 did not stop\n    {LINE}\n    Error response from daemon: cannot stop \\x1b[31m\n',
    )


def test_stop_while_the_list_is_late(engine: Engine) -> None:
    """dockerd lists a container as running for a moment after it has said that it is stopped."""
    engine.has(container(A), container(B))
    engine.answers('ps.2', f'{B}\n')
    engine.answers('inspect.2', json.dumps([container(B, state='exited')]), f'Error: no such container {A}\n', 1)
    assert tao('stop', '--all') == (0, f'{A}\n{B}\n', '')


def test_stop_a_paused_one_that_stays(engine: Engine) -> None:
    """Podman stops no paused one, and `ps` does not list it either."""
    engine.has(container(A, state='paused'))
    engine.answers('ps.2')
    refusal = 'Error: container is running or paused, refusing to clean up: container state improper'
    engine.answers('unpause', '', 'Error: no\n', 125)
    engine.answers('stop', '', f'{refusal}\n', 125)
    assert tao('stop', A, env={'TAO_ENGINE': 'podman'}) == (
        125, '',
        f'tao: error: 1 of 1 did not stop\n    {A[:12]}  model/dino/train  paused\n    Error: no\n    {refusal}\n',
    )


def test_stop_a_paused_one(engine: Engine) -> None:
    engine.has(container(A, state='paused'), container(B))
    stopped(engine, A, B)
    engine.answers('unpause')
    assert tao('stop', A, B, env={'TAO_ENGINE': 'podman'}) == (0, f'{A}\n{B}\n', '')
    assert [call for call in engine.calls if call[1] not in ('ps', 'inspect')] == [
        ['podman', 'unpause', A], ['podman', 'stop', '-t', '30', A, B],
    ]
    engine.forget()
    assert tao('stop', '--dry-run', A) == (0, f'docker stop -t 30 {A}\n', '')


def test_stop_one_that_is_being_started(engine: Engine) -> None:
    made = container(A, state='created', Created=time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()))
    engine.has(made)
    for question in (2, 3):
        engine.answers(f'inspect.{question}', json.dumps([made if question == 2 else container(A)]))
    engine.answers('inspect.4', json.dumps([container(A, state='exited', code=143)]))
    engine.answers('stop', f'{A}\n')
    # it started after it was told to stop, and before the third look
    done = tao('stop', '--all')
    assert (done.code, [call[1] for call in engine.calls]) == (0, ['ps', 'inspect', *['stop', 'inspect'] * 3])
    engine.forget()
    engine.answers('inspect.3', json.dumps([container(A, state='exited', code=143)]))
    assert tao('stop', '--all') == (0, f'{A}\n', '')
    assert [call[1] for call in engine.calls] == ['ps', 'inspect', *['stop', 'inspect'] * 2]


def test_one_that_has_never_started(engine: Engine) -> None:
    engine.has(container(A, state='created'))
    assert tao('stop', A) == (
        1, '', f'tao: error: {A} has never started\n    {A[:12]}  model/dino/train  created\n'
        '    try: tao clean, which removes it\n',
    )
    assert tao('stop', '--all') == (0, '', 'tao: no jobs to stop\n')
    assert {call[1] for call in engine.calls} == {'ps', 'inspect'}


THEIR_LINE = f'{C[:12]}  model/ocrnet/train  running, of {OTHER_NAME}'
ONLY_SO = f"other users' jobs are stopped only when you say so\n    {THEIR_LINE}\n    try: --yes"


@pytest.mark.parametrize(('words', 'code', 'err'), [
    ([], 2, 'which job?\n    try: tao stop JOB…, or tao stop --all; tao list shows them'),
    (['--all', A], 2, 'which job?\n    try: tao stop JOB…, or tao stop --all; tao list shows them'),
    (['--all-users'], 2, 'which job?\n    try: tao stop JOB…, or tao stop --all; tao list shows them'),
    ([','], 2, 'which job?\n    try: tao stop JOB…, or tao stop --all; tao list shows them'),
    ([''], 2, 'argument JOB: it is an empty word: was a variable not set?\n    try: tao stop --help'),
    (['nobody'], 1, f'no job nobody\n    {LINE}\n    {LINE_B}\n    try: tao list -a'),
    (['a b;\x1b'], 1, f'no job a b;\\x1b\n    {LINE}\n    {LINE_B}\n    try: tao list -a'),
    (['dino'], 2, f'dino names several jobs\n    {LINE}\n    {LINE_B}\n    try: name one by its id'),
    (['ocrnet'], 2, f"ocrnet is another user's job\n    {THEIR_LINE}"),
    ([C], 2, f"{C} is another user's job\n    {THEIR_LINE}"),
    ([A, C], 2, f"{C} is another user's job\n    {THEIR_LINE}"),
    (['--all-users', 'ocrnet'], 2, ONLY_SO),
    (['--all-users', '--all'], 2, ONLY_SO),
    (['--time', '-1', A], 2, 'argument --time: "-1": expected a whole number\n    try: tao stop --help'),
    (['--time', '1e3', A], 2, 'argument --time: "1e3": expected a whole number\n    try: tao stop --help'),
])
def test_stop_refuses(engine: Engine, words: list[str], code: int, err: str) -> None:
    engine.has(container(A), container(B), container(C, THEIRS))
    assert tao('stop', *words) == (code, '', f'tao: error: {err}\n')
    assert {call[1] for call in engine.calls} in (set(), {'ps', 'inspect'})


def test_stop_other_users_when_told_so(engine: Engine) -> None:
    engine.has(container(A), container(C, THEIRS))
    stopped(engine, A, C)
    assert tao('stop', '--all', '--all-users', '--yes') == (0, f'{A}\n{C}\n', '')
    assert last(engine) == ['docker', 'stop', '-t', '30', A, C]


def test_nothing_to_stop(engine: Engine) -> None:
    assert tao('stop', '--all') == (0, '', 'tao: no jobs to stop\n')
    assert tao('stop', '--all', '--dry-run') == (0, '', 'tao: no jobs to stop\n')
    assert tao('stop', '--all', '--all-users', '--yes') == (0, '', 'tao: no jobs to stop\n')
    engine.has(container(A, state='exited', code=3))
    assert tao('stop', 'dino') == (
        1, '', f'tao: error: dino is no longer running\n    {A[:12]}  model/dino/train  exited (3)\n',
    )
