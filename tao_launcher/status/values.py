"""The values of a status file's lines as numbers, seconds and times. What is none of these reads as None. Pure."""
from __future__ import annotations

from ..base.times import utc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

LONGEST = 40  # characters of a number or a time as text
MOST = 1000  # elements of a list that are looked at
LARGEST = 1e9  # seconds: thirty years
INFINITE = float('inf')


def number(value: object) -> float | None:
    """A number, also as text; it can be NaN or infinite."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value if not isinstance(value, str) or len(value) <= LONGEST else '')
    except (ValueError, OverflowError):
        return None


def finite(value: object) -> float | None:
    """A number that is neither NaN nor infinite."""
    found = number(value)
    return found if found is not None and abs(found) < INFINITE else None


def count(value: object) -> float | None:
    """A finite number that is not negative."""
    found = finite(value)
    return found if found is not None and 0 <= found < 1e15 else None


def elements(value: object) -> list[float]:
    """The numbers of a list, which may be a text: [0.1, 0.2], "[0.1, 0.2]". Empty for what is no such list."""
    if isinstance(value, str):
        text = value.strip().strip('"\'').strip()
        if not (text.startswith('[') and text.endswith(']')):
            return []
        value = text[1:-1].split(',', MOST)
    if not isinstance(value, list):
        return []
    return [found for found in map(number, value[:MOST]) if found is not None]


def seconds(value: object) -> float | None:
    """A duration: a number of seconds, or a text of Python's timedelta such as "1 day, 3:02:11.5"."""
    if not isinstance(value, str):
        found = count(value)
        return found if found is not None and found < LARGEST else None
    if len(value) > LONGEST:
        return None
    before, comma, clock = value.rpartition(',')
    days = before.split()
    if comma and not (len(days) == 2 and days[0].isdecimal() and days[1] in ('day', 'days')):
        return None
    parts = [_part(part) for part in clock.strip().split(':')]
    if len(parts) not in (2, 3) or None in parts:
        return None
    total = 0.0
    for part in parts:
        total = total * 60 + (part or 0)
    total += int(days[0]) * 86400.0 if comma else 0
    return total if total < LARGEST else None


def _part(text: str) -> float | None:
    """A part of h:mm:ss.ffffff."""
    whole, _, fraction = text.partition('.')
    return float(text) if whole.isdecimal() and (not fraction or fraction.isdecimal()) and text.isascii() else None


def stamp(line: Mapping[str, Any]) -> int | None:
    """The time of a line in seconds since 1970 if its clock is UTC's: "11/25/2026" (month first) and "9:5:3"."""
    date, time = _three(line.get('date'), '/'), _three(line.get('time'), ':')
    if not date or not time:
        return None
    (month, day, year), (hour, minute, second) = date, time
    is_right = 1 <= month <= 12 and 1 <= day <= 31 and 1970 <= year <= 9999
    if not is_right or hour > 23 or minute > 59 or second > 60:
        return None
    return utc(year, month, day, hour, minute, second)


def _three(value: object, separator: str) -> tuple[int, int, int] | None:
    parts = value.split(separator, 3) if isinstance(value, str) and len(value) <= LONGEST else []
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    return int(parts[0]), int(parts[1]), int(parts[2])


def text(value: object, length: int) -> str:
    """A text on one line, escaped, and no longer than that; '' for what is none."""
    from ..base.text import plain

    if not isinstance(value, str):
        return ''
    found = ' '.join(value[:4 * length].split())
    shown = plain(found[:length])
    return shown if len(found) <= length and len(shown) <= length else shown[:length - 1] + '…'
