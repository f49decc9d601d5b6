"""The container of a launch, found and ended by whoever supervises it."""
from __future__ import annotations

import time

from ..base.late import signal
from ..base.shell import join
from ..engine import profiles
from .told import OVER, Untold, own_code, was_told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from ..base.output import Output
    from ..engine.process import Answer
    from ..engine.signals import Signals
    from .arrival import Arrival
    from .containers import Container, Launch
    from .plan import Plan
    from .time_limit import TimeLimit
    from .witness import Witness

    class Onlooker(Protocol):
        """Looks at something at `look_at`, or when words are in its pipes."""

        @property
        def look_at(self) -> float | None:
            """When to look, by process.clock(); None for no more."""

        @property
        def pipes(self) -> Sequence[int]:
            """What is to be waited for."""

        def look(self) -> None:
            """Look, if it is time."""

# What a client may return when a signal ends it before its job has a code.
CLIENTS_OWN = (1, 2, 125, 128 + signal.SIGHUP, 128 + signal.SIGINT, 128 + signal.SIGTERM)


class LaunchedContainer:
    """What is known of a launch's container, and of the signals that came for it."""

    signals: Signals

    def __init__(self, plan: Plan, launch: Launch, output: Output) -> None:
        self.plan = plan
        self.launch = launch
        self.output = output
        self.received: list[int] = []
        self.was_told = False  # a signal was on its way to the job
        self.silence: Answer | None = None  # the engine's last answer, where it does not say what there is
        self.id = ''  # of the container, once it was found
        self.seen = ''  # the id of a container that was the launch's when the engine was last asked
        self.was_ended = False  # its container was removed while the client was still there
        self.was_seen = False  # its container, surely its own, before the client had ended
        self.has_run = False  # the engine has seen it start
        self.was_lost = False  # the job was running when its client lost the engine
        self.is_left = False  # it runs on, by its own terminal's keys or as it was asked to
        self.seconds = 0.0  # from its client's start to the end of the clean-up
        self._is_ambiguous = False  # and that was said
        self.limit: TimeLimit | None = None
        self.witness: Witness | None = None
        self.watchers: list[Onlooker] = []  # what else looks at something while the job runs
        self._has_messages = False  # there was a signal that means something to the job alone

    @property
    def is_silent(self) -> bool:
        """Whether the engine does not answer."""
        return self.silence is not None

    @property
    def is_known(self) -> bool:
        """Whether its container was there before: where there is none now, it is gone, and not in the making."""
        return self.was_ended or self.was_seen or bool(self.witness and self.witness.is_sure)

    @property
    def has_had_its_time(self) -> bool:
        """Whether the job is told to stop, or was, because its time was over."""
        return self.limit is not None and self.limit.is_over

    def _arrival(self) -> Arrival | None:
        """What looks whether variables arrive, where the engine's program may drop them."""
        if not self.plan.by_name or not self.launch.launch_id or not self.launch.is_wrapped():
            return None
        from .arrival import Arrival

        return Arrival(self.plan, self.launch, self.output)

    def _take_messages(self) -> None:
        """From the first one on, let something look at the signals that mean something to the job alone."""
        if self.signals.messages and not self._has_messages:
            from .messages import Messages

            self._has_messages = True
            self.watchers.append(Messages(self.plan, self.launch, self.output, self.signals))

    def ours(self) -> list[Container]:
        """The launch's container; none when it cannot be told from another launch's."""
        found, answer = self.launch.search()
        self.silence = answer if found is None else None
        if not found:
            return []
        self.seen = found[0].id if len(found) == 1 else ''
        if len(found) > 1 and not self._is_ambiguous:
            self._is_ambiguous = True
            ids = ' '.join(container.id[:12] for container in found)
            self.output.notice(
                f'cannot tell which container is this launch\'s, so none is stopped; '
                f'yours ends with: {self._tao()} stop ID (one of {ids})'
            )
        return found if len(found) == 1 else []

    def _may_be_lost(self, code: int, *, is_late: bool) -> bool:
        """Whether a client's code may be that of a connection that broke: 125, or 1 from a client whose ssh ended."""
        is_gone = code == 1 and is_late and self.is_silent and self.launch.is_remote
        return (code == 125 or is_gone) and not self.received and not self.plan.detach

    def end(self, container: Container) -> None:
        """Stop the container, unless it had its time, and remove it. Ctrl-C shortens that time."""
        grace = None if self.was_told and not self._is_known_untold(container) else self.plan.stop_timeout
        if not self.launch.end(container, grace, self._is_in_a_hurry):
            self.output.notice(
                f'container {container.id[:12]} could not be removed; '
                f'try: {join(self.launch.engine)} rm -f {container.id[:12]}'
            )

    def _is_known_untold(self, container: Container) -> bool:
        """Whether the job has got none of the signals that were passed on, though nobody insisted with a second one."""
        if container.state != 'running' or self.received.count(signal.SIGINT) > 1:
            return False
        came = [Untold(number, 0, 0) for number in dict.fromkeys(self.received)]
        now = time.time()
        return bool(came) and all(was_told(self.launch, self.plan, container.id, n, now) is False for n in came)

    def _is_in_a_hurry(self) -> bool:
        came = self.signals.wait(0)
        self.received += came
        return signal.SIGINT in came

    def _say_how_to_look(self) -> None:
        self.output.notice(
            'the engine does not answer, so this launch\'s container may be left; look for it with: '
            f'{join(self.launch.engine)} ps -a --filter label=tao.plan={self.launch.plan}'
        )

    def _say_how_to_return(self, container: Container) -> None:
        self.is_left = True
        self.output.notice(
            f'detached; the job runs on. Return: {self._tao()} attach {container.id[:12]}, '
            f'end it: {self._tao()} stop {container.id[:12]}'
        )

    def _code_of(self, found: list[Container], code: int) -> int:
        """The own code of a job that is over, else that of its client."""
        over = found[0].id if found and found[0].state in OVER else '' if found else self.id
        own = own_code(self.launch, over, time.time()) if over and not self.plan.detach else None
        return code if own is None else own

    def _tao(self) -> str:
        """How to call us for the same engine."""
        return profiles.tao(self.launch.engine)


def is_the_clients(code: int, *, signalled: bool) -> bool:
    """Whether a code can be that of a client that a signal ended, and not its job's."""
    return code < 0 or code > 128 and code in CLIENTS_OWN or signalled and code in CLIENTS_OWN
