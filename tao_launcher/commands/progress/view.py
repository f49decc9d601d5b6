"""How progress is shown: how wide, and with which characters."""
from __future__ import annotations

from ...base.record import Record
from ...base.text import cut, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class View(Record):
    """How it is shown: how wide, whether with Unicode's characters, and what paints a word in a colour."""

    width: int
    blocks: bool
    paint: Callable[[str, str], str]
    now: float
    is_terminal: bool = True  # elsewhere lines may be longer

    def text(self, text: str) -> str:
        """A text in characters that can be shown: those that are not ASCII's as escapes, where there are none else."""
        if self.blocks or text.isascii():
            return text
        return text.replace('…', '...').encode('ascii', 'backslashreplace').decode('ascii')

    def cut(self, line: str, columns: int | None = None) -> str:
        """The start of a line, with so many columns; as many as the terminal has."""
        columns = columns or (self.width if self.is_terminal else 0)
        if self.blocks:
            return cut(line, columns)
        line = self.text(line)
        return f'{line[:max(0, columns - 3)]}...' if 0 < columns < len(line) else line

    def end(self, line: str) -> str:
        """The end of a line that is too long, such as a path's, which says more than its start."""
        line, mark = self.text(line), '…' if self.blocks else '...'
        if not self.is_terminal or width(line) <= self.width:
            return line
        while line and width(line) + len(mark) > self.width:
            line = line[1:]
        return f'{mark}{line}'
