"""The terminal that results go to, where something is drawn on it."""
from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from .output import Output

WIDTH = 80  # columns where there is no terminal
# The alternate screen keeps what the terminal shows, and what wraps there when its size changes is drawn anew.
ENTER, LEAVE = '\033[?1049h\033[?25l', '\033[?25h\033[?1049l'


def can_be_drawn_on(environ: Mapping[str, str]) -> bool:
    """Whether standard output is a terminal that can move its cursor."""
    return environ.get('TERM', '') not in ('', 'dumb') and os.isatty(1)


def size() -> tuple[int, int]:
    """(columns, lines) of the terminal; (WIDTH, 0) where there is none."""
    try:
        columns, lines = os.get_terminal_size(1)
    except OSError:
        return WIDTH, 0
    return columns or WIDTH, lines


def has_blocks(environ: Mapping[str, str]) -> bool:
    """Whether results may have Unicode's block characters: the locale writes them, and none was asked to do without."""
    locale = environ.get('LC_ALL') or environ.get('LC_CTYPE') or environ.get('LANG') or ''
    encoding = getattr(sys.stdout, 'encoding', None) or ''
    return 'utf' in encoding.lower() and locale not in ('C', 'POSIX')


class Screen:
    """A screen of its own, from entering to leaving, with a text that is drawn again and again."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def __enter__(self) -> Screen:
        self._output.result(ENTER)
        return self

    def draw(self, lines: Sequence[str], height: int) -> None:
        """Show these lines, as many as there is room for. None may be wider than the terminal."""
        shown = lines[:height] if height else lines
        self._output.result('\033[H' + ''.join(f'{line}\033[K\n' for line in shown[:-1]) + (
            f'{shown[-1]}\033[K' if shown else '') + '\033[J')

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        from .errors import ResultLost
        from .output import OutputClosed

        try:
            self._output.result(LEAVE)
        except (OutputClosed, ResultLost):
            pass  # the terminal is gone
