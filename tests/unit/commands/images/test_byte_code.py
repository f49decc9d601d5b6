"""The byte code in tao.pyz: of the Pythons that are there, and the same every time."""
from __future__ import annotations

import io
import marshal
import os
import sys
import zipfile
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from tao_launcher.commands.images.byte_code import compiled, pythons
from tao_launcher.commands.images.pyz_loader import entry

OWN = entry(MAGIC_NUMBER)
SOURCES = {'a/__init__.py': '', 'a/b.py': 'def is_known(x):\n    return x in {"one", "two", "three", "four"}\n'}


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w') as made:
        for name, text in {**SOURCES, 'a/data.json': '{}'}.items():
            made.writestr(name, text)
    return buffer.getvalue()


def test_the_code_of_every_module(monkeypatch: pytest.MonkeyPatch) -> None:
    made = compiled(archive(), [sys.executable])
    assert list(made) == [OWN]
    codes = {name: marshal.loads(code) for name, code in marshal.loads(made[OWN]).items()}
    assert {name: code.co_filename for name, code in codes.items()} == {name: name for name in SOURCES}
    module: dict[str, object] = {}
    exec(codes['a/b.py'], module)
    assert module['is_known']('two')  # type: ignore[operator]
    monkeypatch.setenv('PYTHONHASHSEED', '7')
    assert made == compiled(archive(), [sys.executable])


def test_one_that_is_no_python_is_left_out(tmp_path: Path) -> None:
    old = tmp_path / 'python3.9'
    old.write_text('#!/bin/sh\necho not this one >&2\nexit 1\n')
    old.chmod(0o755)
    assert compiled(archive(), [str(old), str(tmp_path / 'missing')]) == {}


def test_the_current_folder_has_no_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'zipfile.py').write_text('raise SystemExit(1)\n')
    monkeypatch.chdir(tmp_path)
    assert list(compiled(archive(), [sys.executable])) == [OWN]


def test_pythons(tmp_path: Path) -> None:
    """This one once, whatever it is called, and others of the versions that run the launcher."""
    for name in ('python3.7', 'python3.10', 'python3', 'python3.99'):
        (tmp_path / name).write_text('')
        (tmp_path / name).chmod(0o755)
    (tmp_path / 'python3.8').symlink_to(sys.executable)
    found = pythons({'PATH': str(tmp_path)})
    assert [os.path.realpath(path) for path in found] == [
        os.path.realpath(sys.executable), os.path.realpath(tmp_path / 'python3.10'),
    ]
