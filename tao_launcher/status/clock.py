"""Which zone the clock has that a status file's lines are written by: they do not say."""
from __future__ import annotations

from ..base.local_time import from_utc

HOUR = 3600
# Seconds that are added to a clock of a zone to have UTC: of all whole hours, and of the other zones that there are.
ZONES = frozenset((*(-hours * HOUR for hours in range(-12, 15)), *(
    -int(hours * HOUR) for hours in (-9.5, -3.5, 3.5, 4.5, 5.5, 5.75, 6.5, 8.75, 9.5, 10.5, 12.75, 13.75)
)))
EARLY, AFTER = 2.0, 5.0  # seconds before and after its last line that a file's last change is that line
SKEW = 60.0  # seconds between the clocks of a file system and of a job
FARTHEST = 15 * HOUR  # between the clocks of two zones


def zone(last: int, modified: float) -> tuple[int, float]:
    """(what is added to the stamps of lines to have UTC, when the last line was written).

    `last` is that line's stamp, taken for UTC's; `modified` is when the file was last written to. Where these are a
    zone apart, the line was the last change. Otherwise the file was copied, or something was added that is no line:
    then the clock is that of most containers, UTC, or that of this machine, if the line would be later than the change.
    """
    apart = modified - last
    known = [shift for shift in ZONES if -EARLY <= apart - shift <= AFTER]
    if known:
        return known[0], modified
    for shift in (0, from_utc(last)):
        if apart - shift >= -SKEW:
            return shift, min(last + shift, modified)
    if -apart > FARTHEST:
        return 0, modified
    shift = int(apart // HOUR) * HOUR  # the nearest with which it is not later
    return shift, float(last + shift)
