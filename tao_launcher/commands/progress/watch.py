"""Progress that is shown again and again: drawn in place on a terminal, in lines elsewhere."""
from __future__ import annotations

from ...base import machine, terminal
from ...base.errors import FileError, ResultLost
from ...engine import process
from ...engine.signals import Signals, Unwinding
from ...engine.watch import TICK
from .show import in_one_line, is_overdue, shown
from .sources import look
from .view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...base.output import Output
    from ...status.status import Status
    from .sources import Reading, Subject

EVERY = 2.0  # seconds between two looks
LONGEST = 600.0  # seconds between two looks at what does not answer
SETTLED = 5.0  # seconds without a new line after which an end is one: a task can go on after an error
SIGHUP, SIGINT = 1, 2
SLOW = 30.0  # seconds between two lines about steps of which nobody knows how many there are


class Viewer:
    """What is watched, and what was seen of it last."""

    def __init__(self, sources: Sequence[Subject], output: Output, environ: Mapping[str, str], key: str) -> None:
        self.sources = sources
        self._output, self._environ, self._key = output, environ, key
        self._readings: list[Reading] = []
        self._due = [0.0] * len(sources)
        self._pause = [EVERY] * len(sources)
        self._changed = [process.clock()] * len(sources)
        self._size = (0, 0)
        self._drawn = 0.0
        self._told: dict[int, object] = {}
        self.screen: terminal.Screen | None = None

    def tick(self) -> None:
        """Look at what is due, and show it if that is due or the terminal has another size."""
        now, size = process.clock(), terminal.size()
        due = [i for i, at in enumerate(self._due) if now >= at]
        for i in due:
            self._look(i)
        if self.screen and (due or size != self._size):
            self._size = size
            self.screen.draw(self.lines(size[0]), size[1])
        elif not self.screen:
            self._say(due)

    def _look(self, i: int) -> None:
        found = look(self.sources[i])
        before = self._readings[i] if i < len(self._readings) else None
        if found.seen is None and before and before.seen:  # the container it was read in has ended, for example
            found = found._replace(seen=before.seen)
        self._readings[i:i + 1] = [found]
        if before is None or before.seen != found.seen:
            self._changed[i] = process.clock()
        # an answer that does not come in time costs a thread
        self._pause[i] = min(LONGEST, self._pause[i] * 2) if isinstance(found.error, FileError) else EVERY
        self._due[i] = process.clock() + self._pause[i]

    def _say(self, due: Sequence[int]) -> None:
        """A line about what has gone on."""
        for i in due:
            found = self._readings[i]
            mark = _mark(found.seen.status) if found.seen else str(found.error)
            if self._told.get(i) != mark:
                is_new, self._told[i] = i not in self._told, mark
                self._output.result(in_one_line(found, self._view(0)) + '\n')
                if is_new and not (found.seen or found.source.job):  # it may be a slip
                    self._output.notice(f'waiting for {found.source.title}: a task may still create it')

    def _view(self, width: int) -> View:
        return View(
            width, terminal.has_blocks(self._environ), self._output.painted, machine.now(), is_terminal=width > 0,
        )

    def lines(self, width: int) -> list[str]:
        """What is shown of all."""
        lines: list[str] = []
        for found in self._readings:
            lines += [''] * bool(lines) + shown(found, self._view(width), self._key)
        return lines

    def has_ended(self, i: int) -> bool:
        """Whether a file tells of an end, and nothing has been written after it for a while."""
        seen = self._readings[i].seen
        if not seen or not seen.status.has_ended:
            return False
        silent = machine.now() - (seen.status.written or 0.0)
        return max(process.clock() - self._changed[i], silent) >= SETTLED

    def failed(self, i: int) -> bool:
        """Whether a file tells of a failure."""
        seen = self._readings[i].seen
        return bool(seen and seen.status.state == 'FAILURE')

    def last(self, *, are_over: bool) -> None:
        """Look once more, and leave what is seen on the terminal; the jobs have ended, or run on."""
        on_screen, self.screen = self.screen is not None, None
        for i in range(len(self.sources)):
            self._look(i)
            found = self._readings[i]
            if are_over and found.seen:
                status = found.seen.status._replace(ends_at=None)
                self._readings[i] = found._replace(seen=found.seen._replace(status=status))
        if on_screen:
            self._output.result('\n'.join(self.lines(terminal.size()[0])) + '\n')
        else:
            self._say(range(len(self.sources)))


def _mark(status: Status) -> tuple[object, ...]:
    """What changes when there is something new to be told: the epoch, the percentage of many steps, or silence."""
    now = machine.now()
    told = status.state, status.failure, is_overdue(status, now)
    if status.unit == 'epoch':
        return (*told, int(status.done))
    if status.fraction is not None:
        return (*told, int(status.fraction * 100))
    # a dead task's line is said once
    return (*told, int(now / SLOW) if status.unit and not told[-1] else None)


def watch(
    watched: Viewer, wait: Callable[[Callable[[], None]], int] | None, output: Output, environ: Mapping[str, str],
) -> int:
    """Show progress until its ends. Returns the exit code; negative when a signal ended the watching.

    `wait` waits for the jobs among the sources, calling what it is given now and then, and returns as `tao wait` does.
    Paths are watched until their files tell of an end, which is 1 when it was a failure.
    """
    is_drawn, was_terminal = terminal.can_be_drawn_on(environ), machine.columns() > 0
    try:
        if not is_drawn:
            return _until_ended(watched, wait)
        with Unwinding(), terminal.Screen(output) as screen:
            watched.screen = screen
            code = _until_ended(watched, wait)
    except SystemExit as e:  # TERM, HUP or QUIT, of which the launcher then dies itself
        return 128 - int(e.code or 0)
    except ResultLost:
        if was_terminal and not machine.columns():  # it was closed, and its signal has not come yet
            return -SIGHUP
        raise
    if code >= 0 or code == -SIGINT:  # else the terminal may be gone
        watched.last(are_over=code >= 0)
    return code


def _until_ended(watched: Viewer, wait: Callable[[Callable[[], None]], int] | None) -> int:
    code = wait(watched.tick) if wait else 0  # a job with --rm takes its code with it, so that comes first
    if code < 0:
        return code
    watched.tick()
    paths = [i for i, source in enumerate(watched.sources) if not source.job]
    with Signals() as signals:
        while not all(map(watched.has_ended, paths)):
            came = signals.wait(TICK)
            if came:
                return -came[0]
            watched.tick()
    if not watched.screen:
        watched.last(are_over=True)
    return code or int(any(map(watched.failed, paths)))
