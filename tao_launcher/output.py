"""The one module that writes: results to stdout, everything else to stderr."""
from __future__ import annotations

import os
import sys

from .table import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .errors import Fatal


class OutputClosed(Exception):
    """Nobody reads the result any more; exit as a program that SIGPIPE ended."""

    code = 141


class Output:
    """How the launcher talks. A message that can not be written is dropped: the job comes first."""

    def __init__(self, program: str, environ: Mapping[str, str]) -> None:
        self.program = program
        self.quiet = False
        self.is_verbose = False
        plain = environ.get('NO_COLOR') or environ.get('TERM') == 'dumb'
        self.is_colored = not plain and sys.stderr is not None and sys.stderr.isatty()

    def result(self, text: str) -> None:
        """Write a result to stdout, byte for byte. Raises OutputClosed or OSError."""
        sys.stdout.flush()
        data = os.fsencode(text)
        try:
            while data:
                data = data[os.write(1, data):]
        except BrokenPipeError:
            raise OutputClosed from None

    def line(self, words: Sequence[str]) -> str:
        """A command of ours as a line that a shell takes."""
        import shlex

        return shlex.join(words) + '\n'

    def error(self, error: Fatal) -> None:
        """The line of an error, its reasons, and what to try."""
        self.say(f'{self._paint("error:", "RED")} {plain(error.what)}')
        for line in error.why:
            self._write(f'    {plain(line)}')
        if error.advice:
            self._write(f'    try: {plain(error.advice)}')

    def notice(self, text: str) -> None:
        """Something the user may want to know; not with --quiet."""
        if not self.quiet:
            self.say(f'{self._paint("notice:", "YELLOW")} {plain(text)}')

    def verbose(self, text: str) -> None:
        """What was read or decided; only with --verbose."""
        if self.is_verbose:
            self.say(plain(text))

    def say(self, text: str) -> None:
        """A line to stderr behind the program's name."""
        self._write(f'{self.program}: {text}')

    def log(self, text: str) -> None:
        """A job's own output, as it is."""
        if text:
            self._write(text.rstrip('\n'))

    def _write(self, line: str) -> None:
        try:
            sys.stderr.write(f'{line}\n')
            sys.stderr.flush()
        except (OSError, ValueError):
            pass  # the terminal is gone

    def _paint(self, text: str, color: str) -> str:
        if not self.is_colored:
            return text
        try:
            from colorama import Fore, Style
        except ImportError:  # run from a checkout, without packages
            return text
        return f'{getattr(Fore, color)}{text}{Style.RESET_ALL}'
