"""What the launcher was called with, for what needs most of it."""
from __future__ import annotations

from ..base.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..base.host import Host
    from ..base.output import Output
    from .option import Values


class Invocation(Record):
    """What the launcher was called with: the options as they were given, the environment, where, and who listens.

    A function that changes options or environment for those it calls passes on `_replace(options=…)`.
    """

    options: Values
    environ: Mapping[str, str]
    here: Host
    output: Output


class Instead(Exception):
    """Another command line is to be run in place of this one: a program, its words, its folder and its environment."""

    def __init__(self, program: str, words: Sequence[str], folder: str, environ: Mapping[str, str]) -> None:
        super().__init__(program)
        self.program = program
        self.words = words
        self.folder = folder
        self.environ = environ
