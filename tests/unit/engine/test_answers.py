"""Answers of other programs are data: whatever they are, they read as the shape that is expected, or as nothing."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import tao

from tao_launcher.engine import answers

ODD = [
    '[' * 100_000, '{"a":' * 5000 + '1' + '}' * 5000, '9' * 5000, 'NaN', '\0', '\ufeff{}', '{', '', '\udcff',
    '{"a": 1} x',
]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(['\ud800', 10**400, '²']),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from('abc'), inside, max_size=3),
)


@pytest.mark.parametrize('text', ODD)
def test_what_is_no_json_is_nothing(text: str) -> None:
    found = answers.parsed(text)
    assert (answers.fields(found), answers.entries(found), answers.text(found), answers.at(found, 'x')) == (
        found if isinstance(found, dict) else {}, [], '', None,
    )


@given(value=anything, path=st.lists(st.sampled_from('abc'), max_size=3))
def test_any_value_has_the_shape_that_is_asked_for(value: Any, path: list[str]) -> None:
    answers.text(value, *path).encode('utf-8', 'surrogateescape')
    assert abs(answers.number(value, *path)) < 1 << 63
    assert isinstance(answers.fields(value, *path), dict)
    assert isinstance(answers.entries(value, *path), list)
    for text in answers.texts(value, *path):
        text.encode('utf-8', 'surrogateescape')


def test_values() -> None:
    value = {'a': {'n': 3, 'x': 3.0, 't': 'text', 'l': ['a', 1, None, 'b']}}
    assert [answers.number(value, 'a', key) for key in 'nxt'] == [3, 3, 0]
    assert [answers.text(value, 'a', key) for key in 'tn'] == ['text', '']
    assert [answers.texts(value, 'a', key) for key in 'ln'] == [('a', 'b'), ()]
    assert (answers.text('x'), answers.texts(['x'])) == ('x', ('x',))
    assert list(answers.lines('{"a": 1}\nrubbish\n[2]\n')) == [{'a': 1}, [2]]


@pytest.mark.parametrize(('text', 'code'), [
    ('0\n', 0), (' 255 ', 255), ('256', None), ('-1', None), ('²', None), ('٣', None), ('9' * 5000, None), ('', None),
    ('1 2', None), ('1e1', None), ('0x1', None), ('1_0', None),
])
def test_exit_codes(text: str, code: Any) -> None:
    assert answers.exit_code(text) == code


def test_ids() -> None:
    one, other = 'a' * 64, 'b' * 12
    assert answers.ids(f'Emulate Docker CLI using podman.\n{one}\n\n-x\n--all\n {other}\r\nabc\n') == [one, other]


@pytest.mark.parametrize('said', [*ODD, json.dumps({'currentContext': ['x']}), '{"currentContext": 1}',
                                  '{"currentContext": "\\ud800"}', '{"currentContext": "a\\u0000b"}', '[]', '1'])
def test_dockers_configuration(said: str, home: Path) -> None:
    (home / '.docker').mkdir()
    (home / '.docker' / 'config.json').write_text(said, encoding='utf-8', errors='surrogateescape')
    done = tao('--dry-run', 'dino', 'train')
    (home / '.docker' / 'config.json').unlink()
    assert done == tao('--dry-run', 'dino', 'train')


@pytest.mark.parametrize('meta', [
    1, [], {}, {'Endpoints': []}, {'Endpoints': {'docker': 1}}, {'Endpoints': {'docker': {}}},
    {'Endpoints': {'docker': {'Host': ['tcp://x']}}},
])
def test_dockers_contexts(meta: Any, home: Path) -> None:
    import hashlib

    folder = home / '.docker' / 'contexts' / 'meta' / hashlib.sha256(b'gpu1').hexdigest()
    folder.mkdir(parents=True)
    (folder / 'meta.json').write_text(json.dumps(meta))
    done = tao('--dry-run', 'dino', 'train', env={'DOCKER_CONTEXT': 'gpu1'})
    assert (done.code, done.err) == (0, '')
