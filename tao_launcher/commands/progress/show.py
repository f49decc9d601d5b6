"""Progress as people see it. Pure: what a task wrote is escaped by those who read it."""
from __future__ import annotations

from ...base.clock import hour
from ...base.errors import NothingMatched
from ...base.masking import masked_text
from ...base.table import table
from ...base.text import cut, plain, width
from ...status.status import Kpi, Status, amount, duration, percent, plain_number
from . import chart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .sources import Reading
    from .view import View

BAR = 40  # characters at most
COURSE = 40
KPIS = 12  # rows at most
NAME = 40  # columns of a value's name
HEIGHT = 10  # of a plot
LABEL = 10  # characters before it
SILENT = 60.0  # seconds after which it is said how long nothing was written
EPOCHS, OFTEN = 10, 600.0  # a line is overdue after the time of so many epochs, and after so many seconds
OVERDUE = 3600.0  # seconds, where the time of an epoch is not known
COLORS = {'RUNNING': 'GREEN', 'STARTED': 'GREEN', 'FAILURE': 'RED', 'SKIPPED': 'YELLOW'}


def shown(found: Reading, view: View, key: str = '') -> list[str]:
    """The lines about one source; with `key` the plot of that value instead of the table of all."""
    if found.seen is None:
        return [view.cut(_error(found))]
    status = found.seen.status
    lines = [view.end(_title(found)), _state(status, view), *_bar(status, view), *_times(status, view)]
    lines += _plot(status, key, view) if key else _kpis(status, view)
    if status.failure:
        lines.append(view.cut(f'  the job says: {status.failure}'))
    if found.error and not isinstance(found.error, NothingMatched):  # it was seen before
        lines.append(view.cut(f'  {_error(found)}'))
    return lines


def in_one_line(found: Reading, view: View) -> str:
    """How far a source is, in one line."""
    if found.seen is None:
        return view.text(_error(found))
    status = found.seen.status
    told = [f'{amount(status)} {percent(status)}'.strip(), ', '.join(_left(status, view)), *(
        f'{cut(each.name, NAME)} {number(each.last)}' for each in status.kpis[:KPIS]
    )]
    if is_overdue(status, view.now):
        told.append(_last_line(status, view))
    if status.failure:
        told.append(f'the job says: {status.failure}')
    return view.text('  '.join(filter(None, (_title(found), status.state, *told))))


def _title(found: Reading) -> str:
    return found.source.title + (plain(found.seen.below) if found.seen else '')


def _error(found: Reading) -> str:
    return masked_text(plain(found.error.what)) if found.error else ''


def _state(status: Status, view: View) -> str:
    told = []
    if status.started is not None:
        told.append(f'since {hour(status.started, view.now)}')
    if status.written is not None and status.has_ended:
        told.append(f'until {hour(status.written, view.now)}')
    elif _silence(status, view.now) >= SILENT:
        told.append(_last_line(status, view))
    if status.runs > 1:
        told.append(f'the last of {status.runs} runs in the file')
    state, color = status.state or 'nothing written yet', COLORS.get(status.state)
    line = view.cut('  '.join(filter(None, (f'  {state}', ', '.join(told)))))
    return f'  {view.paint(state, color)}{line[len(state) + 2:]}' if color and state in line else line


def is_overdue(status: Status, now: float) -> bool:
    """Whether no line has come for so long that the task may be dead."""
    each = status.seconds_per_unit if status.unit == 'epoch' else None
    return _silence(status, now) > (OVERDUE if each is None else max(EPOCHS * each, OFTEN))


def _silence(status: Status, now: float) -> float:
    return 0.0 if status.written is None or status.has_ended else now - status.written


def _last_line(status: Status, view: View) -> str:
    written = view.now if status.written is None else status.written
    return f'last line {hour(written, view.now)} ({duration(view.now - written)} ago)'


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
    if remaining is None or status.ends_at is None or is_overdue(status, view.now):
        return []
    own = ' by the average so far' if status.is_own_estimate else ''
    return [f'{duration(remaining)} left', f'done at {hour(status.ends_at, view.now)}{own}']


def _kpis(status: Status, view: View) -> list[str]:
    if not status.kpis:
        return []
    has_best = any(each.best is not None for each in status.kpis)
    rows = [('  VALUE', 'LAST', *(['BEST'] if has_best else []), 'COURSE')]
    kpis = status.kpis[:KPIS]
    cells = [
        (f'  {_name(each, view)}', number(each.last), *([_best(each, status)] if has_best else [])) for each in kpis
    ]
    used = sum(max(width(row[i]) for row in [*cells, rows[0]]) + 2 for i in range(len(cells[0])))
    wide = max(8, min(COURSE, view.width - used))
    rows += [(*row, chart.sparkline(each.series, wide, blocks=view.blocks)) for row, each in zip(cells, kpis)]
    more = len(status.kpis) - KPIS
    return [*map(view.cut, table(rows, 0).splitlines()), *([f'  and {more} more: --format json'] if more > 0 else [])]


def _name(kpi: Kpi, view: View) -> str:
    name = view.cut(kpi.name, NAME)
    return f'{name} (mean of {kpi.elements})' if kpi.elements else name


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
        view.cut(f'  {_name(kpi, view)}  last {number(kpi.last)}{best}'),
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
