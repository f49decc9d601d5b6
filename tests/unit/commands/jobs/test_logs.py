"""tao logs: the docker command that it becomes."""
from __future__ import annotations

import shlex

import pytest
from engine_answers import Engine, container, ids, last
from support import tao, tao_process

(A,) = ids(1)


@pytest.mark.parametrize(('words', 'argv'), [
    (['logs', 'dino'], ['logs', A]),
    (['logs', '-f', '--tail', '5', A[:4]], ['logs', '-f', '--tail', '5', A]),
    (['logs', '--tail', 'all', A], ['logs', '--tail', 'all', A]),
])
def test_becomes_docker(engine: Engine, words: list[str], argv: list[str]) -> None:
    engine.has(container(A))
    engine.answers(words[0], 'its own output\n', 'its own errors\n', 42)
    assert tao_process(*words) == (42, 'its own output\n', 'its own errors\n')
    assert last(engine) == ['docker', *argv]
    dry = tao('--dry-run', *words)
    assert (dry.code, shlex.split(dry.out), dry.err) == (0, ['docker', *argv], '')
