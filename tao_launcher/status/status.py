"""What a task's status file says, as data, and in one short line."""
from __future__ import annotations

from ..base.record import Record

ENDED = ('SUCCESS', 'FAILURE', 'SKIPPED')


class Kpi(Record):
    """A value that a task reports again and again. Of a list it is the mean."""

    name: str
    last: float  # can be NaN or infinite
    best: float | None  # so far in this run; None where neither high nor low is good, or none is finite
    best_at: float | None  # how much was done then, in the status' unit
    lower_is_better: bool | None  # None: it has no best
    series: tuple[tuple[float | None, float], ...]  # (how much was done, value), in the order of the file
    elements: int = 0  # of the list


class Status(Record):
    """How far a task is: the last run that its status file tells of. Texts of the file are short and escaped.

    Times are seconds since 1970, durations are seconds.
    """

    state: str = ''  # STARTED, RUNNING, SUCCESS, FAILURE, SKIPPED; '' before the first line
    unit: str = ''  # epoch, step, iteration; '' when nothing is counted
    done: float = 0.0
    total: float | None = None
    seconds_per_unit: float | None = None
    ends_at: float | None = None  # when it will be done
    is_own_estimate: bool = False  # of ends_at: by our own average, as the file has no eta
    kpis: tuple[Kpi, ...] = ()
    message: str = ''  # the last one
    failure: str = ''  # the last FAILURE's message, unless the run succeeded after it
    runs: int = 0  # as far as they were read
    started: float | None = None
    written: float | None = None  # when the last line was
    failed_at: float | None = None  # when the last FAILURE was, to a second
    stamped: float | None = None  # the last line's own time, to a second

    @property
    def has_ended(self) -> bool:
        """Whether the file tells of an end. A task that was killed writes none."""
        return self.state in ENDED

    @property
    def fraction(self) -> float | None:
        """How much of it is done, from 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else None

    def remaining(self, now: float) -> float | None:
        """How long it will take from now on; None when it is over, not known, or overdue."""
        if self.has_ended or self.ends_at is None or self.ends_at <= now:
            return None
        return self.ends_at - max(now, self.written or 0.0)  # a clock that is ahead makes it no longer


def brief(status: Status, now: float) -> str:
    """How far it is, for a column: 37/80 46% 3h12, with FAILURE after it if it failed; '' when nothing is told."""
    remaining = status.remaining(now)
    words = [amount(status), percent(status), '' if remaining is None else duration(remaining)]
    if status.state == 'FAILURE' or not words[0]:
        words.append(status.state)
    return ' '.join(filter(None, words))


def amount(status: Status) -> str:
    """37/80, or "iteration 1200" when nobody knows of how many."""
    if not status.unit:
        return ''
    return f'{plain_number(status.done)}/{plain_number(status.total)}' if status.total is not None else (
        f'{status.unit} {plain_number(status.done)}')


def percent(status: Status) -> str:
    """46%, rounded down: 100% is the end."""
    return '' if status.fraction is None else f'{int(status.fraction * 100)}%'


def plain_number(value: float) -> str:
    """A count: 37, 1.46."""
    return f'{value:.2f}'.rstrip('0').rstrip('.')


def duration(seconds: float) -> str:
    """A duration for a person: 45s, 12m, 3h12, 2d03h."""
    whole = int(seconds + 0.5)
    if whole < 60:
        return f'{whole}s'
    minutes = whole // 60
    if minutes < 60:
        return f'{minutes}m'
    hours = minutes // 60
    return f'{hours}h{minutes % 60:02}' if hours < 24 else f'{hours // 24}d{hours % 24:02}h'
