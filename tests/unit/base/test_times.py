"""An engine's times, and how long ago they were."""
from __future__ import annotations

import calendar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tao_launcher.base.times import ago, seconds, utc

NOW = 1769854830.0  # 2026-01-31T10:20:30Z


@pytest.mark.parametrize(('time', 'shown'), [
    ('2026-01-31T10:20:30.123456789Z', '0 s'),
    ('2026-01-31T10:19:31Z', '59 s'),
    ('2026-01-31T10:19:30Z', '1 min'),
    ('2026-01-31T07:20:31Z', '2 h'),
    ('2026-01-29T10:20:30Z', '2 d'),
    ('2026-01-31T12:20:00+02:00', '30 s'), ('2026-01-31T12:20:00.5+02:00', '29 s'),
    ('2026-01-31T05:50:00-04:30', '30 s'),
    ('2027-01-31T10:20:30Z', '0 s'),
    ('0001-01-01T00:00:00Z', ''),
    ('', ''),
    ('yesterday', ''),
    ('2026-01-31T10:20:XXZ', ''),
])
def test_ago(time: str, shown: str) -> None:
    assert ago(time, NOW) == shown


@pytest.mark.parametrize(('time', 'found'), [
    ('2026-01-31T10:20:30Z', NOW), ('2026-01-31T10:20:30.25Z', NOW + 0.25),
    ('2026-01-31T12:20:30.5+02:00', NOW + 0.5), ('2026-01-31T04:50:30-05:30', NOW), ('0001-01-01T00:00:00Z', None),
    ('', None), ('yesterday', None),
])
def test_seconds(time: str, found: float | None) -> None:
    assert seconds(time) == found


@given(
    st.integers(1, 9999), st.integers(1, 12), st.integers(0, 40), st.integers(0, 99), st.integers(0, 99),
    st.integers(0, 99),
)
def test_utc_is_what_the_calendar_says(year: int, month: int, day: int, hour: int, minute: int, second: int) -> None:
    assert utc(year, month, day, hour, minute, second) == calendar.timegm((year, month, day, hour, minute, second))


@pytest.mark.parametrize(('year', 'month'), [(0, 1), (10000, 1), (2026, 0), (2026, 13)])
def test_no_such_month(year: int, month: int) -> None:
    with pytest.raises(ValueError):
        utc(year, month, 1, 0, 0, 0)
