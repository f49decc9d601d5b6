"""A home with data, mounts and jobs, and the shells that complete in it."""
from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Iterator

import pytest
from terminal import Shell, Start

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.append(str(CHECKOUT / 'tests' / 'unit'))  # its docker that answers as told
SETTINGS = re.compile(
    '(TAO|DOCKER|CONTAINER|SLURM|SUDO|XDG|PYTHON|BASH|ZDOTDIR|FPATH)_?[A-Z0-9_]*|LAUNCHER_MOUNTS|OVERRIDE_REGISTRY|LC_.*'
)
KEPT = re.compile('TAO_TEST_.*|PYTHONPATH|PYTHONDONTWRITEBYTECODE')


@pytest.fixture(autouse=True)
def nothing_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home that is the current folder, and the tested launcher first on PATH."""
    for name in os.environ:
        if SETTINGS.fullmatch(name) and not KEPT.fullmatch(name):
            monkeypatch.delenv(name)
    home = tmp_path / 'home'
    home.mkdir()
    monkeypatch.setenv('HOME', str(home))
    monkeypatch.setenv('LANG', 'C.UTF-8')
    monkeypatch.chdir(home)
    installed = Path(sys.executable).parent
    programs = installed if (installed / 'tao').exists() else CHECKOUT / 'bin'
    monkeypatch.setenv('PATH', f'{programs}:{os.environ["PATH"]}')


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with folders whose names are hard to type, two of them mounted."""
    home = tmp_path / 'home'
    for name in (
        'my data/spec ü.yaml', "my data/it's $5; \"two\".yaml", 'my data/-x', 'my data/a:b=c', 'specs/dino.yaml',
        'specs/dino_2.yaml', 'other/file',
    ):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text('')
    mounts = [
        {'source': '~/specs', 'destination': '/workspace/specs'},
        {'source': '~/my data', 'destination': '/workspace/my data'},
    ]
    (home / '.tao_mounts.json').write_text(json.dumps({'Mounts': mounts}))
    return home


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a shell by name, with more lines for its start-up file."""
    started: list[Shell] = []

    def begin(name: str, *lines: str, **env: str) -> Shell:
        if not shutil.which(name):
            pytest.skip(f'{name} is not installed')
        started.append(Shell(name, tmp_path / f'rc{len(started)}', '\n'.join(lines), env))
        return started[-1]

    yield begin
    for shell in started:
        shell.close()
