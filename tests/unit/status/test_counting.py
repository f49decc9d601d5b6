"""How much of how much is done, whichever way a task counts."""
from __future__ import annotations

from typing import Any, Optional

import pytest

from tao_launcher.status.counting import Count, counted, mark


def count(*lines: dict[str, Any]) -> Count:
    return counted([mark(line) for line in lines])


def test_nothing() -> None:
    assert count() == count({}, {'message': 'x'}) == Count('', 0, 0.0, None)


def test_lightning_counts_from_0() -> None:
    """Its lines have steps, whose growth shows at which epoch there were none."""
    lines = [{'epoch': e, 'max_epoch': 79, 'step': (e + 1) * 30, 'max_step': 2400} for e in range(37)]
    assert count(*lines) == Count('epoch', 1, 37.0, 80.0)
    assert count(*lines[20:]) == Count('epoch', 1, 37.0, 80.0)  # the end of a file
    assert count(lines[-1]) == Count('epoch', 1, 37.0, 80.0)  # one line, by its share of the steps


def test_lightning_that_accumulates_gradients() -> None:
    """Its steps are fewer than its batches."""
    lines = [{'epoch': e, 'max_epoch': 79, 'step': (e + 1) * 10, 'max_step': 2400} for e in range(3, 37)]
    assert count(*lines) == Count('epoch', 1, 37.0, 80.0)


def test_lightning_of_one_epoch() -> None:
    assert count({'epoch': 0, 'max_epoch': 0, 'step': 5, 'max_step': 5}) == Count('epoch', 1, 1.0, 1.0)
    assert count({'epoch': 0, 'max_epoch': 0}) == Count('epoch', 1, 1.0, 1.0)


def test_an_epoch_0_that_took_time_has_ended() -> None:
    assert count({'epoch': 0, 'max_epoch': 9, 'time_per_epoch': '0:01:00'}) == Count('epoch', 1, 1.0, 10.0)
    # one that is written as it begins has taken none
    assert count({'epoch': 0, 'max_epoch': 10, 'time_per_epoch': '0:00:00'}) == Count('epoch', 0, 0.0, 10.0)


def test_all_others_count_from_1() -> None:
    lines = [{'epoch': e, 'max_epoch': 80, 'time_per_epoch': '0:01:00'} for e in range(1, 38)]
    assert count(*lines) == count(lines[-1]) == Count('epoch', 0, 37.0, 80.0)
    with_steps = [{**line, 'step': 30 * i, 'max_step': 2400} for i, line in enumerate(lines, 1)]
    assert count(*with_steps) == count(with_steps[-1]) == Count('epoch', 0, 37.0, 80.0)


def test_fractional_epochs() -> None:
    lines = [{'epoch': 0.02 * i, 'max_epoch': 3, 'step': 50 * i, 'max_step': 7500} for i in range(1, 74)]
    found = count(*lines)
    assert (found.unit, found.offset, round(found.done, 6), found.total) == ('epoch', 0, 1.46, 3.0)


def test_an_epoch_that_is_under_way() -> None:
    lines = [{'epoch': (i - 1) // 100 + 1, 'max_epoch': 4, 'step': i, 'max_step': 400} for i in range(10, 260, 10)]
    assert count(*lines) == Count('step', 0, 250.0, 400.0)


@pytest.mark.parametrize(('line', 'unit', 'done', 'total'), [
    ({'cur_iter': 1200}, 'iteration', 1200.0, None),
    ({'cur_iter': 1200, 'max_iter': 4000}, 'iteration', 1200.0, 4000.0),
    ({'step': 7, 'max_step': 70}, 'step', 7.0, 70.0), ({'epoch': 7}, 'epoch', 7.0, None),
    ({'epoch': 7, 'cur_iter': 3, 'max_iter': 9}, 'iteration', 3.0, 9.0),
    ({'epoch': 2, 'step': 7, 'max_step': 70}, 'step', 7.0, 70.0),
    ({'epoch': '37', 'max_epoch': '80'}, 'epoch', 37.0, 80.0),
    # rubbish
    ({'epoch': 7, 'max_epoch': -2}, 'epoch', 7.0, None), ({'epoch': 'x', 'max_epoch': []}, '', 0.0, None),
    ({'epoch': float('nan'), 'max_epoch': 1e300}, '', 0.0, None), ({'max_epoch': 80}, '', 0.0, None),
    ({'epoch': True, 'step': 3}, 'step', 3.0, None), ({'epoch': 10**30}, '', 0.0, None),
])
def test_units(line: dict[str, Any], unit: str, done: float, total: Optional[float]) -> None:
    assert count(line) == Count(unit, 0, done, total)


def test_steps_that_contradict_themselves() -> None:
    lines = [{'epoch': 5, 'max_epoch': 9, 'step': 9, 'max_step': 0}, {'epoch': 3, 'max_epoch': 9, 'step': 1}]
    assert count(*lines) == Count('epoch', 0, 3.0, 9.0)
