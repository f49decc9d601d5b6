"""Progress as people see it. Pure: what a task wrote is escaped by those who read it."""
from __future__ import annotations

from ...base.clock import hour
from ...base.errors import NothingMatched
from ...base.record import Record
from ...base.secrets import masked_words
from ...base.table import table
from ...base.text import cut, plain, width
from ...status.status import Kpi, Status, amount, duration, percent, plain_number
from . import chart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .sources import Reading

BAR = 40  # characters at most
COURSE = 40
KPIS = 12  # rows at most
HEIGHT = 10  # of a plot
LABEL = 10  # characters before it
SILENT = 60.0  # seconds after which it is said how long nothing was written
COLORS = {'RUNNING': 'GREEN', 'STARTED': 'GREEN', 'FAILURE': 'RED', 'SKIPPED': 'YELLOW'}


class View(Record):
    """How it is shown: how wide, whether with Unicode's blocks, and what paints a word in a colour."""

    width: int
    blocks: bool
    paint: Callable[[str, str], str]
    now: float
    is_terminal: bool = True  # elsewhere lines may be longer

    def cut(self, line: str) -> str:
        """A line that fits."""
        return cut(line, self.width if self.is_terminal else 0)


def shown(found: Reading, view: View, key: str = '') -> list[str]:
    """The lines about one source; with `key` the plot of that value instead of the table of all."""
    if found.seen is None:
        return [view.cut(_error(found))]
    status = found.seen.status
    lines = [_end(_title(found), view), _state(status, view), *_bar(status, view), *_times(status, view)]
    lines += _plot(status, key, view) if key else _kpis(status, view)
    if status.failure:
        lines.append(view.cut(f'  the job says: {_masked(status.failure)}'))
    if found.error and not isinstance(found.error, NothingMatched):  # it was seen before
        lines.append(view.cut(f'  {_error(found)}'))
    return lines


def in_one_line(found: Reading, view: View) -> str:
    """How far a source is, in one line."""
    if found.seen is None:
        return _error(found)
    status = found.seen.status
    told = [f'{amount(status)} {percent(status)}'.strip(), ', '.join(_left(status, view)), *(
        f'{each.name} {number(each.last)}' for each in status.kpis[:KPIS]
    )]
    if status.failure:
        told.append(f'the job says: {_masked(status.failure)}')
    return '  '.join(filter(None, (_title(found), status.state, *told)))


def _title(found: Reading) -> str:
    return found.source.title + (plain(found.seen.below) if found.seen else '')


def _error(found: Reading) -> str:
    return _masked(plain(found.error.what)) if found.error else ''


def _end(title: str, view: View) -> str:
    """The end of a title that is too long: a path's end says more than its start."""
    while view.is_terminal and width(title) > view.width:
        title = f'…{title[2:]}'
    return title


def _state(status: Status, view: View) -> str:
    told = []
    if status.started is not None:
        told.append(f'since {hour(status.started, view.now)}')
    silent = 0.0 if status.written is None else view.now - status.written
    if status.written is not None and (silent >= SILENT or status.has_ended):
        told.append(f'{"until" if status.has_ended else "last line"} {hour(status.written, view.now)}' + (
            '' if status.has_ended else f' ({duration(silent)} ago)'))
    if status.runs > 1:
        told.append(f'the last of {status.runs} runs in the file')
    state, color = status.state or 'nothing written yet', COLORS.get(status.state)
    line = view.cut('  '.join(filter(None, (f'  {state}', ', '.join(told)))))
    return f'  {view.paint(state, color)}{line[len(state) + 2:]}' if color and state in line else line


def _bar(status: Status, view: View) -> Iterator[str]:
    if not status.unit:
        return
    done = plain_number(status.done)
    if status.fraction is None or status.total is None:
        yield f'  {status.unit} {done}'
        return
    told = f'  {percent(status)}  {status.unit} {done} of {plain_number(status.total)}'
    yield f'  {chart.bar(status.fraction, max(8, min(BAR, view.width - len(told) - 2)), blocks=view.blocks)}{told}'


def _times(status: Status, view: View) -> list[str]:
    told = [] if status.seconds_per_unit is None else [f'{precise(status.seconds_per_unit)} per {status.unit}']
    line = ', '.join([*told, *_left(status, view)])
    return [view.cut(f'  {line}')] if line else []


def _left(status: Status, view: View) -> list[str]:
    if status.has_ended:
        if status.started is None or status.written is None or status.written < status.started:
            return []
        return [f'took {precise(status.written - status.started)}']
    remaining = status.remaining(view.now)
    if remaining is None or status.ends_at is None:
        return []
    own = ' by the average so far' if status.is_own_estimate else ''
    return [f'{duration(remaining)} left', f'done at {hour(status.ends_at, view.now)}{own}']


def _kpis(status: Status, view: View) -> list[str]:
    if not status.kpis:
        return []
    has_best = any(each.best is not None for each in status.kpis)
    rows = [('  VALUE', 'LAST', *(['BEST'] if has_best else []), 'COURSE')]
    kpis = status.kpis[:KPIS]
    cells = [(f'  {_name(each)}', number(each.last), *([_best(each, status)] if has_best else [])) for each in kpis]
    used = sum(max(width(row[i]) for row in [*cells, rows[0]]) + 2 for i in range(len(cells[0])))
    wide = max(8, min(COURSE, view.width - used))
    rows += [(*row, chart.sparkline(each.series, wide, blocks=view.blocks)) for row, each in zip(cells, kpis)]
    more = len(status.kpis) - KPIS
    lines = table(rows, view.width if view.is_terminal else 0).splitlines()
    return [*lines, *([f'  and {more} more: --format json'] if more > 0 else [])]


def _name(kpi: Kpi) -> str:
    return f'{kpi.name} (mean of {kpi.elements})' if kpi.elements else kpi.name


def _best(kpi: Kpi, status: Status) -> str:
    at = f' ({status.unit} {plain_number(kpi.best_at)})' if kpi.best_at is not None else ''
    return '' if kpi.best is None else f'{number(kpi.best)}{at}'


def _plot(status: Status, key: str, view: View) -> list[str]:
    kpi = chosen(status.kpis, key)
    if kpi is None:
        return [f'  no value {key}']
    wide = view.width - LABEL - 2
    low, high = chart.bounds(chart.columns(kpi.series, wide))
    labels = [number(high), number(low)]
    rows = chart.plot(kpi.series, max(10, wide), HEIGHT, blocks=view.blocks)
    axis = [labels[0], *[''] * (HEIGHT - 2), labels[1]]
    best = f'  best {_best(kpi, status)}' if kpi.best is not None else ''
    places = [place for place, _ in kpi.series if place is not None]
    ends = f'{status.unit} {plain_number(places[0])} to {plain_number(places[-1])}' if places else ''
    return [
        view.cut(f'  {_name(kpi)}  last {number(kpi.last)}{best}'),
        *(f'{label:>{LABEL}} {"│" if view.blocks else "|"}{row}' for label, row in zip(axis, rows)),
        *([f'{"":{LABEL + 2}}{ends}'] if ends else []),
    ]


def chosen(kpis: Sequence[Kpi], key: str) -> Kpi | None:
    """The value that KEY names: by its name, in whatever case, or by a part that one name alone has."""
    for fits in (
        [each for each in kpis if each.name == key], [each for each in kpis if each.name.lower() == key.lower()],
        [each for each in kpis if key.lower() in each.name.lower()],
    ):
        if len(fits) == 1:
            return fits[0]
    return None


def number(value: float) -> str:
    """A value for a person."""
    return f'{value:.4g}'


def precise(seconds: float) -> str:
    """How long something took: 0.75s, 12.3s, 10m02s, 3h12."""
    if seconds < 10:
        return f'{seconds:.2g}s'
    if seconds < 59.95:
        return f'{seconds:.1f}s'
    whole = int(seconds + 0.5)
    return f'{whole // 60}m{whole % 60:02}s' if whole < 3600 else duration(seconds)


def _masked(text: str) -> str:
    return masked_words([f' {text}'])[0].strip()  # with the blank it is no NAME=VALUE
