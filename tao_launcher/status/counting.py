"""How much of how much is done, by the counts in a run's lines. Pure.

Tasks count in different ways. Those on PyTorch Lightning write the epoch that has ended from 0 on, and the last one's
number (79 of 80) as its total; all others write how many epochs have ended, and how many there are. The file does not
say which, so it is established by, in this order:
 1. a fractional epoch: not Lightning
 2. steps, which grow by the same number in each epoch: two lines show at which epoch there were none
 3. one line's step of max_step, which is the same share of the whole as the epochs
 4. a last epoch with number 0; or an epoch 0 that has taken time
Where nothing of this is there, it is not Lightning, whose lines have steps.

An epoch on lines with different steps is one that is under way: then the steps are counted.
"""
from __future__ import annotations

from ..base.record import Record
from . import values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

# Of each unit: the keys of its number, of their total, and of the time that one takes.
KEYS = {
    'epoch': (('epoch', 'cur_epoch', 'current_epoch'), ('max_epoch', 'max_epochs', 'total_epochs', 'num_epochs'),
              ('time_per_epoch',)),
    'step': (('step', 'global_step', 'cur_step'), ('max_step', 'max_steps', 'total_steps'),
             ('time_per_step', 'time_per_epoch')),
    'iteration': (('cur_iter', 'iter', 'iteration', 'current_iter'),
                  ('max_iter', 'max_iters', 'total_iters', 'num_iters'), ('time_per_iter',)),
}
NEAR = 0.1  # of an epoch


class Mark(Record):
    """The counts of one line: {unit: (number, total)}, and whether it says that an epoch took time."""

    at: Mapping[str, tuple[float | None, float | None]]
    took_time: bool


class Count(Record):
    """What is counted. `offset` is added to the numbers of the file to have how many are done."""

    unit: str = ''
    offset: int = 0
    done: float = 0.0
    total: float | None = None

    def position(self, mark: Mark) -> float | None:
        """How much was done at a line."""
        found = mark.at.get(self.unit, (None, None))[0]
        return None if found is None else found + self.offset


def mark(line: Mapping[str, Any]) -> Mark:
    """The counts of a line."""
    at = {}
    for unit, (numbers, totals, _) in KEYS.items():
        number, total = _first(line, numbers), _first(line, totals)
        if number is not None or total is not None:
            at[unit] = (number, total)
    return Mark(at, bool(at and values.seconds(line.get('time_per_epoch'))))


def _first(line: Mapping[str, Any], keys: Sequence[str]) -> float | None:
    found = (values.count(line[key]) for key in keys if key in line)
    return next((value for value in found if value is not None), None)


def counted(marks: Sequence[Mark]) -> Count:
    """What the lines of a run count."""
    unit = _unit(marks)
    if not unit:
        return Count()
    offset = _offset(marks) if unit == 'epoch' else 0
    number, total = _last(marks, unit, 0), _last(marks, unit, 1)
    done = (number or 0.0) + offset if number is not None else 0.0
    return Count(unit, offset, done, total + offset if total is not None and total + offset > 0 else None)


def _last(marks: Sequence[Mark], unit: str, part: int) -> float | None:
    found = (each.at[unit][part] for each in reversed(marks) if unit in each.at)
    return next((value for value in found if value is not None), None)


def _unit(marks: Sequence[Mark]) -> str:
    """The unit that says most: one whose total is known."""
    has_total = [unit for unit in KEYS if _last(marks, unit, 1) is not None and _last(marks, unit, 0) is not None]
    if has_total[:2] == ['epoch', 'step'] and _is_under_way(marks):
        return 'step'
    has_number = (unit for unit in KEYS if _last(marks, unit, 0) is not None)
    return has_total[0] if has_total else next(has_number, '')


def _pairs(marks: Sequence[Mark]) -> list[tuple[float, float]]:
    """(epoch, step) of the lines that have both."""
    found = ((each.at['epoch'][0], each.at['step'][0]) for each in marks if 'epoch' in each.at and 'step' in each.at)
    return [(epoch, step) for epoch, step in found if epoch is not None and step is not None]


def _is_under_way(marks: Sequence[Mark]) -> bool:
    steps: dict[float, float] = {}
    return any(steps.setdefault(epoch, step) != step for epoch, step in _pairs(marks))


def _offset(marks: Sequence[Mark]) -> int:
    """1 where epochs are counted from 0, else 0."""
    epochs = [each.at['epoch'][0] for each in marks if 'epoch' in each.at]
    if any(epoch is not None and epoch % 1 for epoch in epochs):
        return 0
    pairs = _pairs(marks)
    if pairs:
        (first, before), (last, after) = pairs[0], pairs[-1]
        if last > first and after > before:
            begun = after * (last - first) / (after - before) - last
            if abs(begun - round(begun)) < NEAR and round(begun) in (0, 1):
                return round(begun)
        found = _by_share(last, after, _last(marks, 'epoch', 1), _last(marks, 'step', 1))
        if found is not None:
            return found
    has_none = _last(marks, 'epoch', 1) == 0
    return int(has_none or any(each.took_time and each.at.get('epoch', (None,))[0] == 0 for each in marks))


def _by_share(epoch: float, step: float, last: float | None, steps: float | None) -> int | None:
    """The offset with which an epoch is the same share of all epochs as the step is of all steps."""
    if last is None or not steps or not step:
        return None
    near = [
        offset for offset in (0, 1)
        if last + offset > 0 and abs(step / steps * (last + offset) - (epoch + offset)) < NEAR
    ]
    return near[0] if len(near) == 1 else None
