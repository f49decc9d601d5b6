"""Answers of other programs are data: whatever they are, they read as the shape that is expected, or as nothing."""
from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import tao

from tao_launcher.engine import answers, process

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


def program(folder: Path, text: str) -> str:
    path = folder / 'docker'
    path.write_text(f'#!/bin/sh\n{text}\n')
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize('stream', [1, 2])
def test_an_answer_without_end(stream: int, tmp_path: Path) -> None:
    begun = time.monotonic()
    answer = process.ask([program(tmp_path, f'exec yes >&{stream}')], os.environ, 60)
    assert answer == process.Answer(None, '', 'it printed more than 64 MiB', is_late=True)
    assert time.monotonic() - begun < 60


def test_output_that_another_process_holds(tmp_path: Path) -> None:
    """A wrapper may leave one behind; its own end is enough."""
    begun = time.monotonic()
    answer = process.ask([program(tmp_path, 'sleep 20 & echo answer; echo $! >"$0.pid"; exit 3')], os.environ, 15)
    os.kill(int((tmp_path / 'docker.pid').read_text()), 9)
    assert answer == process.Answer(3, 'answer\n', '')
    assert time.monotonic() - begun < 60


def test_a_program_that_closes_its_output(tmp_path: Path) -> None:
    quick = process.ask([program(tmp_path, 'exec >&- 2>&-; sleep 0.3; exit 4')], os.environ, 20)
    assert quick == process.Answer(4, '', '')
    slow = process.ask([program(tmp_path, 'exec >&- 2>&-; exec sleep 20')], os.environ, 1)
    assert slow == process.Answer(None, '', 'no answer within 1 s', is_late=True)


def test_waiting_for_words_without_end(tmp_path: Path) -> None:
    """A pipe that is full would stop the command, and nobody would ever read it."""
    number, told = process.watch((), [[program(tmp_path, 'exec yes')]], os.environ)
    assert (number, told) == (0, [''])
    long = program(tmp_path, 'head -c 500000 /dev/zero | tr "\\0" x; echo')
    assert process.watch((), [[long]], os.environ) == (0, ['x' * 500000 + '\n'])


def test_errors_without_end_are_kept_in_part(tmp_path: Path) -> None:
    talking = program(tmp_path, 'yes | head -c 30000000 >&2; echo the end >&2')
    answer = process.show([talking], os.environ, has_errors=True)
    assert answer.err.endswith('\nthe end\n') and len(answer.err) <= process.WORDS


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
