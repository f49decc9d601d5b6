"""Times as people and as Slurm write them."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tao_launcher.settings.durations import MOST, duration, for_slurm, shown


@pytest.mark.parametrize(('text', 'seconds'), [
    ('30s', 30), ('90m', 5400), ('12h', 43200), ('1d', 86400), ('1d12h', 129600), ('1h30m5s', 5405), ('2H', 7200),
    ('10:30', 630), ('1:00:00', 3600), ('12:00:00', 43200), ('90:00', 5400), ('1-0', 86400), ('1-12', 129600),
    ('1-12:30', 131400), ('1-12:30:15', 131415), ('0-0:0:1', 1), ('999d', MOST),
])
def test_a_time(text: str, seconds: int) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize('text', ['90', '0', '5'])
def test_a_number_needs_a_unit(text: str) -> None:
    with pytest.raises(ValueError, match=f'expected a unit: {text}s are seconds, {text}m are minutes'):
        duration(text)


@pytest.mark.parametrize('text', [
    '', 'h', '1x', '1h1d', '1.5h', '-5s', '1 h', ' 1h', '1h ', '1h\n', ':', '1:', ':30', '1:2:3:4', '1-', '-1', '1-2-3',
    'unlimited', '٣h', f'{"9" * 100}s', '9' * 9999 + 'd',
])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match='expected a time such as 12h'):
        duration(text)


@pytest.mark.parametrize('text', [
    '0s', '0:00', '0-0', '0h0m', '1000d', '99999999999999d', '9999999999:00', '9999999999-1',
])
def test_no_time_at_all_and_too_much(text: str) -> None:
    with pytest.raises(ValueError, match='above 0, and of 999 days at most'):
        duration(text)


@given(st.integers(1, MOST))
def test_what_is_shown_is_read_back(seconds: int) -> None:
    assert duration(shown(seconds)) == duration(for_slurm(seconds)) == seconds
