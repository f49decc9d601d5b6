"""The machines that packages are built and installed on: each a home of its own, with the real tools."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parents[2]
CARRIED = ('bin', 'completions', 'tao_launcher', 'setup.cfg', 'setup.py', 'README.md', 'LICENSE')
SETTINGS = re.compile('(TAO|DOCKER|SLURM|XDG|PIPX|UV|PYTHON|VIRTUAL|MAN)_?[A-Z0-9_]*|LAUNCHER_MOUNTS|OVERRIDE_REGISTRY')
# A minimal system has a man that only says so, and the real one beside it.
MAN = shutil.which('man.REAL') or shutil.which('man') or ''


class Done(NamedTuple):
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


class Machine:
    """A person's machine: a home of its own, and nothing of ours on PATH."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = ['/usr/local/bin', '/usr/bin', '/bin']
        self.env = {name: value for name, value in os.environ.items() if not SETTINGS.fullmatch(name)}
        self.env.update(
            HOME=str(home), LANG='C.UTF-8', PYTHONDONTWRITEBYTECODE='1', PIP_DISABLE_PIP_VERSION_CHECK='1',
            SOURCE_DATE_EPOCH='315532800', MANWIDTH='80',
        )
        python = Path(sys.base_prefix, 'bin', 'python3')
        self.env.update(PIPX_DEFAULT_PYTHON=str(python), UV_PYTHON=str(python), UV_PYTHON_DOWNLOADS='never')
        self.env.pop('LC_ALL', None)

    def does(self, *argv: object, cwd: Path | None = None, **env: object) -> Done:
        """Run a command, whatever comes of it; other keywords are variables."""
        found = {**self.env, 'PATH': os.pathsep.join(self.path), **{name: str(value) for name, value in env.items()}}
        done = subprocess.run(
            [str(word) for word in argv], env=found, stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8',
            cwd=cwd or self.home, check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def gets(self, *argv: object, cwd: Path | None = None, **env: object) -> str:
        """What a command that has to succeed writes to its output."""
        done = self.does(*argv, cwd=cwd, **env)
        assert done.code == 0, f'{argv}: {done}'
        return done.out

    def environment(self, name: str, python: Path = Path(sys.base_prefix, 'bin', 'python3')) -> Path:
        """The programs of a fresh virtual environment."""
        folder = self.home / name
        self.gets(python, '-m', 'venv', folder)
        return folder / 'bin'


def copied(folder: Path) -> Path:
    """A clean copy of the checkout in a new folder: building leaves files where it works."""
    folder.mkdir()
    for path in (CHECKOUT / name for name in CARRIED):
        if path.is_dir():
            shutil.copytree(path, folder / path.name, ignore=shutil.ignore_patterns('__pycache__', '*.egg-info'))
        elif path.exists():
            shutil.copy(path, folder)
    return folder
