"""What is remembered of bundles."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import tao_launcher
from tao_launcher.base.errors import CheckFailed
from tao_launcher.commands.images import memory

OLD, NEW = f'sha256:{"a" * 64}', f'sha256:{"b" * 64}'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / 'state' / 'images.json'


def remembered(path: Path) -> Any:
    return json.loads(path.read_text())


def test_remember(path: Path) -> None:
    memory.remember(str(path), {'a@1': OLD, 'b@1': OLD}, ['b@1'], [])
    assert remembered(path) == {'a@1': OLD, 'b@1': OLD, 'proven': {'b@1': OLD}}
    memory.remember(str(path), {'a@1': NEW, 'b@1': NEW}, [], [])  # no proof replaces what is proven
    assert remembered(path) == {'a@1': NEW, 'b@1': OLD, 'proven': {'b@1': OLD}}
    memory.remember(str(path), {'b@1': NEW}, ['b@1'], ['a@1'])
    assert remembered(path) == {'b@1': NEW, 'proven': {'b@1': NEW}}
    memory.remember(str(path), {}, [], ['b@1'])
    assert remembered(path) == {}


def test_nothing_to_remember_writes_nothing(path: Path) -> None:
    memory.remember(str(path), {}, [], ['a@1'])
    assert not path.parent.exists()


REMEMBER = """
import sys
from tao_launcher.commands.images.memory import remember
for i in range(5):
    remember(sys.argv[1], {f'{sys.argv[2]}-{i}': 'sha256:' + 'a' * 64}, [], [])
"""


def test_eight_loads_at_once_keep_what_each_brought(path: Path) -> None:
    loads = [
        subprocess.Popen([sys.executable, '-c', REMEMBER, str(path), f'r{i}'],
            env={**os.environ, 'PYTHONPATH': str(Path(str(tao_launcher.__file__)).parents[1])})
        for i in range(8)
    ]
    assert [load.wait(60) for load in loads] == [0] * 8
    assert sorted(remembered(path)) == sorted(f'r{i}-{j}' for i in range(8) for j in range(5))
    assert sorted(entry.name for entry in path.parent.iterdir()) == ['images.json', 'lock']


def test_a_file_that_can_not_be_written(path: Path) -> None:
    path.parent.write_text('no folder')
    with pytest.raises(CheckFailed, match='what is there is not a folder'):
        memory.remember(str(path), {'a@1': OLD}, [], [])
