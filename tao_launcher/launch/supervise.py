"""Runs a launch to its end: passes signals on, and leaves no container behind.

Every signal goes to the client at most once: a third one makes a client quit and abandon the
container. From then on the launcher talks to the engine.
"""
from __future__ import annotations

import signal

from ..base.shell import join
from ..engine import process, profiles
from ..engine.signals import Signals, Terminal, has_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess

    from ..base.output import Output
    from .containers import Container, Launch
    from .plan import Plan

STILL_STOPPING = 10.0  # seconds after the first Ctrl-C until the second is offered
UNTOLD = 1.0  # seconds for what the terminal may have told the client, before the engine is asked to stop the job
QUICK_DEATH = 5.0  # a client that dies this early may have a container still in the making
IN_THE_MAKING = 2.0
OVER = ('exited', 'stopped', 'removing', 'dead')  # states of a container whose job has ended
# What a client may return when a signal ends it before its job has a code.
CLIENTS_OWN = (1, 2, 125, 128 + signal.SIGHUP, 128 + signal.SIGINT, 128 + signal.SIGTERM)
REFUSED = (1, 125, 126, 127)  # no container was started


class SupervisedJob:
    """One launch while it runs.

    After `run`, `received` has the signals that came, and `abandoned` says that the job did not end
    by itself: the client left a container behind, so that its code is not the job's.
    """

    def __init__(self, plan: Plan, launch: Launch, output: Output) -> None:
        self.plan = plan
        self.launch = launch
        self.output = output
        self.received: list[int] = []
        self.abandoned = False
        self.was_told = False  # a signal reached the job
        self.was_ended = False  # its container was removed while the client was still there
        self.is_silent = False  # the engine does not answer
        self.offer_at: float | None = None
        self.end_at: float | None = None

    def run(self, argv: tuple[str, ...]) -> tuple[int, str]:
        """(exit code, captured output of a detached launch); code as subprocess writes it.

        Raises EngineError when the client cannot be started.
        """
        terminal = Terminal(used=self.plan.tty)
        with Signals() as self.signals:
            begun = process.clock()
            # under nohup the client would take SIGHUP again, and end the job when the terminal closes
            may_ask = self.plan.may_ask and has_terminal()  # for a password or a passphrase
            self.own_session = not self.plan.needs_terminal and (self.signals.hangup_ignored or not may_ask)
            client = process.start(
                argv, self.launch.env, own_session=self.own_session, has_input=self.plan.interactive,
                captured=self.plan.detach,
            )
            heard = process.Heard(client)
            try:
                while client.poll() is None:
                    for number in self.signals.wait(self._patience(), heard.pipes):
                        self._receive(number, client)
                    heard.take()
                    self._look_at_the_clock(client)
            finally:
                terminal.restore()
            self.received += self.signals.wait(0)  # came together with the end
            self._clean_up(client.returncode, process.clock() - begun)
            heard.take()
            if client.stdout:
                client.stdout.close()
        return client.returncode, heard.text

    def _patience(self) -> float | None:
        times = [t for t in (self.offer_at, self.end_at) if t is not None]
        return max(0.0, min(times) - process.clock()) if times else None

    def _receive(self, number: int, client: subprocess.Popen[bytes]) -> None:
        now = process.clock()
        first = number not in self.received
        self.received.append(number)
        if not first:
            if number == signal.SIGINT:
                self.end_at = now  # the second Ctrl-C
            return
        # where they share the terminal, it has sent the others to the client too, if they came from it
        passed_on = self.own_session or number == signal.SIGTERM
        if number == signal.SIGINT:
            self.offer_at = now + STILL_STOPPING  # no clock: a checkpoint may be being written
        elif self.end_at is None:
            self.end_at = now + (self.plan.stop_timeout if passed_on else UNTOLD)
        self.was_told = self.was_told or passed_on or number == signal.SIGINT
        if passed_on:
            self._pass_on(number, client)

    def _pass_on(self, number: int, client: subprocess.Popen[bytes]) -> None:
        try:
            client.send_signal(number)
        except PermissionError:  # the client runs as root, through sudo
            for container in self._ours():
                self.launch.ask('kill', '--signal', signal.Signals(number).name, container.id)

    def _look_at_the_clock(self, client: subprocess.Popen[bytes]) -> None:
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
        for container in self._ours():
            self._end(container)
        self.end_at = process.clock() + IN_THE_MAKING  # the client notices by itself

    def _ours(self) -> list[Container]:
        """The launch's container; none when it cannot be told from another launch's."""
        found = self.launch.find()
        self.is_silent = found is None
        if not found:
            return []
        if len(found) > 1:
            ids = ' '.join(container.id[:12] for container in found)
            self.output.notice(
                f'cannot tell which container is this launch\'s, so none is stopped; '
                f'yours ends with: {self._tao()} stop ID (one of {ids})'
            )
            return []
        return found

    def _end(self, container: Container) -> None:
        """Stop the container, unless it had its time, and remove it. Ctrl-C shortens that time."""
        grace = None if self.was_told else self.plan.stop_timeout
        if not self.launch.end(container, grace, self._is_in_a_hurry):
            self.output.notice(
                f'container {container.id[:12]} could not be removed; '
                f'try: {join(self.launch.engine)} rm -f {container.id[:12]}'
            )

    def _is_in_a_hurry(self) -> bool:
        came = self.signals.wait(0)
        self.received += came
        return signal.SIGINT in came

    def _clean_up(self, code: int, seconds: float) -> None:
        """After anything but a plain exit 0: the container, if it is still there, is ended and removed."""
        if code == 0 and not self.received and not (self.plan.tty and not self.plan.detach):
            return
        deadline = process.clock()
        if seconds < QUICK_DEATH and not self.was_ended and _is_the_clients(code, signalled=bool(self.received)):
            deadline += IN_THE_MAKING
        found = self._ours()
        while not found and not self.is_silent and process.clock() < deadline:
            process.sleep(0.2)
            found = self._ours()
        # later than that, 125 is a connection that broke
        was_refused = code in REFUSED if seconds < QUICK_DEATH else code in (126, 127)
        if self.is_silent and (self.received or not was_refused):
            self.output.notice(
                'the engine does not answer, so this launch\'s container may be left; look for it with: '
                f'{join(self.launch.engine)} ps -a --filter label=tao.plan={self.launch.plan}'
            )
        for container in found:
            if code == 0 and not self.received and container.state == 'running':
                self._say_how_to_return(container)
            else:
                # podman removes an ended one a moment after its client has told the job's code
                has_code = not self.plan.detach and not _is_the_clients(code, signalled=bool(self.received))
                is_over = has_code and container.state in OVER
                self.abandoned = self.abandoned or not is_over
                self._end(container)
        self.received += self.signals.wait(0)

    def _say_how_to_return(self, container: Container) -> None:
        self.output.notice(
            f'detached; the job runs on. Return: {self._tao()} attach {container.id[:12]}, '
            f'end it: {self._tao()} stop {container.id[:12]}'
        )

    def _tao(self) -> str:
        """How to call us for the same engine."""
        return profiles.tao(self.launch.engine)


def _is_the_clients(code: int, *, signalled: bool) -> bool:
    """Whether a code can be that of a client that a signal ended, and not its job's."""
    return code < 0 or code > 128 and code in CLIENTS_OWN or signalled and code in CLIENTS_OWN
