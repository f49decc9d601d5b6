"""An end to a job that has had its time."""
from __future__ import annotations

from ..engine import process
from ..settings.durations import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..base.output import Output
    from ..settings.values import Source

TIMED_OUT = 124  # the code of a launch that had to end its job, as that of timeout(1)


class TimeLimit:
    """Has a job told to stop, which is what `stop` does, once it has had so many seconds."""

    def __init__(self, seconds: int, source: Source, output: Output, stop: Callable[[], None]) -> None:
        self._seconds = seconds
        self._source = source
        self._output = output
        self._stop = stop
        self.pipes = ()
        self.look_at: float | None = process.clock() + seconds
        self.is_over = False

    def look(self) -> None:
        """Look at the clock."""
        if self.look_at is None or process.clock() < self.look_at:
            return
        self.look_at = None
        self.is_over = True
        self._output.say(f'the job has had its {shown(self._seconds)} ({self._source}) and is told to stop')
        self._stop()
