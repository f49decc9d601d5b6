"""Progress for programs: durations in seconds, times in UTC, and null for what is not known or is no number. Pure."""
from __future__ import annotations

from ...base.clock import iso
from ...base.masking import masked_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...status.status import Kpi, Status
    from .sources import Reading

INFINITE = float('inf')


def as_json(found: Reading, now: float) -> dict[str, Any]:
    """What is known of one source; keys are only ever added."""
    base: dict[str, Any] = {
        'title': found.source.title, 'job': found.source.job or None,
        'path': found.seen.path if found.seen else None,
        'error': None if found.error is None else masked_text(found.error.on_one_line()),
    }
    return {**base, **(_status(found.seen.status, now) if found.seen else {})}


def _status(status: Status, now: float) -> dict[str, Any]:
    estimate = None if status.ends_at is None else 'average' if status.is_own_estimate else 'file'
    remaining = status.remaining(now)
    return {
        'state': status.state or None, 'runs': status.runs, 'unit': status.unit or None,
        'done': number(status.done) if status.unit else None, 'total': number(status.total),
        'percent': None if status.fraction is None else round(status.fraction * 100, 2),
        'seconds_per_unit': number(status.seconds_per_unit),
        'remaining_seconds': None if remaining is None else round(remaining),
        'ends_at': _time(status.ends_at), 'estimate': estimate, 'started_at': _time(status.started),
        'written_at': _time(status.written), 'message': status.message or None, 'failure': status.failure or None,
        'kpis': list(map(_kpi, status.kpis)),
    }


def _kpi(kpi: Kpi) -> dict[str, Any]:
    return {
        'name': kpi.name, 'last': number(kpi.last), 'best': number(kpi.best), 'best_at': number(kpi.best_at),
        'lower_is_better': kpi.lower_is_better, 'mean_of': kpi.elements or None,
        'series': [[number(place), number(value)] for place, value in kpi.series],
    }


def number(value: float | None) -> float | None:
    """A number as JSON has it: whole ones without a point, null for NaN and infinity."""
    if value is None or not abs(value) < INFINITE:
        return None
    return int(value) if value == int(value) and abs(value) < 1e15 else value


def _time(value: float | None) -> str | None:
    return None if value is None else iso(value)
