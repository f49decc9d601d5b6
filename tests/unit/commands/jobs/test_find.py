"""Which jobs a word names, of those that the engine shows."""
from __future__ import annotations

import json

import pytest
from engine_answers import ID, MINE, THEIRS, Engine, container, ids
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
    done = tao('list', '--format', 'json')
    assert (done.code, [job['id'] for job in json.loads(done.out)], done.err) == (0, [ID], '')


def named(engine: Engine, *rows: tuple[str, str, str]) -> None:
    """What `ps` says of containers: id, names, the label tao.job."""
    engine.answers('ps', ''.join(f'{id} {names} {label}\n' for id, names, label in rows))


DINO, OCR = '"model/dino/train"', '"model/ocrnet/train"'


@pytest.mark.parametrize(('word', 'asked'), [
    (A, [A]), (A[:12], [A]), ('job_a000', [A]), ('alias', [A]), ('dino', [A]), ('model/dino/train', [A]),
    ('odd', [B]),  # another's name, and a label that nobody expects
])
@pytest.mark.parametrize('verb', ['logs', 'stop', 'wait', 'exec', 'attach'])
def test_only_what_a_word_names_is_inspected(engine: Engine, verb: str, word: str, asked: list[str]) -> None:
    odd = json.dumps('model/a,b "c"\n/train')
    named(engine, (A, 'job_a000,alias', DINO), (B, 'odd', odd), (C, 'job_a002', OCR))
    engine.answers('inspect', json.dumps([container(id) for id in asked]))
    if word in ('alias', 'odd'):  # what inspect shows has one name
        engine.answers('inspect', json.dumps([container(id, Name=f'/{word}') for id in asked]))
    tao(verb, '--dry-run', word, *(['ls'] if verb == 'exec' else []))
    questions = [call[1:] for call in engine.calls if call[1] in ('ps', 'inspect')]
    assert [question[0] for question in questions] == ['ps', 'inspect']
    assert questions[1] == ['inspect', '--type', 'container', *asked]


@pytest.mark.parametrize('row', [f'{B}', f'{B} other', f'{B} other null', f'{B} other <no value>', f'{B} other "x'])
def test_a_row_that_does_not_say_what_a_job_is_called(engine: Engine, row: str) -> None:
    """Then the container itself is asked."""
    engine.answers('ps', f'{A} job_a000 {DINO}\n{row}\n{C} job_a002 {OCR}\na wrapper says something\n')
    engine.answers('inspect', json.dumps([container(A), container(B, THEIRS)]))
    assert tao('logs', '--dry-run', 'dino').out == f'docker logs {A}\n'
    assert engine.calls[-1][2:] == ['--type', 'container', A, B]


def test_a_word_that_names_none_is_told_of_all(engine: Engine) -> None:
    named(engine, (A, 'job_a000', DINO))
    engine.answers('ps.2', f'{A}\n')
    engine.answers('inspect', json.dumps([container(A)]))
    assert tao('logs', 'nothing') == (1, '', f'tao: error: no job nothing\n    {LINE}\n    try: tao list -a\n')
    assert [call[1] for call in engine.calls] == ['ps', 'ps', 'inspect']


def test_thousands_are_listed_and_one_is_inspected(engine: Engine) -> None:
    many = ids(3000)
    named(engine, *((id, f'job_{id[:4]}', DINO) for id in many))
    engine.answers('inspect', json.dumps([container(many[7])]))
    assert tao('logs', '--dry-run', many[7][:4]).out == f'docker logs {many[7]}\n'
    assert engine.calls[-1][1:] == ['inspect', '--type', 'container', many[7]]
