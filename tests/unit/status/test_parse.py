"""Status files as tasks write them, and as nothing writes them."""
from __future__ import annotations

import pytest
from status_lines import begun, lightning, line, plain

from tao_launcher.status.parse import NotStatus, parse
from tao_launcher.status.status import Status, brief

NINE = 1795683600.0  # 11/26/2026, 9 o'clock, UTC


def test_a_training_on_lightning() -> None:
    status = parse(lightning(37, 80, kpi={'val_loss': 0.5}), modified=NINE + 37 * 60)
    assert status._replace(kpis=()) == Status(
        'RUNNING', 'epoch', 37.0, 80.0, 60.25, NINE + 80 * 60, message='Training loop in progress', runs=1,
        started=NINE, written=NINE + 37 * 60, stamped=NINE + 37 * 60,
    )
    assert brief(status, NINE + 37 * 60) == '37/80 46% 43m'
    assert brief(status, NINE + 37 * 60 + 120) == '37/80 46% 41m'  # since then two minutes have gone by
    assert len(status.kpis[0].series) == 37


def test_a_training_that_counts_from_1_and_says_no_eta() -> None:
    status = parse(plain(6, 10), modified=NINE + 3600)
    assert (status.done, status.total, status.seconds_per_unit) == (6.0, 10.0, 600.0)
    assert status.ends_at == NINE + 6000 and status.is_own_estimate


def test_our_own_average() -> None:
    """Where the file has no time per epoch; a clock that is set, forth or back, is no epoch."""
    lines = [begun()] + [line(f'9:{5 * e}:0', epoch=e, max_epoch=20) for e in range(1, 8)]
    assert parse(b''.join(lines)).seconds_per_unit == 300.0
    lines += [line(f'{hour}:{minute}:0', epoch=e, max_epoch=20) for e, hour, minute in [
        (8, 20, 0), (9, 20, 5), (10, 8, 0), (11, 8, 5),
    ]]
    status = parse(b''.join(lines))
    assert status.seconds_per_unit == 300.0 and status.is_own_estimate
    assert status.ends_at == NINE - 3600 + 300 + 9 * 300


@pytest.mark.parametrize('zone', [0, -8 * 3600, 5.5 * 3600, 5.75 * 3600, 14 * 3600])
def test_the_container_has_a_clock_of_its_own(zone: float) -> None:
    """Its local time is that of the file's last change."""
    status = parse(lightning(10, 80), modified=NINE + 600.75 - zone)
    assert (status.started, status.written) == (NINE - zone, NINE + 600.75 - zone)
    assert status.ends_at == NINE + 80 * 60 - zone


@pytest.mark.parametrize('later', [55 * 60, 10**4, 10**7])
@pytest.mark.parametrize('torn', [b'', b'{"date": "11/2', b'\0\0\n'])
def test_a_file_that_was_copied(later: int, torn: bytes) -> None:
    """Its last change is none of its lines' times."""
    status = parse(lightning(10, 80) + torn, modified=NINE + 600 + later)
    assert (status.started, status.written, status.ends_at) == (NINE, NINE + 600, NINE + 80 * 60)


def test_runs() -> None:
    """The last STARTED counts. What a run says twice at its beginning is one run."""
    failed = line('9:40:0', 'FAILURE', message='Parameter validation error: x')
    data = lightning(37, 80, kpi={'a': 1}) + failed + lightning(3, 80, kpi={'b': 2})
    status = parse(data)
    assert (status.state, status.done, status.runs, status.failure) == ('RUNNING', 3.0, 2, '')
    assert [each.name for each in status.kpis] == ['b']
    assert parse(data + begun('10:0:0'))[:3] == ('STARTED', '', 0.0)
    # one that was killed before its first epoch
    status = parse(begun() + line(message='x') + lightning(3, 80).replace(b'9:', b'11:'))
    assert (status.runs, status.started) == (2, NINE + 7200)


@pytest.mark.parametrize(('lines', 'state'), [
    (b'', 'STARTED'),
    (line(message='Loading'), 'RUNNING'),
    (line(message='Train finished successfully.'), 'SUCCESS'),
    (line(message='Training loop complete.'), 'SUCCESS'),
    (line(message='DINO train completed successfully'), 'SUCCESS'),
    (line(status='STARTED', message='Starting Training Loop.') + line(message='DINO train completed successfully'),
     'SUCCESS'),
    (line(message='The download of the data completed successfully'), 'RUNNING'),
    (line(message='Reading of all the annotations finished successfully'), 'RUNNING'),
    (line(message='Train finished successfully.') + line(message='Job artifacts are being uploaded'), 'SUCCESS'),
    (line(message='Training loop complete.') + line(status='FAILURE', message='disk full'), 'FAILURE'),
    (line(message='Training loop complete.') + line(epoch=3, max_epoch=9), 'RUNNING'),
    (line(status='SUCCESS'), 'SUCCESS'), (line(status='SKIPPED', message='no data'), 'SKIPPED'),
    (line(status='FAILURE', message='x'), 'FAILURE'), (line(status='failure', message='x'), 'FAILURE'),
    # a message of the log at level ERROR, and the job goes on
    (line(status='FAILURE', message='could not load') + line(message='going on without'), 'RUNNING'),
    (line(status='NONSENSE', epoch=3), 'RUNNING'),
])
def test_states(lines: bytes, state: str) -> None:
    assert parse(begun() + lines).state == state


def test_when_it_failed() -> None:
    """In UTC, whatever the container's clock says."""
    failed = line('9:2:0', status='FAILURE', message='x')
    lines = begun() + failed + line('9:10:0', message='y')
    assert parse(lines, modified=NINE + 6 * 3600 + 600).failed_at == NINE + 6 * 3600 + 120
    assert parse(begun() + failed + line('9:10:0', status='SUCCESS')).failed_at is None
    assert parse(begun()).failed_at is None


def test_without_values() -> None:
    status = parse(lightning(3, 80, kpi={'loss': 0.5}), has_kpis=False)
    assert (status.kpis, status.done) == ((), 3.0)


def test_the_last_failure() -> None:
    message = 'File system error: [Errno 28] No space left on device:\n  /results/\x1b[31m' + 'x' * 5000
    status = parse(begun() + line(status='FAILURE', message='an earlier one') + line(status='FAILURE', message=message))
    assert status.failure.startswith(r'File system error: [Errno 28] No space left on device: /results/\x1b[31mxxx')
    assert len(status.failure) <= 300 and status.failure.endswith('…')
    assert parse(begun() + line(status='FAILURE', message='x') + line(message='y')).failure == 'x'
    assert parse(begun() + line(status='FAILURE', message='x') + line(status='SUCCESS')).failure == ''


def test_lines_of_the_log() -> None:
    """They have a message and no counts, and repeat the last values."""
    data = lightning(5, 10, kpi={'a': 1}) + b''.join(line('9:7:0', message=f'Log {i}', kpi={'a': 1}) for i in range(50))
    status = parse(data)
    assert (status.done, status.message, len(status.kpis[0].series)) == (5.0, 'Log 49', 5)


def test_a_torn_end_and_a_torn_start() -> None:
    whole = lightning(37, 80)
    for cut in range(1, 200, 7):
        assert parse(whole[:-cut]).done == 36.0 if cut > 1 else 37.0
    status = parse(whole[len(whole) // 2:], is_whole=False)
    assert (status.state, status.done, status.total) == ('RUNNING', 37.0, 80.0)


def test_lines_from_before_the_end() -> None:
    lines = lightning(37, 80, kpi={'a': 1}).splitlines(keepends=True)
    status = parse(b''.join(lines[-3:]), earlier=lines[:20:5], is_whole=False)
    assert status.done == 37.0 and [x for x, _ in status.kpis[0].series] == [4.0, 9.0, 14.0, 36.0, 37.0]


def test_a_run_whose_beginning_was_not_read() -> None:
    """Counts that go back in a sample show it."""
    old, new = (lightning(epochs, 80, kpi={'a': value}).splitlines() for epochs, value in ((70, 9), (37, 1)))
    status = parse(b'\n'.join(new[-3:]), earlier=[*old[:60:9], *new[5:30:9]], is_whole=False)
    assert (status.done, status.runs, status.started) == (37.0, 2, None)
    assert status.kpis[0].best == 1 and [x for x, _ in status.kpis[0].series] == [4.0, 13.0, 22.0, 36.0, 37.0]
    # in lines that were all read there is a STARTED; without one it is a checkpoint that the task went back to
    assert parse(b'\n'.join([*old, *new[5:]])).runs == 1


@pytest.mark.parametrize('data', [b'', b'\n', b'{"date": "11/2', b'{'])
def test_nothing_was_written_yet(data: bytes) -> None:
    assert parse(data, modified=5.0) == Status(written=5.0)


@pytest.mark.parametrize('data', [
    b'{"a": 1}\n', b'{"a": 1}', b'hello', b'x\n{"a"', b'[1, 2]', b'\0' * 1000, b'{\n  "status": "RUNNING"\n}\n',
])
def test_what_is_no_status_file(data: bytes) -> None:
    with pytest.raises(NotStatus):
        parse(data)
