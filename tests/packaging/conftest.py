"""What the packaging tests share: a copy of the checkout, the tools from the package index, and a fresh home."""
from __future__ import annotations

import re
from pathlib import Path
from typing import Callable

import pytest
from machines import Machine, copied

TOOLS = ('build', 'pipx', 'setuptools', 'twine', 'uv', 'wheel')


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
