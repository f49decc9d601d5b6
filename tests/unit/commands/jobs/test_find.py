"""Which jobs a word names, of those that the engine shows."""
from __future__ import annotations

import json

import pytest
from engine_answers import ID, MINE, Engine, container, ids
from support import tao

A, B, C = ids(3)
LINE = f'{A[:12]}  model/dino/train  running'
LINE_B = f'{B[:12]}  model/dino/train  running'


def test_the_same_plan_twice(engine: Engine) -> None:
    """Two shells of one kind, say: told apart by their ids only, and never guessed."""
    engine.has(container(A), container(B))
    for words in (['logs', 'dino/train'], ['attach', 'dino'], ['wait', 'model/dino'], ['exec', 'dino']):
        assert tao(*words) == (
            2, '',
            f'tao: error: {words[1]} names several jobs\n    {LINE}\n    {LINE_B}\n    try: name one by its id\n',
        )


@pytest.mark.parametrize('name', ['-x', '--all', 'a b', '*', '../x', 'é', '日本', '"', '$(id)', "'; rm -rf /"])
def test_odd_names_name_nothing(engine: Engine, name: str) -> None:
    engine.has(container(A))
    for verb in ('stop', 'logs', 'wait', 'exec', 'attach'):
        done = tao(verb, '--', name)
        assert done == (1, '', f'tao: error: no job {name}\n    {LINE}\n    try: tao list -a\n')
    assert {call[1] for call in engine.calls} == {'ps', 'inspect'}


def test_a_job_of_a_developer(engine: Engine) -> None:
    engine.has(container(A, {'tao.job': 'tao_pt/shell', 'tao.user': MINE, 'tao.plan': ''}))
    assert tao('exec', '--dry-run', 'tao_pt', 'ls').out == f'docker exec {A} ls\n'


def test_an_answer_that_is_none(engine: Engine) -> None:
    engine.has(container(A))
    engine.answers('inspect', json.dumps([])[:1])
    assert tao('list') == (125, '', 'tao: error: docker did not answer as expected\n    it printed: [\n')


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
