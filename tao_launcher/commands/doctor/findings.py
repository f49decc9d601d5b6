"""What a check of `tao doctor` is, and what it finds."""
from __future__ import annotations

from ...base.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from .facts import Gathered, MachineFacts

    Data = TypeVar('Data')

GIB = 1 << 30


class Finding(Record):
    """One check's result; status is ok, warn, fail (a launch will not work) or info."""

    name: str
    status: str
    found: str
    fix: str = ''


class Check(Record):
    """A judgement, and the probe that asks what it needs beyond the shared facts.

    judge is pure: it makes a finding, or None where there is nothing to say, of the facts and of what the probe
    returned. probe asks base/host, base/machine or engine/ask, within a limit of time, and changes nothing.
    """

    judge: Callable[..., Finding | None]
    probe: Callable[[Gathered], object] | None = None  # None: judge takes the facts alone

    def finding(self, gathered: Gathered) -> Finding | None:
        """Ask, then judge."""
        return self.judge(gathered.facts, *((self.probe(gathered),) if self.probe else ()))


def asking(probe: Callable[[Gathered], Data], judge: Callable[[MachineFacts, Data], Finding | None]) -> Check:
    """A check with a question of its own; mypy sees that its judge takes what its probe returns."""
    return Check(judge, probe)
