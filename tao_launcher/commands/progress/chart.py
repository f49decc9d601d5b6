"""Bars, sparklines and plots of characters. Pure."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Points = Sequence[tuple[float | None, float]]

EIGHTHS = ' ▏▎▍▌▋▊▉█'  # from the left
LEVELS = '▁▂▃▄▅▆▇█'  # from below
PLAIN_LEVELS = '_.-:=+*#'  # of increasing ink, where there are no blocks
INFINITE = float('inf')


def bar(fraction: float, width: int, *, blocks: bool) -> str:
    """So much of a bar."""
    if not blocks:
        full = int(fraction * width)
        return '#' * full + '.' * (width - full)
    eighths = int(fraction * width * 8)
    full, rest = divmod(eighths, 8)
    begun = EIGHTHS[rest] if rest else ''
    return '█' * full + begun + '·' * (width - full - len(begun))


def sparkline(points: Points, width: int, *, blocks: bool) -> str:
    """The course of a value, no longer than `width`; a blank where it was no number."""
    levels = LEVELS if blocks else PLAIN_LEVELS
    values = columns(points, width)
    low, high = bounds(values)
    return ''.join(' ' if value is None else levels[level(value, low, high, len(levels))] for value in values)


def plot(points: Points, width: int, height: int, *, blocks: bool) -> list[str]:
    """The course of a value over so many characters, the highest value at the top and the lowest at the bottom."""
    values = columns(points, width, stretched=True)
    low, high = bounds(values)
    steps = 8 if blocks else 1
    rows = []
    for row in range(height - 1, -1, -1):
        line = ''
        for value in values:
            filled = -1 if value is None else level(value, low, high, height * steps) + 1 - row * steps
            line += ' ' if filled <= 0 else '#' if not blocks else LEVELS[min(filled, 8) - 1]
        rows.append(line.rstrip())
    return rows


def bounds(values: Sequence[float | None]) -> tuple[float, float]:
    """The lowest and the highest value."""
    found = [value for value in values if value is not None]
    return (min(found), max(found)) if found else (0.0, 0.0)


def level(value: float, low: float, high: float, levels: int) -> int:
    """Which of so many levels a value is on; the middle one where all are equal."""
    if not high > low:
        return (levels - 1) // 2
    share = (value / 2 - low / 2) / (high / 2 - low / 2)  # halves: their difference is no overflow
    return min(levels - 1, max(0, int(share * levels)))


def columns(points: Points, width: int, *, stretched: bool = False) -> list[float | None]:
    """The mean of the values in each of `width` columns, in proportion to how much was done at each.

    Fewer points than that have a column each, unless they are stretched. A column without a point has the value before
    it; one whose values are no numbers has none.
    """
    places = [place for place, _ in points if place is not None]
    width = width if stretched else min(width, len(points))
    if len(points) <= width or len(places) < len(points):
        shares = [i * width // len(points) for i in range(len(points))]
    else:
        first, last = min(places), max(places)
        span = last - first or 1.0
        shares = [min(width - 1, int((place - first) / span * width)) for place in places]
    found: list[list[float]] = [[] for _ in range(width)]
    for share, (_, value) in zip(shares, points):
        found[share].append(value)
    means: list[float | None] = []
    for values in found:
        means.append(_mean(values) if values else means[-1] if means else None)
    return means


def _mean(values: Sequence[float]) -> float | None:
    """The mean of what is finite; None where nothing is."""
    finite = [value for value in values if abs(value) < INFINITE]
    total = sum(finite)
    if not finite or abs(total) < INFINITE:
        return total / len(finite) if finite else None
    return sum(value / len(finite) for value in finite)
