"""Lines of a file of any bytes."""
from __future__ import annotations

import math

import pytest
from cpu import takes_less

from tao_launcher.status.lines import LONGEST, objects, split


@pytest.mark.parametrize(('data', 'found'), [
    (b'{"a": 1}\n{"b": 2}\n', [{'a': 1}, {'b': 2}]),
    (b'{"a": 1}\n{"b": ', [{'a': 1}]),  # torn while it was written
    (b'{"a": 1}\n{"b": 2}', [{'a': 1}, {'b': 2}]),
    (b'\xff\xfe\n{"a": "\xff"}\r\n\n[1]\n7\nnull\n"x"\n', [{'a': '\ufffd'}]),
    (b'{"a": NaN}{"b": 1}\n{"a": Infinity}\n', [{'a': math.inf}]),
    (b'{"a": 1} {"b": 2}\n', []),
    (b'{"a": ' + b'[' * 10**5 + b'\n{"b": 1}', [{'b': 1}]),
    (b'{"a": "\\ud800"}', [{'a': '\ud800'}]),
    (b'', []),
])
def test_objects(data: bytes, found: list[object]) -> None:
    assert list(objects(split(data))) == found


def test_the_first_line_of_an_end_may_be_torn() -> None:
    assert split(b'torn"}\n{"a": 1}\n', is_whole=False) == [b'{"a": 1}', b'']


def test_what_is_too_long_is_left_out() -> None:
    assert list(objects([b'{"a": "' + b'x' * LONGEST + b'"}'])) == []


def test_a_number_of_many_digits_takes_no_time() -> None:
    lines = [b'{"a": ' + b'9' * (LONGEST - 100) + b', "b": 7, "c": -12345678901234567890}']
    takes_less(0.1, lambda: list(objects(lines)))
    found, = objects(lines)
    assert found['b'] == 7 and isinstance(found['b'], int) and found['c'] == -12345678901234567890.0
