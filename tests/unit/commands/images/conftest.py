"""The engine of the tests about images."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from image_answers import Engine


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine(tmp_path / 'engine')
    made.has()
    monkeypatch.setenv('PATH', f'{made.folder}:{os.environ["PATH"]}')
    return made
