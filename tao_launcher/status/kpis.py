"""The values that a task reports, each with its best and its course. Pure.

The best is the lowest of what is a loss or an error by its name, and the highest of everything else; a learning rate
has none. NaN and infinity are never the best.
"""
from __future__ import annotations

import re

from . import values
from .status import Kpi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

MOST = 64  # values, of which each has
POINTS = 4000  # points
NAME = 60  # characters
# Parts of names and whole words of them by which a lower value is better.
LOWER_PARTS = ('loss', 'error', 'perplexity')
LOWER_WORDS = {
    'err', 'mae', 'mse', 'rmse', 'epe', 'wer', 'cer', 'fid', 'ppl', 'nll', 'absrel', 'eer', 'far', 'frr', 'latency',
    'distance',
}
NO_BEST = {'lr', 'learning', 'epoch', 'epochs', 'step', 'steps', 'iteration', 'time', 'memory', 'seconds', 'count'}
# What tasks write beside `kpi` and `graphical`: of a line's own keys those with such a word in their names.
TOP_PARTS = ('loss', 'acc', 'miou', 'precision', 'recall')
TOP_NAMES = {'lr', 'learning_rate', 'mAP', 'map', 'Mean IOU', 'mAcc', 'f1', 'reward'}


def lower_is_better(name: str) -> bool | None:
    """Whether lower is better for a value of that name; None for what has no best."""
    words = set(re.split('[^a-z0-9]+', name.lower()))
    if any(part in name.lower() for part in LOWER_PARTS) or words & LOWER_WORDS:
        return True
    return None if words & NO_BEST else False


def reported(line: Mapping[str, Any]) -> Iterator[tuple[str, float, int]]:
    """(name, value, how many elements it is the mean of, or 0) of what a line reports."""
    for kind in ('kpi', 'graphical'):
        found = line.get(kind)
        if isinstance(found, dict):
            for key, value in found.items():
                yield from _value(key, value.get('value') if isinstance(value, dict) else value)
    for key, value in line.items():
        if key in TOP_NAMES or any(part in key for part in TOP_PARTS):
            yield from _value(key, value)


def _value(key: str, value: object) -> Iterator[tuple[str, float, int]]:
    found = values.number(value)
    if found is not None:
        yield key, found, 0
        return
    several = values.elements(value)
    if several:
        yield key, sum(several) / len(several), len(several)


class Courses:
    """The values of a run, as its lines are added."""

    def __init__(self) -> None:
        self._points: dict[str, list[tuple[float | None, float]]] = {}
        self._best: dict[str, tuple[float, float | None]] = {}
        self._elements: dict[str, int] = {}

    def add(self, line: Mapping[str, Any], position: float | None) -> None:
        """What a line reports, when so much was done."""
        for name, value, elements in reported(line):
            points = self._points.get(name)
            if points is None:
                if len(self._points) >= MOST:
                    continue
                points = self._points[name] = []
            self._elements[name] = elements
            _put(points, position, value)
            self._compare(name, value, position)

    def _compare(self, name: str, value: float, position: float | None) -> None:
        lower = lower_is_better(name)
        if lower is None or values.finite(value) is None:
            return
        before = self._best.get(name)
        if before is None or (value < before[0] if lower else value > before[0]):
            self._best[name] = value, position

    def kpis(self) -> tuple[Kpi, ...]:
        """All of them, in the order of the file."""
        return tuple(self._kpi(name, points) for name, points in self._points.items())

    def _kpi(self, name: str, points: list[tuple[float | None, float]]) -> Kpi:
        best, best_at = self._best.get(name, (None, None))
        return Kpi(
            values.text(name, NAME), points[-1][1], best, best_at, lower_is_better(name), tuple(points),
            self._elements[name],
        )


def _put(points: list[tuple[float | None, float]], position: float | None, value: float) -> None:
    """Add a point. The last of several at one position counts, as values are repeated until there are new ones.

    A position that goes back is that of an earlier checkpoint: the course goes on from there.
    """
    while points and position is not None and (points[-1][0] is None or points[-1][0] >= position):
        points.pop()
    if points and position is None and points[-1] == (None, value):
        return
    points.append((position, value))
    if len(points) > POINTS:
        del points[1::2]
