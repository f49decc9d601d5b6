"""Values that a task reports, their best and their course."""
from __future__ import annotations

import math
from typing import Any, Optional

import pytest

from tao_launcher.status.kpis import MOST, POINTS, Courses, lower_is_better, reported
from tao_launcher.status.status import Kpi


@pytest.mark.parametrize(('name', 'lower'), [
    ('val_loss', True), ('loss_bbox', True), ('train/loss_avg', True), ('validation_error', True), ('RMSE', True),
    ('abs_err', True), ('WER', True), ('mAP', False), ('val_acc', False), ('mean average precision', False),
    ('miou', False), ('number', False), ('lr', None), ('learning_rate', None), ('GPU memory', None),
    ('train/step', None),
])
def test_which_way_is_better(name: str, lower: Optional[bool]) -> None:
    assert lower_is_better(name) is lower


@pytest.mark.parametrize(('line', 'found'), [
    ({'kpi': {'a': 1, 'b': '0.5', 'c': {'value': 2}, 'd': 'x', 'e': None, 'f': {'value': {}}}},
     [('a', 1.0, 0), ('b', 0.5, 0), ('c', 2.0, 0)]),
    ({'kpi': {'a': '"[0.1, 0.3]"', 'b': [1, 2, 3]}}, [('a', 0.2, 2), ('b', 2.0, 3)]),
    ({'loss': 0.5, 'learning_rate': 0.1, 'epoch': 3, 'eta': '1:2:3', 'verbosity': 'INFO'},
     [('loss', 0.5, 0), ('learning_rate', 0.1, 0)]),
    ({'graphical': {'loss': 0.5}, 'kpi': [1], 'categorical': {'a': {'b': 1}}}, [('loss', 0.5, 0)]),
    ({'kpi': 7, 'graphical': None}, []),
])
def test_reported(line: dict[str, Any], found: list[tuple[str, float, int]]) -> None:
    assert [(name, round(value, 9), count) for name, value, count in reported(line)] == found


def kpi(*values: tuple[Optional[float], Any], name: str = 'val_loss') -> Kpi:
    courses = Courses()
    for position, value in values:
        courses.add({'kpi': {name: value}}, position)
    found, = courses.kpis()
    return found


def test_course_and_best() -> None:
    found = kpi((1, 0.5), (2, 0.25), (3, 0.75))
    assert found == Kpi('val_loss', 0.75, 0.25, 2, True, ((1, 0.5), (2, 0.25), (3, 0.75)), 0)
    assert kpi((1, 0.5), (2, 0.25), (3, 0.75), name='mAP')[1:5] == (0.75, 0.75, 3, False)
    assert kpi((1, 0.5), (2, 0.25), name='lr')[1:5] == (0.25, None, None, None)


def test_values_that_are_repeated_until_there_are_new_ones() -> None:
    """A task repeats its last values in every later line."""
    found = kpi((1, 0.5), (1, 0.5), (2, 0.5), (2, 0.25), (2, 0.25))
    assert found.series == ((1, 0.5), (2, 0.25)) and found.best_at == 2
    assert kpi((None, 0.5), (None, 0.5), (None, 0.25)).series == ((None, 0.5), (None, 0.25))


def test_values_that_are_not_finite() -> None:
    found = kpi((1, 0.5), (2, float('nan')), (3, 'inf'))
    assert math.isinf(found.last) and (found.best, found.best_at) == (0.5, 1) and len(found.series) == 3
    found = kpi((1, 'NaN'))
    assert math.isnan(found.last) and found.best is None


def test_a_checkpoint_that_the_training_went_back_to() -> None:
    assert kpi((1, 0.5), (2, 0.25), (3, 0.2), (2, 0.3)).series == ((1, 0.5), (2, 0.3))


def test_bounds() -> None:
    courses = Courses()
    for i in range(3 * POINTS):
        courses.add({'kpi': {'a': i, f'name {i}': 1, 'x' * 500: 2}}, i)
    found = courses.kpis()
    assert len(found) == MOST and all(len(each.series) <= POINTS and len(each.name) <= 60 for each in found)
    assert found[0].series[0] == (0, 0) and found[0].series[-1][0] == 3 * POINTS - 1
