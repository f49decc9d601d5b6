"""Lines of the history, from anyone: what fits is read, the rest is left out, and nothing ends in a traceback."""
from __future__ import annotations

import json
from typing import Any

import past
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import DIGEST

from tao_launcher.base.errors import NothingMatched, UsageError
from tao_launcher.commands.history import show
from tao_launcher.commands.history.entries import PastLaunch, named, parsed


def read(*entries: Any) -> list[PastLaunch]:
    return parsed([json.dumps(entry).encode() for entry in entries])


def test_a_start_and_its_end_are_one_launch() -> None:
    (found,) = read(*past.a_launch('abcdef0123'))
    assert (found.id, found.job, found.code, found.how) == ('abcdef0123', 'model/dino/train', 0, 'job')
    assert (found.when, found.ended) == ('2026-01-31T10:20:30.123Z', '2026-01-31T11:25:30.123Z')
    assert (found.words, found.argv) == (tuple(past.START['words']), tuple(past.ARGV))  # type: ignore[arg-type]
    assert (found.digests, found.seconds, found.user) == ((DIGEST,), 3900.5, 'jo')


def test_one_without_the_other() -> None:
    start, end = past.a_launch('abcdef0123')
    assert [(each.how, each.code) for each in read(start)] == [('', None)]
    (found,) = read(end)
    assert (found.when, found.words, found.code, found.started_at) == ('', (), 0, 1769858730.123)


def test_the_order_is_that_of_the_starts() -> None:
    (one, its_end), (two, other_end) = past.a_launch('aaaaaaaaaa'), past.a_launch('bbbbbbbbbb')
    assert [each.id for each in read(one, two, other_end, its_end)] == ['aaaaaaaaaa', 'bbbbbbbbbb']


def test_an_end_of_someone_else_ends_nothing() -> None:
    start, end = past.a_launch('abcdef0123')
    mine, theirs = read(start, {**end, 'uid': 4242})
    assert (mine.how, theirs.uid, theirs.how) == ('', 4242, 'job')


@pytest.mark.parametrize('line', [
    b'', b'{', b'{"torn": ', b'[]', b'3', b'null', b'{}', b'{"id": "abcdef0123"}', b'{"id": 3, "uid": 1}', b'\xff\xfe',
    b'{"id": "../../etc", "uid": 1}', b'{"id": "abcdef0123", "uid": -1}', b'{"id": "abcdef0123", "uid": true}',
    b'[' * 5000, b'{"id": "abcdef0123", "uid": ' + b'9' * 5000 + b'}', b'{"id": "abcdef0123", "uid": 1e400}',
])
def test_a_line_that_is_no_entry(line: bytes) -> None:
    good = [json.dumps(entry).encode() for entry in past.a_launch('abcdef0123')]
    assert len(parsed([line, *good, line])) == 1


@pytest.mark.parametrize('change', [
    {'words': ['a', 3]}, {'words': 'dino'}, {'words': ['a\0b']}, {'words': {'a': 1}}, {'words': None},
])
def test_words_that_are_not_whole_are_none(change: dict[str, Any]) -> None:
    (found,) = read(*past.a_launch('abcdef0123', **change))
    assert found.words == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*past.START, *past.END, 'cut', 'images', 'signal', 'submitted']), JSON))
def test_values_of_any_kind(values: dict[str, Any]) -> None:
    for entry in past.a_launch('abcdef0123'):
        changed = {**entry, **values, 'uid': entry['uid']}
        for found in parsed([json.dumps(changed).encode()]):
            assert show.details(found).isprintable() or '\n' in show.details(found)
            show.rows([found], all_users=True)
            json.dumps(show.as_json(found))
            assert found.code is None or 0 <= found.code < 256


def test_a_name_is_a_beginning() -> None:
    found = read(*past.a_launch('abcdef0123'), *past.a_launch('abcdee0000'))
    assert named(found, 'abcdef').id == named(found, 'abcdef0123').id == 'abcdef0123'
    with pytest.raises(UsageError, match='abcde may be any of 2 launches'):
        named(found, 'abcde')
    for word in ('ff', '', 'abcdef01234'):
        with pytest.raises(NothingMatched):
            named(found, word)


@pytest.mark.parametrize(('task', 'fits'), [
    ('dino', True), ('model/dino', True), ('dino/train', True), ('model/dino/train', True), ('train', True),
    ('din', False), ('dino/eval', False), ('model', True),
])
def test_the_task(task: str, fits: bool) -> None:
    (found,) = read(*past.a_launch('abcdef0123'))
    assert found.is_of(task) == fits
