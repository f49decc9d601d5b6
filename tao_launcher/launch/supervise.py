"""Runs a launch to its end: passes signals on, and leaves no container behind.

Every signal goes to the client at most once: a third one makes a client quit and abandon the
container. From then on the launcher talks to the engine. What was signalled together with the
launcher is not signalled again.
"""
from __future__ import annotations

import time

from ..base.late import signal
from ..engine import process
from ..engine.signals import Signals, Terminal, has_terminal
from .ending import LaunchedContainer, is_the_clients
from .told import FORWARDED, OVER, PATIENCE, TOGETHER, Untold, was_told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..base.output import Output
    from ..engine.child import Child
    from .containers import Container, Launch
    from .plan import Plan

STILL_STOPPING = 10.0  # seconds after the first Ctrl-C until the second is offered
UNTOLD = 1.0  # seconds for what the terminal may have told the client, before the engine is asked to stop the job
QUICK_DEATH = 5.0  # a client that dies this early may have a container still in the making
IN_THE_MAKING = 2.0
REFUSED = (1, 125, 126, 127)  # no container was started


class SupervisedJob(LaunchedContainer):
    """One launch while it runs.

    After `run`, `received` has the signals that came, and `abandoned` says that the job did not end
    by itself: the client left a container behind, so that its code is not the job's.
    """

    def __init__(self, plan: Plan, launch: Launch, output: Output) -> None:
        super().__init__(plan, launch, output)
        self.abandoned = False
        self.untold: list[Untold] = []
        self.is_alone = False  # the client has ended before the job
        self.is_unreached = False  # the engine does not answer, and cannot have answered the client
        self.offer_at: float | None = None
        self.end_at: float | None = None

    def run(self, argv: tuple[str, ...]) -> tuple[int, str]:
        """(exit code, captured output of a detached launch); code as subprocess writes it.

        Raises EngineError when the client cannot be started.
        """
        terminal = Terminal(used=self.plan.tty)
        with Signals(has_messages=True) as self.signals:
            begun = process.clock()
            # under nohup the client would take SIGHUP again, and end the job when the terminal closes
            may_ask = self.plan.may_ask and has_terminal()  # for a password or a passphrase
            self.own_session = not self.plan.needs_terminal and (self.signals.hangup_ignored or not may_ask)
            client = process.start(
                argv, self.launch.env, own_session=self.own_session, has_input=self.plan.interactive,
                captured=self.plan.detach,
            )
            arrival = self._arrival()
            self.watchers += [arrival] if arrival else []
            try:
                out = self._watch(client)
            finally:
                terminal.restore()
            self.received += self.signals.wait(0)  # came together with the end
            code = self._clean_up(client.wait(), process.clock() - begun)
            self.seconds = process.clock() - begun
            if arrival:
                arrival.look(is_last=True)
        return code, out

    def _watch(self, client: Child) -> str:
        """Wait until the client has ended; what it printed, if that is captured."""
        heard = process.Heard(client)
        while client.poll() is None:
            pipes = [pipe for watcher in self.watchers for pipe in watcher.pipes]
            for number in self.signals.wait(self._patience(), [*heard.pipes, *pipes]):
                self.receive(number)
            self._take_messages()
            heard.take()
            if client.poll() is None:
                self._tell(client)
                self._look_at_the_clock(client)
                for watcher in self.watchers:
                    watcher.look()
        heard.take()
        if client.stdout:
            client.stdout.close()
        return heard.text

    def _patience(self) -> float | None:
        looks = [self.offer_at, self.end_at, *(watcher.look_at for watcher in self.watchers)]
        times = [at for at in looks if at is not None]
        times += [signal.look_at for signal in self.untold]
        return max(0.0, min(times) - process.clock()) if times else None

    def receive(self, number: int) -> None:
        """Take a signal, which the job gets too; a later one of its kind is for us alone."""
        now = process.clock()
        first = number not in self.received
        self.received.append(number)
        if not first:
            if number == signal.SIGINT:
                self.end_at = now  # the second Ctrl-C
            return
        # Where they share the terminal, it has sent the others to the client too, if they came from it. A job
        # that has the terminal gets its Ctrl-C as a byte: a signal is for the launcher.
        is_for_us = number == signal.SIGTERM or (number == signal.SIGINT and self.plan.tty)
        passed_on = self.is_alone or self.own_session or is_for_us
        if number == signal.SIGINT:
            self.offer_at = now + STILL_STOPPING  # no clock: a checkpoint may be being written
        elif self.end_at is None:
            self.end_at = now + (self.plan.stop_timeout if passed_on else UNTOLD)
        self.was_told = self.was_told or passed_on or number == signal.SIGINT
        if passed_on:
            self.untold.append(Untold(number, time.time(), now + TOGETHER))

    def _tell(self, client: Child) -> None:
        """Pass on the signals that the job has not got by themselves; by the engine where the client does not."""
        due = [signal for signal in self.untold if signal.look_at <= process.clock()]
        if not due:
            return
        self.untold = [signal for signal in self.untold if signal not in due]
        answer = self.launch.find(PATIENCE)
        found = answer or []
        self.id = found[0].id if len(found) == 1 else self.id
        self.was_seen = self.was_seen or any(map(self.launch.owns, found))
        (container,) = found if len(found) == 1 and found[0].state == 'running' else (None,)
        for each in due:
            if answer is None and (each.is_passed_on or self.is_alone):  # asked again later
                self.untold.append(each._replace(look_at=process.clock() + FORWARDED))
                continue
            told = container and was_told(self.launch, self.plan, container.id, each, time.time())
            if told:
                continue
            if container and (told is False if each.is_passed_on else self.is_alone):
                self.launch.signal(container, each.number)
            elif not each.is_passed_on and not self.is_alone:
                self._pass_on(each.number, client)
                self.untold.append(each._replace(look_at=process.clock() + FORWARDED, is_passed_on=True))

    def _pass_on(self, number: int, client: Child) -> None:
        try:
            # all of its group, as a script may wait for the client; sudo passes it on by itself
            process.signal_to(client, number, with_group=self.own_session and not self.plan.is_sudo)
        except PermissionError:  # the client runs as root, through sudo
            for container in self.ours():
                self.launch.signal(container, number)

    def _look_at_the_clock(self, client: Child) -> None:
        now = process.clock()
        if self.offer_at is not None and now >= self.offer_at:
            self.offer_at = None
            if client.poll() is None and not self.was_ended:
                self.output.say('still stopping; Ctrl-C again kills it')
        if self.end_at is None or now < self.end_at or client.poll() is not None:
            return
        if self.was_ended:
            self.end_at = None
            try:
                client.kill()
            except PermissionError:
                pass
            return
        self.was_ended = True
        for container in self.ours():
            self.end(container)
        self.end_at = process.clock() + IN_THE_MAKING  # the client notices by itself

    def _follow(self, container: Container, lost_at: float | None) -> int | None:
        from .outlive import follow

        self.is_alone = True
        return follow(self, container, lost_at, self._watch)

    def _clean_up(self, code: int, seconds: float) -> int:
        """After anything but a plain exit 0: the container, if it is still there, is ended and removed.

        Returns the code: the job's own where its client has ended before it.
        """
        if code == 0 and not self.received and not (self.plan.tty and not self.plan.detach):
            return code
        ended, deadline = time.time(), process.clock()
        found = self.ours()
        self.is_unreached = self.is_silent and seconds < QUICK_DEATH + process.clock() - deadline
        if seconds < QUICK_DEATH and not self.is_known and is_the_clients(code, signalled=bool(self.received)):
            deadline += IN_THE_MAKING
        while not found and not self.is_silent and process.clock() < deadline:
            process.sleep(0.2)
            found = self.ours()
        was_refused = code in REFUSED if seconds < QUICK_DEATH else code in (126, 127)
        is_lost = self._may_be_lost(code, is_late=seconds >= QUICK_DEATH)
        if self.is_silent and is_lost and not was_refused:
            from .outlive import ask_again

            found = ask_again(self)
            self.is_unreached = self.is_silent
        if self.is_silent and (self.received or not was_refused):
            self._say_how_to_look()
        if is_the_clients(code, signalled=bool(self.received)):  # it may die of Ctrl-C once the job has ended
            code = self._code_of(found, code)
        for container in found:
            if code == 0 and not self.received and container.state == 'running':
                self._say_how_to_return(container)
                continue
            is_being_ended = bool(self.received) and not self.was_ended and not self.plan.detach
            if container.state == 'running' and (is_lost or is_being_ended):
                own = self._follow(container, ended if is_lost else None)
                if own is not None:
                    code, container = own, container._replace(state='exited')
            # podman removes an ended one a moment after its client has told the job's code
            has_code = not self.plan.detach and not is_the_clients(code, signalled=bool(self.received))
            is_over = self.is_alone or has_code
            self.abandoned = self.abandoned or not (is_over and container.state in OVER)
            self.end(container)
        self.received += self.signals.wait(0)
        return code
