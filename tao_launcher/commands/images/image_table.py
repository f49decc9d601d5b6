"""The table that `tao images` prints."""
from __future__ import annotations

from ...base import machine
from ...base.table import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...base.output import Output

COLORS = {('HERE', 'yes'): 'GREEN', ('HERE', 'no'): 'YELLOW'}


def print_table(rows: Sequence[tuple[str, ...]], output: Output) -> None:
    """Print rows, the first of which are the headings."""
    def paint(head: str, cell: str) -> str:
        return output.painted(cell, COLORS[head, cell]) if (head, cell) in COLORS else cell

    output.result(table(rows, machine.columns(), paint))
