"""Times as the clock on the wall shows them."""
from __future__ import annotations

import time

import pytest

from tao_launcher.base.local_time import from_utc, local, parsed


@pytest.mark.parametrize('zone', ['UTC', 'Asia/Kolkata', 'America/New_York'])
def test_there_and_back(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('TZ', zone)
    time.tzset()
    try:
        for text in ('2026-01-31 10:20', '1999-07-01 00:00'):
            at = parsed(text)
            assert at is not None and local(at) == text
            assert parsed(text.replace(' ', 'T')) == at
        assert parsed('2026-01-31') == parsed('2026-01-31 00:00')
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize('text', ['', '12h', '2026-13-01', '2026-01-31 25:00', 'yesterday', '2026-01-31T10:20:30Z'])
def test_what_is_no_time(text: str) -> None:
    assert parsed(text) is None


@pytest.mark.parametrize(('zone', 'shift'), [('UTC0', 0), ('XST-9', -9 * 3600), ('XST+5:30', 5.5 * 3600)])
def test_a_stamp_of_this_machines_clock(zone: str, shift: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('TZ', zone)
    time.tzset()
    try:
        assert (from_utc(1795683600), from_utc(10**18)) == (shift, 0)
    finally:
        monkeypatch.undo()
        time.tzset()
