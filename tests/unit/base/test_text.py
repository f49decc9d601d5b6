"""Texts on a terminal: their width, cut to it, and without what it would obey."""
from __future__ import annotations

import re
from typing import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tao_launcher.base import text as texts
from tao_launcher.base.text import cut, encoded, in_quotes, is_utf8, numbers, plain, plural, width


@pytest.mark.parametrize(('text', 'shown'), [
    ('', ''),
    ('a b', 'a b'),
    ('né✓日', 'né✓日'),
    ('\x1b[31mred\x1b]0;title\x07', '\\x1b[31mred\\x1b]0;title\\x07'),
    ('two\nlines\r\t', 'two\\nlines\\r\\t'),
    ('\x9b31m', '\\x9b31m'),
    ('\u202etxt.exe', '\\u202etxt.exe'),
    ('\ud800', '\\ud800'),
    ('\u2028', '\\u2028'),
    ('ü/\udcff\udc80', 'ü/\\xff\\x80'),
])
def test_plain(text: str, shown: str) -> None:
    assert plain(text) == shown
    assert in_quotes(text) == f"'{shown}'"


@pytest.mark.parametrize(('text', 'columns'), [('', 0), ('abc', 3), ('日本', 4), ('e\u0301', 1), ('ｆ', 2), ('…', 1)])
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(('text', 'columns', 'shown'), [
    ('abcdef', 0, 'abcdef'), ('abcdef', 6, 'abcdef'), ('abcdef', 5, 'abcd…'), ('abcdef', 1, '…'),
    ('日本語', 6, '日本語'), ('日本語', 5, '日本…'), ('日本語', 4, '日…'),
])
def test_cut(text: str, columns: int, shown: str) -> None:
    assert cut(text, columns) == shown


@pytest.mark.parametrize(('count', 'shown'), [(0, '0 free GPUs'), (1, '1 free GPU'), (2, '2 free GPUs')])
def test_plural(count: int, shown: str) -> None:
    assert plural(count, 'free GPU') == shown


@pytest.mark.parametrize(('text', 'data'), [
    ('a', b'a'), ('ü', b'\xc3\xbc'), ('\udcff', b'\xff'), ('ü\udcff', b'\xc3\xbc\xff'),
])
def test_encoded(text: str, data: bytes) -> None:
    assert encoded(text) == data


@pytest.mark.parametrize(('text', 'found'), [
    ('535.104.05', (535, 104, 5)), ('20.10.24+dfsg1', (20, 10, 24)), ('1.2-rc3', (1, 2)), ('', ()), ('none', ()),
])
def test_numbers(text: str, found: tuple[int, ...]) -> None:
    assert numbers(text) == found


PATTERNS: dict[str, tuple[Callable[[str], bool], str]] = {
    'number': (lambda text: texts.is_number(text, 3), '[0-9]{1,3}'),
    'name': (lambda text: texts.is_name(text, texts.LETTERS), '[a-zA-Z][a-zA-Z0-9_.-]*'),
    'word': (texts.is_one_word, r'\S+'),
    'line break': (texts.has_line_break, r'[^\n\r]*[\n\r][\s\S]*'),
    'characters': (lambda text: texts.consists_of(text, texts.LOWER), '[a-z]+'),
}


@pytest.mark.parametrize('name', PATTERNS)
@given(data=st.data())
def test_what_a_text_is(name: str, data: st.DataObject) -> None:
    """It is what a pattern would find; digits and letters of other scripts are none."""
    of_a_kind, pattern = PATTERNS[name]
    odd = st.text(st.sampled_from('az09AZ_.-\n\r\t \x1c\xa0\u2028²٣éK'), max_size=6)
    text = data.draw(odd | st.from_regex(pattern, fullmatch=True))
    assert of_a_kind(text) == bool(re.fullmatch(pattern, text))


@pytest.mark.parametrize(('word', 'is_so'), [
    ('a', True), ('ü日', True), ('\udcff', False), ('a\ud800', False), ('', True),
])
def test_is_utf8(word: str, is_so: bool) -> None:
    assert is_utf8(word) is is_so
