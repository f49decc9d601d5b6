"""The start of tao.pyz: byte code where the file has it for this Python, sources where not, data as they are."""
from __future__ import annotations

import marshal
import subprocess
import sys
import zipfile
from importlib.util import MAGIC_NUMBER
from pathlib import Path

from tao_launcher.commands.images import pyz, pyz_loader
from tao_launcher.commands.images.pyz_loader import entry

MAIN = 'tao_launcher/main.py'
LOADER = 'tao_launcher/commands/images/pyz_loader.py'
OTHERS = {
    'tao_launcher/__init__.py': '', 'tao_launcher/commands/__init__.py': '',
    'tao_launcher/commands/images/__init__.py': '', LOADER: Path(str(pyz_loader.__file__)).read_text(encoding='utf-8'),
    'tao_launcher/data/data.json': '{}',
    'tao_launcher/inner/__init__.py': '', 'tao_launcher/inner/deep.py': 'FOUND = __file__\n',
}


def run(folder: Path, source: str, code: str, magic: bytes = MAGIC_NUMBER) -> subprocess.CompletedProcess[str]:
    """Run a launcher with this source of its main module, and the byte code of another."""
    sources = {**OTHERS, MAIN: f'def console():\n    {source}\n'}
    compiled = {**sources, MAIN: f'def console():\n    {code}\n'}
    modules = [(name, compile(text, name, 'exec')) for name, text in compiled.items() if name.endswith('.py')]
    codes = {name: marshal.dumps(code) for name, code in modules}
    with zipfile.ZipFile(folder / 'tao.pyz', 'w') as archive:
        archive.writestr('__main__.py', pyz.START)
        archive.writestr(entry(magic), marshal.dumps(codes, 2))
        for name, text in sources.items():
            archive.writestr(name, text)
    return subprocess.run(
        [sys.executable, '-S', 'tao.pyz'], cwd=folder, capture_output=True, encoding='utf-8', check=False,
    )


def test_byte_code_is_what_runs(tmp_path: Path) -> None:
    done = run(tmp_path, 'print("source")', 'print("code")')
    assert (done.returncode, done.stdout, done.stderr) == (0, 'code\n', '')


def test_another_python_runs_the_sources(tmp_path: Path) -> None:
    done = run(tmp_path, 'print("source")', 'print("code")', b'\0\1\r\n')
    assert (done.returncode, done.stdout, done.stderr) == (0, 'source\n', '')


def test_modules_know_where_they_are(tmp_path: Path) -> None:
    code = (
        'import pkgutil, tao_launcher, tao_launcher.inner.deep as deep; '
        'print(deep.FOUND, deep.__spec__.origin, *tao_launcher.__path__, *tao_launcher.inner.__path__); '
        'print(pkgutil.get_data("tao_launcher", "data/data.json"), deep.__loader__.get_source("deep"), end="")'
    )
    done = run(tmp_path, 'pass', code)
    here = 'tao.pyz/tao_launcher'
    assert done.stderr == ''
    assert done.stdout.replace(f'{tmp_path}/', '') == (  # Python makes it absolute since 3.9
        f'{here}/inner/deep.py {here}/inner/deep.py {here} {here}/inner\n'
        "b'{}' FOUND = __file__\n"
    )


def test_a_module_that_is_not_there(tmp_path: Path) -> None:
    done = run(tmp_path, 'pass', 'import tao_launcher.inner.nowhere')
    assert done.stderr.endswith("ModuleNotFoundError: No module named 'tao_launcher.inner.nowhere'\n")


def test_a_traceback_shows_the_source(tmp_path: Path) -> None:
    lines = ('import traceback', 'try:', '    1 / 0', 'except ArithmeticError:', '    traceback.print_exc(file=None)')
    done = run(tmp_path, '\n    '.join(lines), '\n    '.join(lines))
    assert done.returncode == 0
    assert 'tao.pyz/tao_launcher/main.py", line 4, in console\n    1 / 0\n' in done.stderr
