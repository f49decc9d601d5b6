"""Tables for people: columns as wide as they need, the last cut to the terminal."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WIDEST = 120  # characters of any column but the last: somebody's endless value must not push the others away


def table(
    rows: Sequence[Sequence[str]], columns: int, paint: Callable[[str, str], str] = lambda head, cell: cell,
) -> str:
    """The rows (the first is the head) as text; `columns` is the width to fit, 0 for no limit.

    Values are data: what a terminal would obey is written as an escape. paint(head, cell) colours a cell.
    """
    cells = [[*(cut(plain(cell), WIDEST) for cell in row[:-1]), plain(row[-1])] for row in rows]
    widths = [max(width(row[i]) for row in cells) for i in range(len(cells[0]) - 1)]
    lines: list[str] = []
    for row in cells:
        padded = [cell + ' ' * (wide - width(cell)) for cell, wide in zip(row, widths)]
        line = cut('  '.join([*padded, row[-1]]).rstrip(), columns)
        end = sum(map(len, padded)) + 2 * len(padded)
        for head, cell, place in reversed(list(zip(cells[0], row, padded))):
            end -= len(place) + 2
            if lines and cell and line[end:end + len(cell)] == cell:  # and not cut off
                line = line[:end] + paint(head, cell) + line[end + len(cell):]
        lines.append(line)
    return '\n'.join(lines) + '\n'


def cut(text: str, columns: int) -> str:
    """The start of a text that fits into so many columns of a terminal; 0 for no limit."""
    if not columns or width(text) <= columns:
        return text
    used = 1  # the ellipsis
    for i, character in enumerate(text):
        used += width(character)
        if used > columns:
            return f'{text[:i]}…'
    return text


def width(text: str) -> int:
    """The columns that a text takes on a terminal: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        2 if unicodedata.east_asian_width(c) in 'WF' else 0 if unicodedata.combining(c) else 1 for c in text
    )


def plain(text: str) -> str:
    """The text without characters that a terminal would obey."""
    return text if text.isprintable() else ''.join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def masked(text: str) -> str:
    """The text without the passwords of addresses such as ssh://user:password@host."""
    if '@' not in text:
        return text
    import re

    return re.sub(r'([^\s/:@"\'=]*):[^\s/@"]+@(?!sha256:)', r'\1:***@', text)


def ago(time: str, now: float) -> str:
    """How long ago an engine's time was ("3 h"), at `now` in seconds since 1970; '' for no time.

    """
    then = seconds(time)
    if then is None:
        return ''
    past = max(0, int(now - then))
    for size, unit in ((86400, 'd'), (3600, 'h'), (60, 'min')):
        if past >= size:
            return f'{past // size} {unit}'
    return f'{past} s'


def seconds(time: str) -> int | None:
    """An engine's time in whole seconds since 1970; None for no time.

    Docker's times are UTC (…Z), podman's have their zone (…+02:00).
    """
    import calendar
    import re

    found = re.match(r'(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:([+-])(\d\d):(\d\d))?', time)
    if not found or time.startswith('0001'):
        return None
    *parts, sign, hours, minutes = found.groups()
    east = (int(hours) * 3600 + int(minutes) * 60) * (-1 if sign == '-' else 1) if sign else 0
    year, month, day, hour, minute, second = map(int, parts)
    return calendar.timegm((year, month, day, hour, minute, second)) - east
