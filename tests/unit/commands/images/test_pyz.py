"""tao.pyz: the same bytes from the same inputs, with every licence, on a python without packages."""
from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from support import CHECKOUT

import tao_launcher
from tao_launcher.commands.images import pyz

PACKAGE = str(Path(str(tao_launcher.__file__)).parent)
BARE = [str(Path(sys.base_prefix, 'bin', 'python3')), '-I', '-S']


def names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def test_same_inputs_same_bytes(tmp_path: Path) -> None:
    """From another folder, in another order, with other times and modes."""
    elsewhere = tmp_path / 'elsewhere' / 'tao_launcher'
    shutil.copytree(PACKAGE, elsewhere)
    (elsewhere / '__pycache__').mkdir(exist_ok=True)
    (elsewhere / '__pycache__' / 'x.cpython-38.pyc').write_bytes(b'')
    (elsewhere / '.plan.py.swp').write_bytes(b'')
    for path in elsewhere.rglob('*.py'):
        os.utime(path, (0, 0))
        path.chmod(0o700)
    installed = [pyz.installed(name) for name in ('colorama', 'shellingham')]
    data = pyz.build(PACKAGE, b'licence', '1.0', installed)
    assert data == pyz.build(str(elsewhere), b'licence', '1.0', reversed(installed))
    assert data.startswith(b'#!/usr/bin/env python3\n')


def test_what_it_carries() -> None:
    data = pyz.build(PACKAGE, b'licence', '1.0', [pyz.installed('colorama'), pyz.installed('shellingham')])
    found = names(data)
    assert {'__main__.py', 'tao_launcher/main.py', 'tao_launcher/data/releases.json'} <= set(found)
    for name in ('colorama', 'shellingham', 'tao_launcher'):
        licences = [path for path in found if re.match(rf'{name}-[\d.]+\.dist-info/(.*/)?LICENSE', path)]
        assert licences, name
    assert not [path for path in found if re.search(r'RECORD|direct_url|\.pyc|\.so$|/tests/', path)]


def test_a_package_with_compiled_parts_or_without_a_licence_is_left_out(tmp_path: Path) -> None:
    for name, more in (('whole', 'LICENSE'), ('compiled', 'LICENSE'), ('unlicensed', 'RECORD2')):
        information = tmp_path / f'{name}-1.dist-info'
        information.mkdir()
        (information / 'METADATA').write_text(f'Name: {name}\nVersion: 1\n')
        (information / more).write_text('…')
        (tmp_path / f'{name}.py').write_text('')
        (tmp_path / f'{name}.so').write_text('')
        listed = [f'{name}.py', *([f'{name}.so'] if name == 'compiled' else []), '../../bin/tool', 'tests/test.py']
        listed += [f'{information.name}/{file}' for file in ('METADATA', more, 'RECORD')]
        (information / 'RECORD').write_text(''.join(f'{path},,\n' for path in listed))
    every = metadata.distributions(path=[str(tmp_path)])
    found = {str(one.metadata['Name']): sorted(pyz.carried(one)) for one in every}
    assert found == {
        'whole': ['whole-1.dist-info/LICENSE', 'whole-1.dist-info/METADATA', 'whole.py'],
        'compiled': [],
        'unlicensed': [],
    }
    assert pyz.installed('no-such-package') == {}


def test_own_licence(tmp_path: Path) -> None:
    assert b'Apache License' in pyz.own_licence(PACKAGE)


def made(path: Path) -> bytes:
    """What bin/make_pyz makes, with this interpreter. Skips the test where there is no package index."""
    done = subprocess.run(
        [sys.executable, CHECKOUT / 'bin' / 'make_pyz', path, sys.executable], capture_output=True, encoding='utf-8',
        env={**os.environ, 'PYTHONDONTWRITEBYTECODE': '1'}, check=False,
    )
    if done.returncode and re.search('connection|No matching distribution|retrying', done.stderr, re.IGNORECASE):
        pytest.skip(f'no package index: {done.stderr.strip()[-200:]}')
    assert done.returncode == 0, done.stderr
    return path.read_bytes()


@pytest.fixture(scope='module')
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp('pyz') / 'tao.pyz'
    made(path)
    return path


def test_made_from_a_checkout(program: Path) -> None:
    """The dependencies are in it, each with its licence, and work from where they are."""
    found = names(program.read_bytes())
    carried = {path.partition('-')[0] for path in found if '.dist-info/' in path}
    assert carried == {
        'attrs', 'colorama', 'importlib_resources', 'jsonschema', 'pkgutil_resolve_name', 'pyrsistent', 'shellingham',
        'tao_launcher', 'zipp',
    }
    licensed = {path.partition('-')[0] for path in found if re.search('dist-info/.*(LICENSE|COPYING)', path)}
    assert licensed == carried
    code = (
        'import sys; sys.path.insert(0, sys.argv[1]); import colorama, jsonschema, shellingham\n'
        'from jsonschema import Draft202012Validator as Validator\n'
        'print([error.message for error in Validator({"type": "object"}).iter_errors(7)])'
    )
    done = subprocess.run(
        [*BARE, '-W', 'ignore', '-c', code, program], stdout=subprocess.PIPE, encoding='utf-8', check=True,
    )
    assert done.stdout == "[\"7 is not of type 'object'\"]\n"


@pytest.mark.parametrize('words', [
    ['--version'], ['--help'], ['--help', 'options'], ['info', '--releases'], ['info', 'dino', '--format', 'json'],
    ['--no-check', '--dry-run=pretty', '--release', '5.0.0', 'detectnet_v2', 'train', '-e', '/specs/a.txt'],
    ['--color', 'always', 'dinoo', 'train'], ['list', '--dry-run'], ['images', 'dino', '--dry-run'],
    ['bundle', 'verify', 'nowhere'], ['doctor', '--help'], ['pull'], ['dino', 'trian'], ['config', 'schema'],
    ['config', 'show'], ['completion', 'bash'], ['help', 'environment'],
])
def test_it_does_what_the_installed_program_does(program: Path, words: list[str]) -> None:
    ours = [sys.executable, '-c', 'from tao_launcher.main import console; console()']
    answers = []
    for start in ([*BARE, program], ours):
        done = subprocess.run(
            [*start, *words], stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )
        answers.append((done.returncode, done.stdout, done.stderr))
    assert answers[0] == answers[1]
    assert b'Traceback' not in answers[0][2]


def test_an_option_is_no_file_to_make(tmp_path: Path) -> None:
    make = CHECKOUT / 'bin' / 'make_pyz'
    folder = tmp_path / 'empty'
    folder.mkdir()
    done = subprocess.run([sys.executable, make, '--help'], cwd=folder, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, b'', f'usage: {make} FILE [PYTHON...]\n'.encode())
    assert list(folder.iterdir()) == []


def test_made_again_it_is_the_same(program: Path, tmp_path: Path) -> None:
    checkout = tmp_path / 'copy'
    for name in ('bin', 'tao_launcher'):
        shutil.copytree(CHECKOUT / name, checkout / name)
    for name in ('setup.cfg', 'LICENSE'):
        shutil.copy(CHECKOUT / name, checkout)
    make: list[str | Path] = [sys.executable, checkout / 'bin' / 'make_pyz', tmp_path / 'again', sys.executable]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    assert (tmp_path / 'again').read_bytes() == program.read_bytes()
    assert os.access(tmp_path / 'again', os.X_OK)
