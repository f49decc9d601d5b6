"""How long something may take, as people write it: 12h, 90m, 1d12h, 30s, or Slurm's 12:00:00 and 1-12:00:00. Pure.

A plain number is refused: to one program it is seconds, to another minutes.
"""
from __future__ import annotations

from ..base.late import re

MOST = 999 * 86400  # seconds
UNITS = r'(?:([0-9]{1,99})d)?(?:([0-9]{1,99})h)?(?:([0-9]{1,99})m)?(?:([0-9]{1,99})s)?'
DAYS = '([0-9]{1,99})-([0-9]{1,2})(?::([0-9]{1,2}))?(?::([0-9]{1,2}))?'  # D-H, D-H:M, D-H:M:S
CLOCK = '(?:([0-9]{1,99}):)?([0-9]{1,99}):([0-9]{1,2})'  # M:S, H:M:S
EXPECTED = 'expected a time such as 12h, 90m, 1d12h or 30s, or as Slurm writes it: M:S, H:M:S, D-H:M:S'


def duration(text: str) -> int:
    """The seconds of a time, above 0. Raises ValueError."""
    if text.isascii() and text.isdigit():
        raise ValueError(f'expected a unit: {text}s are seconds, {text}m are minutes')
    found = re.fullmatch(UNITS, text.lower()) or re.fullmatch(DAYS, text)
    numbers = [int(number or 0) for number in found.groups()] if found and text else []
    clock = re.fullmatch(CLOCK, text)
    if clock:
        numbers = [0, *(int(number or 0) for number in clock.groups())]
    if not numbers:
        raise ValueError(EXPECTED)
    days, hours, minutes, seconds = numbers
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    if not 0 < total <= MOST:
        raise ValueError('expected a time above 0, and of 999 days at most')
    return total


def shown(seconds: int) -> str:
    """Seconds as people write them: 1d12h."""
    parts = zip((seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60), 'dhms')
    return ''.join(f'{number}{unit}' for number, unit in parts if number) or '0s'


def for_slurm(seconds: int) -> str:
    """Seconds as Slurm writes them: 1-12:00:00."""
    days, rest = divmod(seconds, 86400)
    return f'{days}-' * bool(days) + f'{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}'
