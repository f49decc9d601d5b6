"""A program apptainer for tests: writes down what it is told, and runs the command after its image."""
from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = '''#!{python} -IS
import json, os, sys
words = sys.argv[1:]
given = {{name[13:]: value for name, value in os.environ.items() if name.startswith('APPTAINERENV_')}}
work = os.environ.get('APPTAINER_WORKDIR', '')
with open({record!r}, 'w') as f:
    json.dump({{'argv': words, 'env': given, 'work': work, 'was_there': os.path.isdir(work)}}, f)
if work:
    os.makedirs(work + '/tmp/x')
    os.chmod(work + '/tmp/x', 0)
at = next(i for i, word in enumerate(words) if word.endswith('.sif') or word.startswith('docker://'))
try:
    os.execvpe(words[at + 1], words[at + 1:], {{'PATH': os.environ['PATH'], **given}})
except OSError:
    print('FATAL:   "' + words[at + 1] + '": executable file not found in $PATH', file=sys.stderr)
    sys.exit(255)
'''


class FakeApptainer:
    """The program in a folder for PATH; `told` has what it was told last."""

    def __init__(self, folder: Path, name: str = 'apptainer') -> None:
        folder.mkdir(exist_ok=True)
        self.record = folder / 'told.json'
        self.path = folder / name
        self.path.write_text(PROGRAM.format(python=sys.executable, record=str(self.record)))
        self.path.chmod(0o755)

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.record.read_text())
        return found

    def on_path(self) -> str:
        return f'{self.path.parent}:{os.environ["PATH"]}'


@pytest.fixture(autouse=True)
def apptainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeApptainer:
    """The program on PATH, an image in the current folder, and the engine by TAO_ENGINE."""
    fake = FakeApptainer(tmp_path / 'programs')
    monkeypatch.setenv('PATH', fake.on_path())
    monkeypatch.setenv('TAO_ENGINE', 'apptainer')
    Path('t.sif').touch()
    return fake
