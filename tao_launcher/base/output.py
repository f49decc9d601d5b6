"""The one module that writes: results to stdout, everything else to stderr."""
from __future__ import annotations

import os
import sys

from .errors import ResultLost, UsageError
from .text import cut, encoded, masked_sentence, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TextIO

    from .errors import Fatal


class OutputClosed(Exception):
    """Nobody reads the result now; exit as a program that SIGPIPE ended."""

    code = 141


def shown(text: str) -> str:
    """A text as people may see it."""
    return masked_sentence(plain(text))


def shown_fault(text: str) -> str:
    """A line of an error as people may see it: it may repeat words of the command line, which may be secrets."""
    from .masking import masked_pairs
    return shown(masked_pairs(text, is_ours=True))


class Aside:
    """Descriptor 1 on stderr, from entering to leaving."""

    def __enter__(self) -> None:
        if sys.stdout is not None:
            sys.stdout.flush()
        self._saved = os.dup(1)
        os.dup2(2, 1)

    def __exit__(self, kind: object, error: object, at: object) -> None:
        os.dup2(self._saved, 1)
        os.close(self._saved)


class Output:
    """How the launcher talks. A message that cannot be written is dropped: the job comes first."""

    def __init__(self, program: str, environ: Mapping[str, str]) -> None:
        self.program = program
        self.quiet = False
        self.is_verbose = False
        self._is_within_a_line = False  # of progress, which an error must not follow
        is_dumb = environ.get('TERM') == 'dumb'
        self.has_terminal = _is_terminal(sys.stderr) and not is_dumb  # one that a line can be rewritten on
        is_plain = is_dumb or bool(environ.get('NO_COLOR'))
        self.is_colored = not is_plain and self.has_terminal  # what goes to stderr
        self.is_result_colored = not is_plain and _is_terminal(sys.stdout)

    def color(self, when: str) -> None:
        """Colour always or never, wherever it goes; auto leaves it to the terminals."""
        if when != 'auto':
            self.is_colored = self.is_result_colored = when == 'always'

    def painted(self, text: str, color: str) -> str:
        """A word of a result in RED, YELLOW, GREEN, … where results are coloured."""
        return _paint(text, color) if self.is_result_colored else text

    def set_up(self, *, quiet: bool, verbose: bool, color: str) -> None:
        """How to talk, before there is anything to say: `color` is auto, always or never. Raises UsageError."""
        self.quiet = quiet
        self.is_verbose = verbose
        if color not in ('auto', 'always', 'never'):
            raise UsageError(f'--color: "{color}": expected auto, always or never')
        self.color(color)

    def result(self, text: str) -> None:
        """Write a result to stdout, byte for byte. Raises OutputClosed, or ResultLost when it cannot be written."""
        self.check_result()
        data = encoded(text)
        try:
            while data:
                try:
                    data = data[os.write(1, data):]
                except BlockingIOError:
                    _wait_for(1)
        except BrokenPipeError:
            raise OutputClosed from None
        except OSError as e:
            raise ResultLost(f'standard output: {e.strerror}') from None

    def check_result(self) -> None:
        """Before a result that another program writes. Raises ResultLost where it cannot reach anyone."""
        if sys.stdout is None:  # descriptor 1 was closed at the start, and may be anything by now
            raise ResultLost('standard output is closed')
        sys.stdout.flush()

    def line(self, words: Sequence[str]) -> str:
        """A command of ours as a line that a shell takes."""
        import shlex

        return shlex.join(words) + '\n'

    def aside(self) -> Aside:
        """While entered, what other programs print goes to stderr: stdout is kept for our result."""
        return Aside()

    def error(self, error: Fatal) -> None:
        """The line of an error, its reasons, and what to try."""
        self.say(f'{self._paint("error:", "RED")} {shown_fault(error.what)}')
        for line in error.why:
            self._write(f'    {shown_fault(line)}')
        if error.advice:
            self._write(f'    try: {shown_fault(error.advice)}')

    def notice(self, text: str) -> None:
        """Something the user may want to know; not with --quiet."""
        if not self.quiet:
            self.say(f'{self._paint("notice:", "YELLOW")} {shown(text)}')

    def say_dry_run(self) -> None:
        """That a variable makes a dry run of it, which nobody typed here."""
        self.notice('TAO_DRY_RUN is set: nothing is run')

    def say_exports(self, names: Sequence[str], what: str = 'the line takes {} from its environment') -> None:
        """That what was printed takes variables from an environment that has not got them; none for no names."""
        if names:
            self.notice(f'{what.format(", ".join(names))}: export it first')

    def verbose(self, text: str) -> None:
        """What was read or decided; only with --verbose."""
        if self.is_verbose:
            self.say(shown(text))

    def say(self, text: str) -> None:
        """A line to stderr after the program's name."""
        self._write(f'{self.program}: {text}')

    def ask(self, question: str) -> None:
        """A question on the terminal, whose answer is read after it."""
        self._write(question, end='')

    def progress(self, text: str, *, last: bool = False) -> None:
        """How far long work has come: one line that is rewritten on a terminal, a new one elsewhere."""
        if self.quiet:
            return
        if not self.has_terminal:
            self.say(shown(text))
            return
        self._is_within_a_line = False
        line = f'{self.program}: {shown(text)}'
        # a line that wraps could not be rewritten
        self._write('\r\033[K' + (line if last else cut(line, _columns())), end='\n' if last else '')
        self._is_within_a_line = not last

    def log(self, text: str) -> None:
        """A job's own output, as it is."""
        if text:
            self._write(text.rstrip('\n'))

    def _write(self, line: str, end: str = '\n') -> None:
        start, self._is_within_a_line = '\n' if self._is_within_a_line else '', False
        try:
            _write_all(sys.stderr, start + line + end)
        except (OSError, ValueError, AttributeError):
            # Nobody reads it, or it was closed from the start. What its buffer still holds must not
            # fail once more at the interpreter's end, which would turn the exit code into 120.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)

    def _paint(self, text: str, color: str) -> str:
        return _paint(text, color) if self.is_colored else text


def _write_all(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BlockingIOError:  # its buffer holds what was not taken
        while True:
            _wait_for(stream.fileno())
            try:
                return stream.flush()
            except BlockingIOError:
                pass


def _wait_for(descriptor: int) -> None:
    """Wait until a descriptor that does not block takes more."""
    import select  # only few are of that kind

    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    poll.poll()


def _columns() -> int:
    """The width of the terminal that stderr goes to."""
    try:
        return os.get_terminal_size(2).columns
    except OSError:
        return 0


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _paint(text: str, color: str) -> str:
    try:
        from colorama import Fore, Style
    except ImportError:  # run from a checkout, without packages
        return text
    return f'{getattr(Fore, color)}{text}{Style.RESET_ALL}'
