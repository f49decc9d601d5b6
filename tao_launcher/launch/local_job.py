"""A job that is a process of this machine: passes signals on once, and leaves nothing of it running."""
from __future__ import annotations

import os

from ..base import machine
from ..base.late import signal
from ..base.record import Record
from ..engine import family, here, process
from ..engine.signals import Signals, Terminal, not_passed_on
from . import says
from .history import Ended, Recorder
from .time_limit import TIMED_OUT, TimeLimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..base.output import Output
    from ..engine.child import Child
    from ..settings.invocation import Invocation
    from .history import Started
    from .plan import Plan
    from .results import Ran

# Seconds, as with an engine.
STILL_STOPPING = 10.0  # after the first Ctrl-C until the second is offered
UNTOLD = 1.0  # for what the terminal may have told the job, before it is ended
ENDING = 5.0  # for what was killed to be gone
CLEANING_UP = 60.0  # for what had a killed job run to remove the image that it has unpacked


class Command(Record):
    """What is started: its words, its environment and folder ('' for the current one), and who is sent its signals.

    `told` has the processes for a signal where the started one only has the job run; () for as long as there are none.
    """

    words: tuple[str, ...]
    environ: Mapping[str, str]
    workdir: str = ''
    told: Callable[[int, int], Sequence[int]] | None = None  # of its process and the signal


class Way(Record):
    """What one kind does around a job: `before` it is started, and with the code of one that `failed` by itself.

    The latter says why, if it can, and returns the code to use. Both may raise Fatal.
    """

    before: Callable[[], None]
    failed: Callable[[int], int]


def run(
    plan: Plan, command: Command, way: Way, started: Started, ran: Ran, invocation: Invocation,
) -> int:
    """Run a job's command, with an entry in the history; its exit code, negative to die of a signal.

    Raises CommandMissing or CannotExecute when it cannot be started, and what its way raises.
    """
    output = invocation.output
    recorder = Recorder(started, invocation)
    since, begun = machine.now(), process.clock()
    job = LocalJob(plan, output)
    with recorder:
        way.before()
        code = job.run(command)
        seconds = process.clock() - begun
        how = 'timeout' if job.has_had_its_time else 'signal' if job.received else 'job'
        was_interrupted = signal.SIGINT in job.received and code in (130, 137, -signal.SIGINT, -signal.SIGKILL)
        known = 128 + signal.SIGINT if was_interrupted else TIMED_OUT if how == 'timeout' else _of_a_shell(code)
        if known and not job.received:
            known = way.failed(known)
    recorder.end(Ended(how, known, (*job.received, 0)[0], seconds=seconds))
    if was_interrupted:
        return -signal.SIGINT
    if known and not job.received:
        says.tell(ran, since, output)
    return known


def _of_a_shell(code: int) -> int:
    """The exit code of a process as a shell has it."""
    return code if code >= 0 else 128 - code


class LocalJob:
    """A command while it runs; `received` has the signals that came."""

    def __init__(self, plan: Plan, output: Output) -> None:
        self.plan = plan
        self.output = output
        self.received: list[int] = []
        self.was_told = False  # a signal has reached the job, if the terminal's did not
        self.limit: TimeLimit | None = None
        self.offer_at: float | None = None
        self.end_at: float | None = None

    @property
    def has_had_its_time(self) -> bool:
        """Whether the job is told to stop, or was, because its time was over."""
        return self.limit is not None and self.limit.is_over

    def run(self, command: Command) -> int:
        """The exit code as subprocess writes it. Raises CommandMissing or CannotExecute."""
        # one that shares the terminal is in our group, and gets from the terminal what we get
        self.own_session = not self.plan.needs_terminal
        self.told = command.told
        self.tells_group = self.own_session and not self.told
        terminal = Terminal(used=self.plan.tty)
        with Signals(has_messages=True) as self.signals, family.Foster() as self.foster:
            child = here.start(
                command.words, command.environ, command.workdir, own_session=self.own_session,
                has_input=self.plan.interactive,
            )
            settings = self.plan.settings
            if settings.timeout:
                self.limit = TimeLimit(
                    settings.timeout, settings.sources['timeout'], self.output,
                    lambda: self._receive(signal.SIGTERM, child),
                )
            try:
                self._watch(child)
            finally:
                self._end(child)
                terminal.restore()
            self.received += self.signals.wait(0)  # came together with the end
        return child.wait()

    def _watch(self, child: Child) -> None:
        while child.poll() is None:
            for number in self.signals.wait(self._patience()):
                self._receive(number, child)
            for number in self.signals.take_messages():
                self._pass_on(number, child)
            self.foster.bury((child.pid,))
            if child.poll() is None:
                self._look_at_the_clock(child)
                if self.limit:
                    self.limit.look()

    def _patience(self) -> float | None:
        looks = (self.offer_at, self.end_at, self.limit.look_at if self.limit else None)
        times = [at for at in looks if at is not None]
        return max(0.0, min(times) - process.clock()) if times else None

    def _receive(self, number: int, child: Child) -> None:
        now = process.clock()
        is_first = number not in self.received
        self.received.append(number)
        if not is_first:
            if number == signal.SIGINT:
                self.end_at = now  # the second Ctrl-C
            return
        # of a terminal that was closed the kernel tells the first process of the session alone
        is_for_us = number == signal.SIGTERM or (number == signal.SIGHUP and os.getsid(0) == os.getpid())
        is_passed_on = self.own_session or is_for_us
        self.was_told = self.was_told or is_passed_on
        if number == signal.SIGINT:
            self.offer_at = now + STILL_STOPPING  # no clock: a checkpoint may be being written
        elif self.end_at is None:
            self.end_at = now + (self.plan.stop_timeout if is_passed_on else UNTOLD)
        if is_passed_on:
            self._signal(child, number)

    def _signal(self, child: Child, number: int) -> None:
        told = self.told(child.pid, number) if self.told else ()
        if told and number == signal.SIGKILL:  # what had the job run cleans up after it
            self.end_at = process.clock() + CLEANING_UP
        sent = [family.send(pid, number) for pid in told]
        if sent and all(sent):
            return
        try:
            process.signal_to(child, number, with_group=self.tells_group)
        except PermissionError:  # it runs as another user
            self.output.notice(f'the job runs as another user, and cannot be sent signal {number}')

    def _pass_on(self, number: int, child: Child) -> None:
        """Send the job, and nothing that it has started, a signal that means something to it alone."""
        told = self.told(child.pid, number) if self.told else (child.pid,)
        sent = [family.send(pid, number) for pid in told]
        if not sent or not all(sent):
            self.output.notice(not_passed_on(number))

    def _look_at_the_clock(self, child: Child) -> None:
        now = process.clock()
        if self.offer_at is not None and now >= self.offer_at:
            self.offer_at = None
            self.output.say('still stopping; Ctrl-C again kills it')
        if self.end_at is None or now < self.end_at:
            return
        self.end_at = None
        if not self.was_told and self.received.count(signal.SIGINT) < 2:  # it has its time still
            self.was_told = True
            self.end_at = now + self.plan.stop_timeout
            self._signal(child, signal.SIGTERM)
        else:
            self._signal(child, signal.SIGKILL)

    def _end(self, child: Child) -> None:
        """Kill what is left of the job, as an engine does with a container whose first process has ended."""
        deadline = process.clock() + ENDING
        if child.poll() is None:
            child.kill()
            child.wait()
        if self.own_session:
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except OSError:
                pass  # nothing of its group is left
        # what is killed may have started another one just before
        while process.clock() < deadline:
            self.foster.bury(())
            left = self.foster.left()
            sent = [family.send(pid, signal.SIGKILL) for pid in left]
            if not any(sent):  # of another user's nobody gets rid
                return
            process.sleep(0.01)
