"""Times as the clock on the wall shows them."""
from __future__ import annotations

import time

FORMS = ('%Y-%m-%d', '%Y-%m-%dT%H:%M', '%Y-%m-%d %H:%M', '%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M:%S')


def local(seconds: float) -> str:
    """A time in seconds since 1970 as people here write it: 2026-01-31 10:20."""
    return time.strftime('%Y-%m-%d %H:%M', time.localtime(seconds))


def parsed(text: str) -> float | None:
    """The seconds since 1970 of such a date or time; None for what is none."""
    for form in FORMS:
        try:
            return time.mktime(time.strptime(text, form))
        except (ValueError, OverflowError):
            continue
    return None


def from_utc(stamp: int) -> int:
    """What is added to a stamp, which was taken for UTC's, where this machine's clock has made it."""
    try:
        return int(time.mktime((*time.gmtime(stamp)[:8], -1))) - stamp
    except (OverflowError, ValueError, OSError):
        return 0
