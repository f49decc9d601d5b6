"""Values of lines."""
from __future__ import annotations

import math
from typing import Any, Optional

import pytest

from tao_launcher.status import values


@pytest.mark.parametrize(('value', 'found'), [
    (1, 1.0), (0.5, 0.5), ('0.5', 0.5), (' 7 ', 7.0), (10**400, None), ('x', None), ('', None), (True, None),
    (None, None), ([], None), ({}, None), ('9' * 5000, None), ('1e999', math.inf),
])
def test_number(value: Any, found: Optional[float]) -> None:
    assert values.number(value) == found


def test_what_is_not_finite() -> None:
    for value in (float('nan'), 'NaN', 'inf', '-Infinity', float('inf')):
        assert values.number(value) is not None and values.finite(value) is None and values.count(value) is None
    assert values.count(-1) is None and values.finite(-1) == -1.0


@pytest.mark.parametrize(('value', 'found'), [
    ('[0.1, 0.2]', [0.1, 0.2]), ('"[0.1, 0.2]"', [0.1, 0.2]), ([1, '2', None, 'x'], [1.0, 2.0]), ('[]', []),
    ('[x]', []), ('0.1, 0.2', []), ('', []), ('[', []), (7, []), (None, []),
])
def test_elements(value: Any, found: list[float]) -> None:
    assert values.elements(value) == found


def test_a_long_list_is_cut() -> None:
    assert len(values.elements([1] * 10**5)) == len(values.elements(f'[{"1, " * 10**5}1]')) == values.MOST


@pytest.mark.parametrize(('value', 'found'), [
    ('0:12:03.51', 723.51), ('1 day, 3:02:11', 97331.0), ('2 days, 0:00:01', 172801.0), ('00:00:00.749', 0.749),
    ('3:30', 210.0), (12.5, 12.5), ('0:00:00', 0.0),
    # of the text "1 day, 3:02:11" some tasks write only what comes before the first blank
    ('1', None), ('-1 day, 23:59:59', None), ('1 month, 0:00:01', None), ('a:b:c', None), ('1:²:3', None), ('', None),
    (':', None), ('::', None), (-1, None), (1e300, None), ('999999999 days, 0:00:00', None), ('nan', None),
    (float('nan'), None), (None, None), ([], None), ('1:2:3:4', None), ('1:' * 5000, None), ('1.:2:3', 3723.0),
])
def test_seconds(value: Any, found: Optional[float]) -> None:
    assert values.seconds(value) == found


@pytest.mark.parametrize(('date', 'time', 'found'), [
    ('11/26/2026', '9:5:3', 1795683903), ('1/1/1970', '0:0:0', 0), ('13/26/2026', '9:5:3', None),
    ('11/26/2026', '25:5:3', None), ('11/26/0', '9:5:3', None), ('', '', None), (None, 7, None), ('1/1', '1:1:1', None),
    ('²/1/2026', '1:1:1', None), ('11/26/2026', '9:5:3:1', None), ('1/1/2026' * 100, '1:1:1', None),
])
def test_stamp(date: Any, time: Any, found: Optional[int]) -> None:
    assert values.stamp({'date': date, 'time': time}) == found


@pytest.mark.parametrize(('value', 'found'), [
    ('a b', 'a b'), ('a\n  b\tc ', 'a b c'), ('\x1b[31mred', r'\x1b[31mred'), ('\ud800', r'\ud800'), (None, ''),
    (7, ''), ('abcdefghijkl', 'abcdefghi…'), ('\x1b' * 9, r'\x1b\x1b\…'),
])
def test_text(value: Any, found: str) -> None:
    length = 10 if found.endswith('…') else 20
    assert values.text(value, length) == found
    assert len(found) <= length
