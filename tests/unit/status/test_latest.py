"""The end of a status file is enough for a column."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from status_lines import begun, lightning, line

from tao_launcher.status import latest
from tao_launcher.status.parse import parse

NINE = 1795683600.0  # 11/26/2026, 9 o'clock, UTC


@pytest.mark.parametrize('epochs', [0, 1, 3, 7, 8, 9, 37, 79, 80])
def test_it_says_what_the_whole_file_says(tmp_path: Path, epochs: int) -> None:
    file = tmp_path / 'status.json'
    data = lightning(9, 10) + line('9:11:0', status='FAILURE', message='x') + lightning(epochs, 80, kpi={'loss': 0.5})
    file.write_bytes(data)
    written = NINE + 60 * epochs
    os.utime(file, (written, written))
    found, expected = latest.read(str(file)), parse(data, modified=written)
    assert found and found.kpis == ()
    for field in ('state', 'unit', 'done', 'total', 'seconds_per_unit', 'ends_at', 'failure', 'written'):
        assert getattr(found, field) == getattr(expected, field), field


def test_many_messages_after_the_last_count(tmp_path: Path) -> None:
    data = lightning(37, 80) + b''.join(line(message=f'message {i}') for i in range(100))
    found = latest.parsed(data, None, is_whole=True)
    assert found and (found.done, found.total) == (37.0, 80.0)


def test_only_the_end_of_a_large_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / 'status.json'
    with open(file, 'wb') as f:
        f.seek(1 << 30)
        f.write(b'\n' + lightning(37, 80))
    found = latest.read(str(file))
    assert found and found.done == 37.0


@pytest.mark.parametrize('data', [b'', b'\n' * 100, b'no\nstatus\n', b'\0' * 100000, b'{"a": 1}\n' * 20, b'{'])
def test_what_says_nothing(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / 'status.json'
    file.write_bytes(data)
    found = latest.read(str(file))
    assert not found or (found.state, found.unit) == ('', '')


def test_what_cannot_be_read(tmp_path: Path) -> None:
    file, link = tmp_path / 'status.json', tmp_path / 'link'
    file.write_bytes(begun())
    link.symlink_to(file)
    os.mkfifo(tmp_path / 'pipe')
    for name in ('link', 'pipe', 'none', '.', '\0'):
        assert latest.read(f'{tmp_path}/{name}') is None
