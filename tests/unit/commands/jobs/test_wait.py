"""tao wait: for one job or several, and the code that it ends with."""
from __future__ import annotations

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
