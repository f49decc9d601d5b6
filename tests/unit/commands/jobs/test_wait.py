"""tao wait: for one job or several, and the code that it ends with."""
from __future__ import annotations

import json
import time

import pytest
from engine_answers import Engine, container, ids, last
from support import tao

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
    assert tao('--stop-timeout', '0', 'wait', A, B) == (
        125, '',
        'Error: No such container\n'
        f'tao: error: the engine does not know how all of them ended\n    {LINE}\n    {LINE_B}\n    try: tao list -a\n',
    )


NEVER = f"""tao: error: the job has never started
    {A[:12]}  model/dino/train  created
    try: tao clean, which removes it
"""


def test_what_has_never_started(engine: Engine) -> None:
    """For docker's own `wait` and `logs` it has ended, with 0."""
    engine.has(container(A, state='created'))
    engine.answers('wait', '0\n')
    for words in (['wait', A], ['logs', A], ['logs', '-f', A], ['progress', '--watch', A]):
        done = tao(*words)
        assert (done.code, done.err) == (125, NEVER), words
    done = tao('attach', A)
    assert (done.code, done.err) == (1, NEVER.replace('the job', A))
    assert {call[1] for call in engine.calls} == {'ps', 'inspect'}


def test_what_could_not_be_started(engine: Engine) -> None:
    made = container(A, state='created', code=127, Created='2999-01-01T00:00:00Z')
    made['State']['Error'] = 'OCI runtime create failed: \x1b[31m no such device'
    engine.has(made)
    told = 'the engine said: OCI runtime create failed: \\x1b[31m no such device'
    assert tao('wait', A) == (125, '', NEVER.replace('created\n', f'created\n    {told}\n'))


def test_what_is_being_started(engine: Engine) -> None:
    made = container(A, state='created', Created=time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()))
    engine.has(made)
    engine.answers('inspect.3', json.dumps([container(A)]))
    engine.answers('wait', '4\n')
    assert tao('wait', A).code == 4
    assert [call[1] for call in engine.calls][:5] == ['ps', 'inspect', 'inspect', 'inspect', 'wait']
