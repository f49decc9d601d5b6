"""What the packaging tests share: a copy of the checkout, the tools from the package index, and a fresh home.

With CI=true a test that was skipped fails: a real test that nobody ran proves nothing.
"""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Generator, NamedTuple

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
CARRIED = ('bin', 'completions', 'tao_launcher', 'setup.cfg', 'setup.py', 'README.md', 'LICENSE')
SETTINGS = re.compile('(TAO|DOCKER|SLURM|XDG|PIPX|UV|PYTHON|VIRTUAL|MAN)_?[A-Z0-9_]*|LAUNCHER_MOUNTS|OVERRIDE_REGISTRY')
TOOLS = ('build', 'pipx', 'setuptools', 'twine', 'uv', 'wheel')


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    report = (yield).get_result()
    if os.environ.get('CI') == 'true' and report.skipped:
        report.outcome = 'failed'
        report.longrepr = f'{item.nodeid}: with CI=true this must run. {report.longrepr}'


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

    def environment(self, name: str) -> Path:
        """The programs of a fresh virtual environment."""
        folder = self.home / name
        self.gets(Path(sys.base_prefix, 'bin', 'python3'), '-m', 'venv', folder)
        return folder / 'bin'


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    home = tmp_path / 'home'
    home.mkdir()
    return Machine(home)


@pytest.fixture(scope='session')
def maker(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """The machine of whoever builds the packages."""
    return Machine(tmp_path_factory.mktemp('maker'))


@pytest.fixture(scope='session')
def tools(maker: Machine) -> Path:
    """Where the programs of TOOLS are, of the newest versions."""
    programs = maker.environment('tools')
    done = maker.does(programs / 'pip', 'install', '-q', *TOOLS)
    if re.search('connection|No matching distribution|retrying', done.err, re.IGNORECASE):
        pytest.skip(f'no package index: {done.err.strip()[-300:]}')
    assert done.code == 0, done.err
    return programs


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[str], Path]:
    """A clean copy of the checkout: building leaves files where it works."""
    return lambda name: copied(tmp_path / name)


def copied(folder: Path) -> Path:
    folder.mkdir()
    for path in (CHECKOUT / name for name in CARRIED):
        if path.is_dir():
            shutil.copytree(path, folder / path.name, ignore=shutil.ignore_patterns('__pycache__', '*.egg-info'))
        elif path.exists():
            shutil.copy(path, folder)
    return folder


@pytest.fixture(scope='session')
def packages(maker: Machine, tools: Path) -> Path:
    """A folder with the sdist, and the wheel that was built from it, as `python -m build` makes them."""
    tree, made = copied(maker.home / 'tree'), maker.home / 'dist'
    done = maker.does(tools / 'python', '-m', 'build', '-o', made, tree, PYTHONDONTWRITEBYTECODE='')
    assert done.code == 0, done
    (made / 'log').write_text(done.out + done.err)
    return made


@pytest.fixture(scope='session')
def wheel(packages: Path) -> Path:
    return next(packages.glob('*.whl'))
