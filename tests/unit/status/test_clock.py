"""The zone of the clock that lines were written by."""
from __future__ import annotations

import time
from typing import Iterator

import pytest

from tao_launcher.status.clock import zone

LAST = 1795683600  # 11/26/2026, 9 o'clock, UTC
HOUR = 3600


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """A machine by UTC, or by a zone that is named."""
    monkeypatch.setenv('TZ', getattr(request, 'param', 'UTC0'))
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize('hours', [-12, -9.5, -9, -8, -3.5, 0, 1, 5.5, 5.75, 9, 12.75, 14])
@pytest.mark.parametrize('after', [-1.5, 0.0, 0.9, 4.0])
def test_a_file_whose_last_change_is_its_last_line(hours: float, after: float) -> None:
    written = LAST - hours * HOUR + after
    assert zone(LAST, written) == (-hours * HOUR, written)


@pytest.mark.parametrize('after', [20.0, 55 * 60.0, 60 * 60.0 + 30, 2 * HOUR + 900.0, 9.3 * HOUR, 30 * HOUR, 1e7])
def test_a_file_that_was_copied_later(after: float) -> None:
    """Its zone is not seen, and its last line was not written by then."""
    assert zone(LAST, LAST + after) == (0, LAST)


@pytest.mark.parametrize('here', ['XST-9'], indirect=True)
def test_a_copied_file_by_this_machines_clock() -> None:
    """UTC's would be later than the copy."""
    assert zone(LAST, LAST - 9 * HOUR + 1000.0) == (-9 * HOUR, LAST - 9 * HOUR)


def test_a_copied_file_by_a_clock_of_elsewhere() -> None:
    assert zone(LAST, LAST - 8.5 * HOUR) == (-9 * HOUR, LAST - 9 * HOUR)


def test_a_file_system_whose_clock_is_late() -> None:
    assert zone(LAST, LAST - 40.0) == (0, LAST - 40)


def test_a_change_long_before_the_line() -> None:
    assert zone(LAST, 5.0) == (0, 5.0)
    assert zone(10**11, 5.0) == (0, 5.0)
