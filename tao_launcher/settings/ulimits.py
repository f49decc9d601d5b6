"""Resource limits, as --ulimit and the mounts file write them."""
from __future__ import annotations

from ..base.text import DIGITS, consists_of
from .values import Ulimit

ULIMITS = (
    'core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile',
    'nproc', 'rss', 'rtprio', 'rttime', 'sigpending', 'stack',
)
LIMITS = 'expected -1 (unlimited) or a number from 0 to 2^63-1'
MAX_DIGITS = 1000  # of a number; Python converts no more than a few thousand


def ulimit(name: str, text: str) -> Ulimit:
    """NAME and SOFT[:HARD]; -1 is unlimited."""
    if name not in ULIMITS:
        from ..base.suggest import did_you_mean, nearest

        raise ValueError(did_you_mean(nearest(name, ULIMITS)) or f'expected one of {", ".join(ULIMITS)}')
    if not is_written_as_limit(text):
        raise ValueError('expected a whole number or SOFT:HARD (-1 is unlimited)')
    soft, _, hard = text.partition(':')
    if len(soft) > MAX_DIGITS or len(hard) > MAX_DIGITS:
        raise ValueError(LIMITS)
    limit = Ulimit(name, int(soft), int(hard) if hard else None)
    check_ulimit(limit)
    return limit


def is_written_as_limit(text: str) -> bool:
    """Whether a text is SOFT or SOFT:HARD in whole numbers, whatever they are."""
    parts = text.split(':', 2)
    return len(parts) < 3 and all(consists_of(part[part.startswith('-'):], DIGITS) for part in parts)


def check_ulimit(limit: Ulimit) -> None:
    """Raise ValueError for numbers below -1 and a soft limit above the hard one."""
    unlimited = 2**63  # above every number that is one
    numbers = [unlimited if n == -1 else n for n in (limit.soft, limit.hard) if n is not None]
    if any(n < 0 for n in numbers) or max(limit.soft, limit.hard or 0) >= unlimited:
        raise ValueError(LIMITS)
    if numbers != sorted(numbers):
        raise ValueError(f'expected a soft limit not above the hard one, not {limit.soft}:{limit.hard}')
