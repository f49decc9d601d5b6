"""Status files where they are: large, hanging, unreadable, or somewhere below."""
from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from cpu import takes_less
from status_lines import begun, lightning, line

from tao_launcher.base import reading
from tao_launcher.base.reading import NotRegular
from tao_launcher.status import reader
from tao_launcher.status.parse import NotStatus
from tao_launcher.status.status import Status


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A status file with 37 of 80 epochs."""
    path = tmp_path / 'status.json'
    path.write_bytes(lightning(37, 80, kpi={'a': 1}))
    return path


def test_read(file: Path) -> None:
    os.utime(file, (0, 1795683600 + 37 * 60 + 0.5))
    status = reader.read(str(file))
    assert (status.done, status.total, status.written) == (37.0, 80.0, 1795683600 + 37 * 60 + 0.5)


def test_a_file_of_a_gigabyte(tmp_path: Path) -> None:
    """Its end is read, and lines here and there before it: the file has holes, and a piece after each."""
    path, size, pieces = tmp_path / 'status.json', 1 << 30, 500
    with path.open('wb') as f:
        f.write(begun())
        for epoch in range(pieces):
            f.seek(size * epoch // pieces + 4096)
            f.write(b'\n' + b''.join(
                line('10:0:0', epoch=epoch, max_epoch=999, step=epoch * 5 + 5, max_step=5000, kpi={'a': epoch})
                for _ in range(200)
            ))
        f.seek(size)
        f.write(b'\n' + line('11:0:0', epoch=500, max_epoch=999, step=2505, max_step=5000, kpi={'a': 500}))
    takes_less(0.1, lambda: reader.read(str(path), seconds=60))
    status = reader.read(str(path), seconds=60)
    assert (status.done, status.total) == (501.0, 1000.0)
    positions = [x for x, _ in status.kpis[0].series]
    assert positions[0] is not None and positions == sorted(positions)  # type: ignore[type-var]


def test_a_sample_of_what_is_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / 'status.json'
    path.write_bytes(lightning(5000, 9999, kpi={'a': 1}, note='x' * 300))
    status = reader.read(str(path), end=20000)
    positions = [x for x, _ in status.kpis[0].series if x is not None]
    assert status.done == 5000.0 and len(positions) > 90
    assert positions[0] < 100 and max(b - a for a, b in zip(positions, positions[1:])) < 150
    assert len(reader.read(str(path), end=20000, samples=0).kpis[0].series) < 60


def test_what_cannot_be_read(tmp_path: Path, file: Path) -> None:
    os.mkfifo(tmp_path / 'pipe')
    (tmp_path / 'other').write_text('hello\n')
    with pytest.raises(NotRegular):
        reader.read(str(tmp_path / 'pipe'))
    with pytest.raises(FileNotFoundError):
        reader.read(str(tmp_path / 'none'))
    with pytest.raises(IsADirectoryError):
        reader.read(str(tmp_path))
    with pytest.raises(NotStatus):
        reader.read(str(tmp_path / 'other'))
    paths = [str(tmp_path / name) for name in ('status.json', 'pipe', 'none', 'other', 'status.json')]
    found = reader.several(paths)
    assert [type(each) for each in found] == [Status, NotRegular, FileNotFoundError, NotStatus, Status]
    assert reader.several([]) == []


def test_a_mount_that_hangs(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stat that is not answered is all that there is of it."""
    opened, hang = reading.opened, file.parent / 'hangs'
    os.mkfifo(hang)

    def slow(path: str, *, follows: bool = True) -> int:
        if path == str(hang):
            os.open(path, os.O_RDONLY)  # until someone writes
        return opened(path, follows=follows)

    monkeypatch.setattr(reading, 'opened', slow)
    begun_at = time.monotonic()
    with pytest.raises(TimeoutError, match='no answer in 0.1 s'):
        reader.read(str(hang), seconds=0.1)
    found = reader.several([str(hang), str(file), str(hang)], seconds=0.3)
    assert [type(each) for each in found] == [TimeoutError, Status, TimeoutError]
    assert time.monotonic() - begun_at < 60
    for _ in range(2):
        os.close(os.open(hang, os.O_WRONLY))  # the threads go on


def test_find(tmp_path: Path) -> None:
    results = tmp_path / 'results'
    results.mkdir()
    assert reader.find(str(results)) == ''
    for name, written in (('evaluate', 100), ('train', 200), ('inference', 150)):
        (results / name).mkdir()
        (results / name / 'status.json').touch()
        os.utime(results / name / 'status.json', (written, written))
    (results / 'other').mkdir()
    (results / 'file').touch()
    assert reader.find(str(results)) == f'{results}/train/status.json'
    assert reader.find(str(results), 'evaluate') == f'{results}/evaluate/status.json'
    assert reader.find(str(results), 'export') == f'{results}/train/status.json'
    assert reader.find(str(results), '../results/evaluate') == f'{results}/train/status.json'
    (results / 'status.json').touch()
    assert reader.find(str(results)) == reader.find(str(results / 'status.json')) == f'{results}/status.json'
    assert reader.find(str(results), 'evaluate') == f'{results}/evaluate/status.json'
    with pytest.raises(FileNotFoundError):
        reader.find(str(tmp_path / 'none'))
