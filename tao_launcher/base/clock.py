"""The time of day, for people."""
from __future__ import annotations

import time


def hour(then: float, now: float) -> str:
    """A time in seconds since 1970 as the clock here shows it; with its day where that is not today, at `now`."""
    try:
        at, today = time.localtime(then), time.localtime(now)
    except (OverflowError, ValueError, OSError):
        return '?'
    days = '' if at[:3] == today[:3] else '%a ' if abs(then - now) < 6 * 86400 else '%a %d %b '
    return time.strftime(f'{days}{"" if at[0] == today[0] or not days else "%Y "}%H:%M', at)


def iso(then: float) -> str | None:
    """A time as ISO 8601 in UTC, in whole seconds; None for one that no calendar has."""
    try:
        return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(then))
    except (OverflowError, ValueError, OSError):
        return None
