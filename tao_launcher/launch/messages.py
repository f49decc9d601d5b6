"""Signals that mean something to the job alone, such as SIGUSR1: the engine passes them on.

The client is not asked to: one that starts, or is a script, would die of them.
"""
from __future__ import annotations

from ..base import machine
from ..engine import process
from ..engine.signals import not_passed_on
from .told import EARLIER, FORWARDED, PATIENCE, TOGETHER, Untold, was_told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..base.output import Output
    from ..engine.signals import Signals
    from .containers import Launch
    from .plan import Plan


class Messages:
    """Those of one launch."""

    pipes: Sequence[int] = ()

    def __init__(self, plan: Plan, launch: Launch, output: Output, signals: Signals) -> None:
        self._plan, self._launch, self._output, self._signals = plan, launch, output, signals
        self._untold: list[Untold] = []
        self._sent = 0.0  # when the engine had sent the last one, in seconds since 1970

    @property
    def look_at(self) -> float | None:
        """When the next is due."""
        return min((message.look_at for message in self._untold), default=None)

    def look(self) -> None:
        """Take what came, and pass on what is due and was not told by a client that was signalled as well."""
        now = process.clock()
        self._untold += [Untold(number, machine.now(), now + TOGETHER) for number in self._signals.take_messages()]
        due = [message for message in self._untold if message.look_at <= now]
        if not due:
            return
        self._untold = [message for message in self._untold if message not in due]
        found = self._launch.find(PATIENCE)
        if found is None:  # asked again later
            self._untold += [message._replace(look_at=process.clock() + FORWARDED) for message in due]
            return
        (container,) = found if len(found) == 1 and found[0].state == 'running' else (None,)
        for message in due:
            if not container:
                self._output.notice(not_passed_on(message.number))
                continue
            one = message._replace(came=max(message.came, self._sent + EARLIER))  # the engine tells of ours too
            if not was_told(self._launch, self._plan, container.id, one, machine.now()):
                self._launch.signal(container, message.number)
                self._sent = machine.now()
