"""Progress as people see it."""
from __future__ import annotations

import time
from typing import Any

import pytest
from status_lines import begun, lightning, line, plain

from tao_launcher.base.errors import FileError, NothingMatched
from tao_launcher.commands.progress.show import chosen, in_one_line, is_overdue, precise, shown
from tao_launcher.commands.progress.sources import Reading, Seen, Subject
from tao_launcher.commands.progress.view import View
from tao_launcher.status.parse import parse
from tao_launcher.status.status import Kpi

NINE = 1795683600.0


def never() -> Seen:
    raise AssertionError


SOURCE = Subject('results', never)


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('TZ', 'UTC')
    time.tzset()


def view(now: float = NINE + 37 * 60 + 5, width: int = 80, **more: Any) -> View:
    return View(width, more.pop('blocks', True), more.pop('paint', lambda text, color: text), now)


def of(data: bytes) -> Reading:
    return Reading(SOURCE, Seen('/r/train/status.json', parse(data), '/train/status.json'))


def values(epochs: int) -> bytes:
    """A training whose loss falls, and whose mAP rises, with a learning rate."""
    lines = lightning(epochs, 80).splitlines(keepends=True)
    for i in range(2, len(lines)):
        more = b'"kpi": {"val_loss": %.4f, "mAP": %.3f}, "graphical": {"lr": 0.001}, "message"' % (1 / (i - 1), i / 100)
        lines[i] = lines[i].replace(b'"message"', more)
    return b''.join(lines)


def test_a_training() -> None:
    falling, rising = '█▄▃▂▂▂' + '▁' * 31, '▁▁▁▁▁▂▂▂▂▃▃▃▃▃▄▄▄▄▅▅▅▅▅▆▆▆▆▆▇▇▇▇█████'
    assert shown(of(values(37)), view()) == [
        'results/train/status.json', '  RUNNING  since 09:00',
        '  ██████████████████▌·····················  46%  epoch 37 of 80',
        '  1m00s per epoch, 42m left, done at 10:20',
        '  VALUE     LAST   BEST              COURSE',
        f'  val_loss  0.027  0.027 (epoch 37)  {falling}',
        f'  mAP       0.38   0.38 (epoch 37)   {rising}',
        f'  lr        0.001                    {"▄" * 37}',
    ]


def test_without_blocks_and_narrow() -> None:
    lines = shown(of(values(37)), view(width=50, blocks=False))
    assert lines[2] == '  ############...............  46%  epoch 37 of 80' and ''.join(lines).isascii()
    assert all(len(each) <= 50 for each in lines)


def test_our_own_estimate() -> None:
    lines = shown(of(plain(6, 10)), view(NINE + 3600))
    assert lines[3] == '  10m00s per epoch, 40m left, done at 10:40 by the average so far'


def test_a_job_that_is_silent() -> None:
    assert shown(of(lightning(37, 80)), view(NINE + 3 * 3600))[1::2] == [
        '  RUNNING  since 09:00, last line 09:37 (2h23 ago)', '  1m00s per epoch',
    ]


@pytest.mark.parametrize(('lines', 'first', 'rest'), [
    (line('9:40:0', message='Train finished successfully.'), 'SUCCESS  since 09:00, until 09:40', 'took 40m00s'),
    (line('9:40:0', 'FAILURE', message='File system error: -k s3cret\nkey: x'), 'FAILURE  since 09:00, until 09:40',
     'took 40m00s'),
    (line('9:40:0', 'SKIPPED'), 'SKIPPED  since 09:00, until 09:40', 'took 40m00s'),
])
def test_ends(lines: bytes, first: str, rest: str) -> None:
    found = shown(of(lightning(37, 80) + lines), view(NINE + 3600))
    assert found[1] == f'  {first}' and found[3] == f'  1m00s per epoch, {rest}'
    says = [each for each in found if 'the job says' in each]
    assert says == (['  the job says: File system error: -k *** key: ***'] if b'FAILURE' in lines else [])


def test_no_total_nothing_counted_nothing_written() -> None:
    assert shown(of(begun() + line(cur_iter=1200, eta='1:00:00')), view(NINE)) == [
        'results/train/status.json', '  RUNNING  since 09:00', '  iteration 1200', '  1h00 left, done at 10:00',
    ]
    assert shown(of(begun()), view(NINE)) [1:] == ['  STARTED  since 09:00']
    assert shown(of(b''), view(NINE)) [1:] == ['  nothing written yet']


def test_runs() -> None:
    data = lightning(3, 9) + begun('9:30:0')
    assert shown(of(data), view(NINE + 1800))[1] == '  STARTED  since 09:30, the last of 2 runs in the file'


def test_many_values() -> None:
    lines = shown(of(begun() + line(kpi={f'value {i}': i for i in range(20)})), view(NINE))
    assert lines[-1] == '  and 8 more: --format json' and len(lines) == 2 + 1 + 12 + 1


def test_what_comes_from_outside_is_escaped() -> None:
    data = begun() + line('9:1:0', 'FAILURE', message='\x1b[2J\x07', kpi={'\x1b]0;x\x07': 1, 'é' * 300: 2})
    found = shown(of(data), view(NINE))
    assert all(each.isprintable() and len(each) <= 80 for each in found)
    assert r'  the job says: \x1b[2J\x07' in found


def test_long_names_and_no_unicode() -> None:
    data = begun() + line('9:1:0', message='ü', kpi={'é' * 300: 2, 'x' * 300: 1}, epoch=1, max_epoch=2)
    wide = view(NINE)._replace(is_terminal=False)
    assert [each.split()[0] for each in shown(of(data), wide)[-2:]] == ['é' * 39 + '…', 'x' * 39 + '…']
    assert len(in_one_line(of(data), wide)) < 200
    found = of(data + line('9:2:0', 'FAILURE', message='ß' * 400))
    found = found._replace(source=SOURCE._replace(title='/ä' * 50))
    for plain_view in (view(NINE, blocks=False), wide._replace(blocks=False)):
        lines = [*shown(found, plain_view), *shown(found, plain_view, 'x'), in_one_line(found, plain_view)]
        assert all(each.isascii() for each in lines)
        assert all(len(each) <= 80 for each in lines[:-1]) or not plain_view.is_terminal


def test_colours() -> None:
    painted = view(paint=lambda text, color: f'<{color}>{text}</>')
    assert shown(of(lightning(3, 9)), painted)[1] == '  <GREEN>RUNNING</>  since 09:00, last line 09:03 (34m ago)'


def test_plot() -> None:
    found = shown(of(values(37)), view(), 'LOSS')
    assert found[4] == '  val_loss  last 0.027  best 0.027 (epoch 37)'
    assert [each[:13] for each in found[5:15]] == ['         1 │█'] + ['           │█'] * 8 + ['     0.027 │█']
    assert len(found[14]) == 80 and found[15] == '            epoch 1 to 37' and len(found) == 16
    assert shown(of(values(37)), view(), 'nosuch')[4:] == ['  no value nosuch']
    assert ''.join(shown(of(values(37)), view(blocks=False), 'mAP')).isascii()


def test_which_value_is_meant() -> None:
    kpis = [Kpi(name, 1.0, None, None, None, ()) for name in ('loss', 'val_loss', 'mAP', 'mAP50', 'Acc')]
    found = {key: getattr(chosen(kpis, key), 'name', None) for key in ('loss', 'val', 'MAP', 'acc', 'm', 'x', '50')}
    assert found == {
        'loss': 'loss', 'val': 'val_loss', 'MAP': 'mAP', 'acc': 'Acc', 'm': None, 'x': None, '50': 'mAP50',
    }


def test_in_one_line() -> None:
    assert in_one_line(of(values(37)), view(width=0)) == (
        'results/train/status.json  RUNNING  37/80 46%  42m left, done at 10:20  val_loss 0.027  mAP 0.38  lr 0.001'
    )
    failed = of(begun() + line('9:0:5', 'FAILURE', message='x'))
    assert in_one_line(failed, view(width=0)) == (
        'results/train/status.json  FAILURE  took 5s  the job says: x'
    )


def test_a_line_that_is_overdue() -> None:
    """After ten epochs, of a minute here, or an hour; never after the end."""
    training, failed = of(lightning(37, 80)), of(lightning(3, 9) + line('9:5:0', 'FAILURE'))
    last = NINE + 37 * 60
    assert 'last line' not in in_one_line(training, view(last + 590))
    assert in_one_line(training, view(last + 620)).endswith('  37/80 46%  last line 09:37 (10m ago)')  # none left
    assert shown(training, view(last + 620))[3] == '  1m00s per epoch'
    told = in_one_line(training, view(last + 6 * 86400))
    assert told.endswith('  RUNNING  37/80 46%  last line Thu 26 Nov 09:37 (6d00h ago)')
    assert 'last line' not in in_one_line(failed, view(last + 10**6))
    slow = parse(begun() + line(epoch=1, time_per_epoch='1:00:00'))
    step = parse(begun() + line(step=1, time_per_step='1:00:00'))
    assert [is_overdue(slow, NINE + hours * 3600) for hours in (2, 9, 11)] == [False, False, True]
    assert [is_overdue(step, NINE + seconds) for seconds in (3500, 3700)] == [False, True]
    assert not is_overdue(parse(b''), NINE)


def test_what_was_not_seen() -> None:
    reading = Reading(SOURCE, None, NothingMatched('/r: no status.json there', 'why'))
    assert shown(reading, view()) == ['/r: no status.json there'] == [in_one_line(reading, view())]
    seen_before = of(begun())._replace(error=FileError('/r', 'no answer in 2 s'))
    assert shown(seen_before, view(NINE))[-1] == '  /r: no answer in 2 s'


@pytest.mark.parametrize(('seconds', 'found'), [
    (0.0123, '0.012s'), (0.75, '0.75s'), (9.99, '10s'), (12.34, '12.3s'), (59.96, '1m00s'), (723.51, '12m04s'),
    (3600, '1h00'), (97331, '1d03h'),
])
def test_precise(seconds: float, found: str) -> None:
    assert precise(seconds) == found


def test_a_long_title_keeps_its_end() -> None:
    found = of(begun())._replace(source=SOURCE._replace(title='/a/long/path' * 9))
    assert shown(found, view(NINE))[0] == '…' + ('/a/long/path' * 9 + '/train/status.json')[-79:]
    assert shown(found, view(NINE)._replace(is_terminal=False))[0] == '/a/long/path' * 9 + '/train/status.json'
