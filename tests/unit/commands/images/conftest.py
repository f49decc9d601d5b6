"""The engine of the tests about images."""
from __future__ import annotations

import os
from pathlib import Path
from typing import Iterable

import pytest
from image_answers import Engine
from sif_files import NAME, Apptainer, sif
from support import tao

from tao_launcher.commands.images import byte_code, pyz

MADE: dict[tuple[bytes, tuple[str, ...]], dict[str, bytes]] = {}


def made_once(archive: bytes, interpreters: Iterable[str]) -> dict[str, bytes]:
    """The byte code of every Python for the launcher: the same of the same archive, as test_byte_code proves."""
    key = archive, tuple(interpreters)
    if key not in MADE:
        MADE[key] = byte_code.compiled(*key)
    return MADE[key]


@pytest.fixture(autouse=True)
def byte_code_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every `bundle save` makes tao.pyz anew: seconds for each."""
    monkeypatch.setattr(pyz, 'compiled', made_once)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine(tmp_path / 'engine')
    made.has()
    monkeypatch.setenv('PATH', f'{made.folder}:{os.environ["PATH"]}')
    return made


@pytest.fixture
def apptainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Apptainer:
    """An apptainer on PATH, and the engine by TAO_ENGINE."""
    made = Apptainer(tmp_path / 'apptainer')
    monkeypatch.setenv('PATH', f'{made.folder}:{os.environ["PATH"]}')
    monkeypatch.setenv('TAO_ENGINE', 'apptainer')
    return made


@pytest.fixture
def files(home: Path) -> Path:
    """The folder of the files that tao pull makes, which has that of dino in it."""
    folder = home / '.local/share/tao/sif'
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(sif())
    return folder


@pytest.fixture
def saved(apptainer: Apptainer, files: Path, tmp_path: Path) -> Path:
    """A bundle with that file."""
    folder = tmp_path / 'bundle'
    done = tao('bundle', 'save', str(folder), 'model/dino')
    assert done.code == 0, done.err
    return folder
