"""Tables for people: columns as wide as they need, the last cut to the terminal."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def table(rows: Sequence[Sequence[str]], columns: int) -> str:
    """The rows (the first is the head) as text; `columns` is the width to fit, 0 for no limit.

    Values are data: what a terminal would obey is written as an escape.
    """
    cells = [[plain(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    lines = []
    for row in cells:
        text = '  '.join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
        lines.append(text if not columns or len(text) <= columns else text[:columns - 1] + '…')
    return '\n'.join(lines) + '\n'


def plain(text: str) -> str:
    """The text without characters that a terminal would obey."""
    return ''.join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def ago(time: str, now: float) -> str:
    """How long ago an engine's time was ("3 h"), at `now` in seconds since 1970; '' for no time."""
    import calendar

    if len(time) < 19 or time.startswith('0001'):
        return ''
    year, month, day, hour, minute, second = (int(time[a:b]) for a, b in (
        (0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19),
    ))
    seconds = max(0, int(now - calendar.timegm((year, month, day, hour, minute, second))))
    for size, unit in ((86400, 'd'), (3600, 'h'), (60, 'min')):
        if seconds >= size:
            return f'{seconds // size} {unit}'
    return f'{seconds} s'
