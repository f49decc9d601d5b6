"""Bars, sparklines and plots."""
from __future__ import annotations

from typing import Optional

import pytest

from tao_launcher.commands.progress.chart import bar, columns, plot, sparkline

NAN, INF = float('nan'), float('inf')


@pytest.mark.parametrize(('fraction', 'blocks', 'plain'), [
    (0.0, '········', '........'), (0.5, '████····', '####....'), (1.0, '████████', '########'),
    (0.46, '███▋····', '###.....'), (0.999, '███████▉', '#######.'),
])
def test_bar(fraction: float, blocks: str, plain: str) -> None:
    assert (bar(fraction, 8, blocks=True), bar(fraction, 8, blocks=False)) == (blocks, plain)


def points(*values: float) -> list[tuple[Optional[float], float]]:
    return [(float(i), value) for i, value in enumerate(values)]


@pytest.mark.parametrize(('values', 'blocks', 'plain'), [
    ((0, 1, 2, 3, 4, 5, 6, 7), '▁▂▃▄▅▆▇█', '_.-:=+*#'), ((7, 0), '█▁', '#_'), ((1, 1, 1), '▄▄▄', ':::'), ((), '', ''),
    ((0, NAN, 7, INF), '▁ █ ', '_ # '), ((NAN,), ' ', ' '), ((-1.7e308, 1.7e308), '▁█', '_#'),
])
def test_sparkline(values: tuple[float, ...], blocks: str, plain: str) -> None:
    found = points(*values)
    assert (sparkline(found, 9, blocks=True), sparkline(found, 9, blocks=False)) == (blocks, plain)


def test_columns_are_in_proportion_to_what_was_done() -> None:
    """The end of a large file is read whole, and before it there is a sample."""
    found: list[tuple[Optional[float], float]] = [(0.0, 1.0), (50.0, 2.0), *((90.0 + i / 10, 3.0) for i in range(100))]
    assert columns(found, 10) == [1, 1, 1, 1, 1, 2, 2, 2, 2, 3]
    assert columns([(None, value) for _, value in found[:4]], 2) == [1.5, 3]
    assert columns(points(1, 3), 4) == [1, 3] and columns(points(1, 3), 4, stretched=True) == [1, 1, 3, 3]
    assert columns(points(2, 4, 2, 4), 2) == [3, 3]


def test_plot() -> None:
    assert plot(points(0, 1, 2, 3), 4, 2, blocks=True) == ['  ▃█', '▁▆██']
    assert plot(points(0, 1, 2, 3), 8, 4, blocks=False) == ['      ##', '    ####', '  ######', '########']
    assert plot(points(5, 5), 2, 3, blocks=False) == ['', '##', '##']
    assert plot([], 5, 2, blocks=True) == ['', '']
    assert plot(points(0, NAN, 1), 3, 1, blocks=True) == ['▁ █']


def test_a_hundred_thousand_points_fit() -> None:
    found = points(*range(100_000))
    assert sparkline(found, 8, blocks=True) == '▁▂▃▄▅▆▇█'
    assert [len(row) for row in plot(found, 60, 5, blocks=True)][-1] == 60
