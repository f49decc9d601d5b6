"""The bench's table and what is kept of it: figures that are ratios, compared with those of another day. Pure."""
from __future__ import annotations

import json
from typing import Dict, Mapping, NamedTuple, Optional, Sequence

TOLERANCE = 0.1  # of a ratio: so much another run on the same machine may differ
Stored = Dict[str, float]


class Figure(NamedTuple):
    """One line of the table. Ratios are to the bare command that the line names, measured in turn with ours."""

    what: str
    bare: str  # what is 1.00
    ours: Optional[float]  # None where it could not be measured
    limit: Optional[float] = None  # what a program has that does nothing of its own: nobody can be below
    peers: Mapping[str, float] = {}
    aim: Optional[float] = None  # not more than this
    spread: float = 0.0  # half of the ratios of the single pairs are within so much of the median, as a part of it
    unit: str = '×'  # × for a ratio, which is stored; s, ms and MB for what this machine took
    note: str = ''  # what was measured, or why nothing was


def moved(figure: Figure, before: Optional[float]) -> str:
    """How a figure differs from the stored one: '' where that is within what two runs differ by."""
    if figure.ours is None or figure.unit != '×':
        return ''
    if before is None:
        return 'new'
    change = figure.ours / before - 1
    if abs(change) <= max(TOLERANCE, figure.spread):
        return ''
    return f'{"slower" if change > 0 else "quicker"}, {before:.2f} before'


def table(figures: Sequence[Figure], stored: Stored) -> str:
    """The table as Markdown, and below it what moved and what misses its aim."""
    head = ('what', '1.00 is', 'limit', 'peers', 'ours', 'aim', 'moved')
    rows = [head, tuple('-' * len(word) for word in head)]
    rows += [(
        figure.what, figure.bare, _number(figure.limit, figure.unit),
        ', '.join(f'{name} {ratio:.2f}' for name, ratio in figure.peers.items()),
        _ours(figure), f'≤ {_number(figure.aim, figure.unit)}{_verdict(figure)}' if figure.aim is not None else '',
        moved(figure, stored.get(figure.what)),
    ) for figure in figures]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = ['| ' + ' | '.join(cell.ljust(wide) for cell, wide in zip(row, widths)) + ' |' for row in rows]
    return '\n'.join([*lines, '', *summary(figures, stored)]) + '\n'


def summary(figures: Sequence[Figure], stored: Stored) -> list[str]:
    """What to look at: the figures that moved, that miss their aim, and that could not be measured."""
    changes = {figure.what: moved(figure, stored.get(figure.what)) for figure in figures}
    found = {
        'moved': [f'{what} ({change})' for what, change in changes.items() if change not in ('', 'new')],
        'above its aim': [figure.what for figure in figures if misses(figure)],
        'not measured': [f'{figure.what}: {figure.note}' for figure in figures if figure.ours is None],
        'no longer there': sorted(set(stored) - set(changes)),
    }
    lines = [f'{title}: {"; ".join(names)}' for title, names in found.items() if names]
    if stored and not found['moved']:
        lines.insert(0, 'nothing moved against the stored table')
    return lines if stored else ['nothing is stored to compare with', *lines]


def misses(figure: Figure) -> bool:
    """Whether a figure is above its aim, as it is printed."""
    return figure.ours is not None and figure.aim is not None and round(figure.ours, 2) > figure.aim


def _verdict(figure: Figure) -> str:
    return '' if figure.ours is None else ' ✗' if misses(figure) else ' ✓'


def _number(value: Optional[float], unit: str) -> str:
    if value is None:
        return ''
    return f'{value:.2f}' if unit == '×' else f'{value:.2f} s' if unit == 's' else f'{value:.0f} {unit}'


def _ours(figure: Figure) -> str:
    if figure.ours is None:
        return '—'
    note = f' ({figure.note})' if figure.note else ''
    return f'{_number(figure.ours, figure.unit)}{note}'


def dumped(figures: Sequence[Figure], about: Mapping[str, str]) -> str:
    """The text to store: where it was measured, and one line for each ratio."""
    ratios = {figure.what: round(figure.ours, 2) for figure in figures if figure.ours and figure.unit == '×'}
    return json.dumps({**about, 'ratios': ratios}, indent=4, ensure_ascii=False) + '\n'


def loaded(text: str, about: Mapping[str, str]) -> Stored:
    """The ratios of a stored text; none of one that was measured with something else."""
    found = json.loads(text)
    if any(found.get(name) != value for name, value in about.items()):
        return {}
    return {str(what): float(ratio) for what, ratio in found['ratios'].items()}


def kept(figures: Sequence[Figure], stored: Stored) -> list[Figure]:
    """The figures to store: those that could not be measured this time keep what was stored."""
    return [
        figure._replace(ours=stored.get(figure.what)) if figure.ours is None and figure.unit == '×' else figure
        for figure in figures
    ]
