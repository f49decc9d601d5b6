"""Tables for people: columns as wide as they need, the last cut to the terminal."""
from __future__ import annotations

from .text import cut, plain, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WIDEST = 120  # characters of any column but the last: someone's endless value must not push the others away


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


