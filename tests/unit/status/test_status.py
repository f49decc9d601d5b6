"""A status in one short line."""
from __future__ import annotations

import pytest

from tao_launcher.status.status import Status, amount, brief, duration, percent

HALF = Status(state='RUNNING', unit='epoch', done=37.0, total=80.0, ends_at=11520.0)


@pytest.mark.parametrize(('status', 'found'), [
    (HALF, '37/80 46% 3h12'),
    (HALF._replace(ends_at=None), '37/80 46%'),
    (HALF._replace(ends_at=-1.0), '37/80 46%'),  # overdue
    (HALF._replace(state='FAILURE'), '37/80 46% FAILURE'),
    (HALF._replace(state='SUCCESS', done=80.0), '80/80 100%'),
    (HALF._replace(done=79.99), '79.99/80 99% 3h12'),
    (HALF._replace(done=90.0), '90/80 100% 3h12'),
    (HALF._replace(done=1.4600001, total=3.0), '1.46/3 48% 3h12'),
    (HALF._replace(unit='iteration', done=1200.0, total=None), 'iteration 1200 3h12'),
    (Status(state='STARTED'), 'STARTED'), (Status(state='SUCCESS'), 'SUCCESS'), (Status(), ''),
])
def test_brief(status: Status, found: str) -> None:
    assert brief(status, 0.0) == found


@pytest.mark.parametrize(('seconds', 'found'), [
    (0, '0s'), (59.4, '59s'), (59.6, '1m'), (3599, '59m'), (3600, '1h00'), (11520, '3h12'), (86399, '23h59'),
    (86400, '1d00h'), (97331, '1d03h'), (1e9, '11574d01h'),
])
def test_duration(seconds: float, found: str) -> None:
    assert duration(seconds) == found


def test_an_end_has_nothing_left() -> None:
    assert HALF.remaining(10000.0) == 1520.0
    for state in ('SUCCESS', 'FAILURE', 'SKIPPED'):
        assert HALF._replace(state=state).remaining(10000.0) is None
    assert (amount(Status()), percent(Status())) == ('', '')


def test_a_file_whose_clock_is_ahead_has_no_longer_left() -> None:
    ahead = HALF._replace(written=1e9, ends_at=1e9 + 1520)
    assert ahead.remaining(10000.0) == 1520.0
    assert ahead.remaining(1e9 + 1000) == 520.0
    assert ahead.remaining(1e9 + 2000) is None
