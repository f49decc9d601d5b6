"""The bench's table: what is printed of figures, how they are compared with stored ones, and what is stored."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
import starting
from figures import Figure, dumped, kept, loaded, misses, moved, table
from support import tao

HERE = Path(__file__).resolve().parents[1] / 'bench'
DRY_RUN = Figure('CPU, dry run', 'python -c pass', 1.97, 1.04, {'rocker': 13.0}, 2.1, 0.02, note='33 / 17 ms')


@pytest.mark.parametrize('before, ours, spread, expected', [
    (None, 2.0, 0.0, 'new'),
    (2.0, 2.0, 0.0, ''),
    (2.0, 2.19, 0.0, ''),
    (2.0, 2.21, 0.0, 'slower, 2.00 before'),
    (2.0, 1.81, 0.0, ''),
    (2.0, 1.79, 0.0, 'quicker, 2.00 before'),
    (2.0, 2.5, 0.3, ''),
    (2.0, 2.7, 0.3, 'slower, 2.00 before'),
])
def test_a_figure_has_moved_when_it_differs_by_more_than_two_runs_do(
    before: float | None, ours: float, spread: float, expected: str,
) -> None:
    assert moved(DRY_RUN._replace(ours=ours, spread=spread), before) == expected


@pytest.mark.parametrize('figure', [
    DRY_RUN._replace(ours=None), DRY_RUN._replace(ours=9.0, unit='s'), DRY_RUN._replace(ours=9.0, unit='ms'),
])
def test_what_was_not_measured_and_what_only_this_machine_took_does_not_move(figure: Figure) -> None:
    assert moved(figure, 2.0) == ''


@pytest.mark.parametrize('ours, expected', [(2.1, False), (2.104, False), (2.106, True), (None, False)])
def test_an_aim_is_missed_when_what_is_printed_is_above_it(ours: float | None, expected: bool) -> None:
    assert misses(DRY_RUN._replace(ours=ours)) is expected
    assert misses(DRY_RUN._replace(ours=ours, aim=None)) is False


def rows(printed: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split('|')[1:-1]] for line in printed.splitlines() if line[:1] == '|']


def test_the_table_has_a_line_for_each_figure_and_says_below_what_to_look_at() -> None:
    figures = [
        DRY_RUN,
        Figure('wall, list', 'docker ps -a', 4.5, aim=3.0),
        Figure('back from Ctrl-C', 'after bare docker run', 0.01, aim=0.5, unit='s'),
        Figure('Tab', '', 240.4, aim=150, unit='ms'),
        Figure('wall, a job', '', None, note='there is no engine'),
    ]
    printed = table(figures, {'CPU, dry run': 1.5, 'wall, list': 4.4, 'CPU, what was': 2.0})
    assert rows(printed) == [
        ['what', '1.00 is', 'limit', 'peers', 'ours', 'aim', 'moved'],
        ['----', '-------', '-----', '-----', '----', '---', '-----'],
        ['CPU, dry run', 'python -c pass', '1.04', 'rocker 13.00', '1.97 (33 / 17 ms)', '≤ 2.10 ✓',
         'slower, 1.50 before'],
        ['wall, list', 'docker ps -a', '', '', '4.50', '≤ 3.00 ✗', ''],
        ['back from Ctrl-C', 'after bare docker run', '', '', '0.01 s', '≤ 0.50 s ✓', ''],
        ['Tab', '', '', '', '240 ms', '≤ 150 ms ✗', ''],
        ['wall, a job', '', '', '', '—', '', ''],
    ]
    assert len({len(line) for line in printed.splitlines() if line[:1] == '|'}) == 1
    assert printed.partition('\n\n')[2].splitlines() == [
        'moved: CPU, dry run (slower, 1.50 before)',
        'above its aim: wall, list; Tab',
        'not measured: wall, a job: there is no engine',
        'no longer there: CPU, what was',
    ]


def test_the_table_says_when_nothing_moved_or_there_is_nothing_to_compare_with() -> None:
    assert table([DRY_RUN], {'CPU, dry run': 2.0}).endswith('\n\nnothing moved against the stored table\n')
    assert table([DRY_RUN], {}).endswith('\n\nnothing is stored to compare with\n')


def test_what_is_stored_are_the_ratios_and_where_they_are_from() -> None:
    about = {'python': '3.13', 'engine': 'docker 20.10'}
    text = dumped([DRY_RUN._replace(ours=1.9712), Figure('Tab', '', 240.4, unit='ms')], about)
    assert json.loads(text) == {**about, 'ratios': {'CPU, dry run': 1.97}}
    assert loaded(text, {'python': '3.13'}) == {'CPU, dry run': 1.97}
    assert loaded(text, {'python': '3.8'}) == {}


def test_without_an_engine_the_ratios_of_one_are_kept() -> None:
    job = Figure('wall, a job', '', None)
    assert [figure.ours for figure in kept([DRY_RUN, job], {'wall, a job': 1.07})] == [1.97, 1.07]
    assert dumped(kept([job], {}), {}) == dumped([], {})


@pytest.mark.parametrize('path', [path.name for path in HERE.glob('*.json')])
def test_the_stored_tables_can_be_read(path: str) -> None:
    text = (HERE / path).read_text(encoding='utf-8')
    found = loaded(text, {})
    assert found and all(ratio > 0 for ratio in found.values())
    assert text.count('\n') >= len(found)  # a line for each, so that a change can be read


def test_the_stand_in_engine_has_so_many_jobs(tmp_path: Path) -> None:
    program = starting.stand_in(tmp_path, 3)
    listed = tao('--engine', f'docker:{program}', 'list', '-a')
    assert (listed.code, listed.err) == (0, '')
    assert [line.split()[:3] for line in listed.out.splitlines()[1:]] == [[12 * '0', 'model/dino/train', 'exited']] * 3
