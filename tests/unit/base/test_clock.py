"""Times for people and for programs."""
from __future__ import annotations

import time

import pytest

from tao_launcher.base.clock import hour, iso

NOW = 1795683903.0  # Thursday 26 November 2026, 9:05:03 UTC


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('TZ', 'UTC')
    time.tzset()


@pytest.mark.parametrize(('then', 'found'), [
    (0, '09:05'), (3600, '10:05'), (14 * 3600, '23:05'), (15 * 3600, 'Fri 00:05'), (-10 * 3600, 'Wed 23:05'),
    (8 * 86400, 'Fri 04 Dec 09:05'), (300 * 86400, 'Wed 22 Sep 2027 09:05'), (1e300, '?'), (float('nan'), '?'),
])
def test_hour(then: float, found: str) -> None:
    assert hour(NOW + then, NOW) == found


def test_iso() -> None:
    assert iso(NOW) == '2026-11-26T09:05:03Z'
    assert iso(1e300) is None
