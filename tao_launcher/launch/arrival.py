"""Whether variables passed by name reach a job whose engine's program may drop its environment."""
from __future__ import annotations

from ..engine import process, profiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..base.output import Output
    from .containers import Launch
    from .plan import Plan

OFTEN, SELDOM = 0.05, 1.0  # seconds between two looks: a short job must not be missed, nor a pull be asked for hours
AT_FIRST = 10.0
PATIENCE = 5.0


class Arrival:
    """Looks at the container's variables until they are known; says once which are missing.

    `look_at` is when to look next (by process.clock()), None for no more.
    """

    def __init__(self, plan: Plan, launch: Launch, output: Output) -> None:
        self._names = plan.by_name
        self._launch = launch
        self._output = output
        self._begun = process.clock()
        self.look_at: float | None = self._begun + OFTEN
        self.pipes = ()

    def look(self, *, is_last: bool = False) -> None:
        """Look, if it is time. The last time what could not be found out is said too."""
        now = process.clock()
        if self.look_at is None or (now < self.look_at and not is_last):
            return
        found = self._launch.find(PATIENCE) or []
        self.look_at = process.clock() + (OFTEN if now - self._begun < AT_FIRST else SELDOM)
        program = profiles.program(self._launch.engine)
        if len(found) == 1:
            self.look_at = None
            there = {word.partition('=')[0] for word in found[0].environment if '=' in word}
            missing = [name for name in self._names if name not in there]
            if missing:
                self._output.notice(f'{program} does not pass variables on: without {", ".join(missing)} in the job')
        elif is_last:
            self.look_at = None
            self._output.notice(
                f'{program} is not the engine\'s own program; if it does not pass variables on, '
                f'the job had no {", ".join(self._names)}'
            )
