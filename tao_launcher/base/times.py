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
    import re

    found = re.match(r'(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(?:([+-])(\d\d):(\d\d))?', time)
    if not found or time.startswith('0001'):
        return None
    *parts, fraction, sign, hours, minutes = found.groups()
    east = (int(hours) * 3600 + int(minutes) * 60) * (-1 if sign == '-' else 1) if sign else 0
    year, month, day, hour, minute, second = map(int, parts)
    try:
        return utc(year, month, day, hour, minute, second) - east + float(fraction or 0)
    except ValueError:  # no such month, or no such year
        return None


def utc(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
    """The seconds since 1970 of a time in UTC, as calendar.timegm counts them: that module is slow to load.

    Raises ValueError for a month or a year that is none; a day or an hour too many is one of the next.
    """
    if not (1 <= month <= 12 and 1 <= year <= 9999):
        raise ValueError(f'{year}-{month}')
    from_march = year - (month < 3)  # so that the day that not every year has is a year's last
    days = 365 * from_march + from_march // 4 - from_march // 100 + from_march // 400
    days += (153 * ((month + 9) % 12) + 2) // 5 + day - 719469
    return ((days * 24 + hour) * 60 + minute) * 60 + second
