"""An engine's times, and how long ago they were."""
from __future__ import annotations


def ago(time: str, now: float) -> str:
    """How long ago an engine's time was ("3 h"), at `now` in seconds since 1970; '' for no time."""
    then = seconds(time)
    if then is None:
        return ''
    past = max(0, int(now - then))
    for size, unit in ((86400, 'd'), (3600, 'h'), (60, 'min')):
        if past >= size:
            return f'{past // size} {unit}'
    return f'{past} s'


def seconds(time: str) -> float | None:
    """An engine's time in seconds since 1970; None for no time.

    Docker's times are UTC (…Z), podman's have their zone (…+02:00).
    """
    import calendar
    import re

    found = re.match(r'(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(?:([+-])(\d\d):(\d\d))?', time)
    if not found or time.startswith('0001'):
        return None
    *parts, fraction, sign, hours, minutes = found.groups()
    east = (int(hours) * 3600 + int(minutes) * 60) * (-1 if sign == '-' else 1) if sign else 0
    year, month, day, hour, minute, second = map(int, parts)
    try:
        return calendar.timegm((year, month, day, hour, minute, second)) - east + float(fraction or 0)
    except ValueError:  # no such month, or no such year
        return None
