"""A status file's bytes as a Status, for any bytes: what does not fit is left out."""
from __future__ import annotations

from ..base.masking import masked_text
from . import lines, values
from .clock import zone
from .counting import KEYS, Count, counted, mark
from .kpis import Courses
from .status import ENDED, Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import Any

    from .counting import Mark
    from .status import Kpi

    Line = Mapping[str, Any]

STATES = ('STARTED', 'RUNNING', *ENDED)
MESSAGE = 300  # characters
INTERVALS = 10  # between epochs, that the average is made of
OUTLIER = 10.0  # times the middle one: no epoch, but a clock that was set


class NotStatus(ValueError):
    """No line says anything that a task's status file says."""


def parse(
    data: bytes, *, earlier: Iterable[bytes] = (), modified: float | None = None, is_whole: bool = True,
    has_kpis: bool = True,
) -> Status:
    """What the last run in a status file says of itself.

    data is the file or, with is_whole=False, its end, whose first line may be torn; `earlier` are some of the lines
    before that. modified is when the file was last written to: lines have the container's local time, which is taken
    for UTC without it. has_kpis=False leaves the values out, which take half of the time. Raises NotStatus.
    """
    sampled = _telling(lines.objects(earlier))
    found = list(lines.objects(lines.split(data, is_whole=is_whole)))
    told = [*sampled, *_telling(found)]
    if not told:
        if data.strip() and (found or not data.startswith(b'{') or b'\n' in data):
            raise NotStatus
        return Status(written=modified)
    last, runs = _last_run(told, len(sampled))
    run, marks = [line for line, _ in last], [each for _, each in last]
    count = counted(marks)
    state, failure, failed_at = _ended(run, marks)
    stamp = next((found for found in map(values.stamp, reversed(run)) if found is not None), None)
    shift, written = _clock(stamp, modified)
    ends_at, is_own = _estimate(run, marks, count, written, shift)
    started = values.stamp(run[0]) if _state(run[0]) == 'STARTED' else None
    return Status(
        state=state, unit=count.unit, done=count.done, total=count.total,
        seconds_per_unit=_seconds_per_unit(run, marks, count), ends_at=None if state in ENDED else ends_at,
        is_own_estimate=is_own, kpis=_kpis(run, marks, count) if has_kpis else (),
        message=next(filter(None, map(_message, reversed(run))), ''),
        failure=failure, runs=runs, started=None if started is None else started + shift, written=written,
        failed_at=None if failed_at is None else failed_at + shift, stamped=None if stamp is None else stamp + shift,
    )


def _message(line: Line) -> str:
    """What a line says, without secrets, which are looked for before it is cut."""
    return values.text(masked_text(values.text(line.get('message'), 4 * MESSAGE)), MESSAGE)


def _state(line: Line) -> str:
    found = line.get('status')
    return found.upper() if isinstance(found, str) and found.upper() in STATES else ''


def _telling(found: Iterable[Line]) -> list[tuple[Line, Mark]]:
    """The lines that have a state or a count, each with its counts."""
    marked = ((line, mark(line)) for line in found)
    return [(line, each) for line, each in marked if each.at or _state(line)]


def _last_run(told: Sequence[tuple[Line, Mark]], sampled: int) -> tuple[list[tuple[Line, Mark]], int]:
    """(the lines of the last run, how many runs there are).

    A task says STARTED when it begins, and once more, in other words, when its training loop does. The first lines are
    `sampled`, so the STARTED before one of them may not have been read: counts that go back show that there was one.
    """
    run: list[tuple[Line, Mark]] = []
    runs, has_gone_on = 1, False
    said: set[str] = set()
    reached: dict[str, float] = {}
    for number, (line, each) in enumerate(told):
        state, message = _state(line), str(line.get('message'))
        counts = {unit: count for unit, (count, _) in each.at.items() if count is not None}
        is_back = number <= sampled and any(count < reached.get(unit, 0.0) - 1 for unit, count in counts.items())
        if is_back or (state == 'STARTED' and (has_gone_on or message in said)):
            run, runs, has_gone_on, said, reached = [], runs + 1, False, set(), {}
        run.append((line, each))
        reached.update(counts)
        if state == 'STARTED':
            said.add(message)
        has_gone_on = has_gone_on or state in ENDED or bool(each.at) or _is_success(line, ())
    return run, runs


def _ended(run: Sequence[Line], marks: Sequence[Mark]) -> tuple[str, str, int | None]:
    """(the state, the last failure's message, and its stamp).

    A task that goes on after an error has a FAILURE for it among its lines, so only what is last counts.
    """
    state, subjects = '', set()
    failed: Line | None = None
    for line, each in zip(run, marks):
        now = _state(line) or 'RUNNING'
        if now == 'STARTED':
            subjects.add(str(line.get('message')).lower().replace('starting ', '', 1).strip(' .'))
        if now == 'RUNNING' and (_is_success(line, subjects) or (state == 'SUCCESS' and not each.at)):
            now = 'SUCCESS'
        if now == 'FAILURE':
            failed = line
        if now in ('SUCCESS', 'SKIPPED'):
            failed = None
        state = now
    return (state, '', None) if failed is None else (state, _message(failed), values.stamp(failed))


def _is_success(line: Line, subjects: Collection[str]) -> bool:
    """Whether a line that says RUNNING is that of a successful end: "Train finished successfully." and the like.

    `subjects` are what the run said was starting.
    """
    message = line.get('message')
    if not isinstance(message, str) or len(message) > MESSAGE:
        return False
    words = message.lower().strip(' .!')
    before, _, finished = words.rpartition(' finished ')
    is_finished = finished == 'successfully' and len(before.split()) <= 2
    completed, _, how = words.rpartition(' completed ')
    return is_finished or words == 'training loop complete' or (how == 'successfully' and completed in subjects)


def _clock(last: int | None, modified: float | None) -> tuple[int, float | None]:
    """(what is added to the stamps of lines, when the last line, of that stamp, was written).

    Without a change of the file to compare them with, stamps are taken for UTC's.
    """
    if last is None or modified is None:
        return 0, modified if last is None else last
    return zone(last, modified)


def _estimate(
    run: Sequence[Line], marks: Sequence[Mark], count: Count, written: float | None, shift: int,
) -> tuple[float | None, bool]:
    """(when the run will be done, whether that is our own estimate)."""
    stamps = list(map(values.stamp, run))
    for line, at in zip(reversed(run), reversed(stamps)):
        eta = values.seconds(line.get('eta', line.get('ETA')))
        if eta is not None and (written is not None or at is not None):
            then = at + shift if at is not None else written or 0.0
            return (then if written is None else min(then, written)) + eta, False
    each = _seconds_per_unit(run, marks, count)
    if each is None or count.total is None or written is None:
        return None, False
    when = next((at for at, each in zip(reversed(stamps), reversed(marks)) if at and count.unit in each.at), None)
    then = written if when is None else min(written, when + shift)
    return then + max(0.0, count.total - count.done) * each, True


def _seconds_per_unit(run: Sequence[Line], marks: Sequence[Mark], count: Count) -> float | None:
    """How long an epoch, a step or an iteration takes, by the file's last word or by the average of the last ones."""
    for line in reversed(run):
        for key in KEYS[count.unit][2] if count.unit else ():
            if key == 'time_per_epoch' and count.unit == 'step' and 'epoch' in line:
                continue  # an epoch's
            found = values.seconds(line.get(key))
            if found:
                return found
    return _average(run, marks, count)


def _average(run: Sequence[Line], marks: Sequence[Mark], count: Count) -> float | None:
    """The mean of the last intervals; a clock that was set, back or forth, is left out."""
    points: list[tuple[float, int]] = []
    for line, each in zip(run, marks):
        at, position = values.stamp(line), count.position(each)
        if at is not None and position is not None and (not points or position > points[-1][0]):
            points.append((position, at))
    points = points[-INTERVALS - 1:]
    each_took = [
        ((after - before) / (more - less), more - less)
        for (less, before), (more, after) in zip(points, points[1:]) if after > before
    ]
    if not each_took:
        return None
    middle = sorted(each_took)[len(each_took) // 2][0]
    kept = [(took, width) for took, width in each_took if took <= middle * OUTLIER]
    return sum(took * width for took, width in kept) / sum(width for _, width in kept)


def _kpis(run: Sequence[Line], marks: Sequence[Mark], count: Count) -> tuple[Kpi, ...]:
    courses = Courses()
    position: float | None = None
    for line, each in zip(run, marks):
        here = count.position(each)
        position = position if here is None else here
        courses.add(line, position)
    return courses.kpis()
