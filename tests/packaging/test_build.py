"""What is in the packages, and that they build without a warning."""
from __future__ import annotations

import io
import re
import tarfile
import zipfile
from pathlib import Path
from typing import Callable

from machines import CHECKOUT, Machine

PAGES = sorted(path.relative_to(CHECKOUT / 'tao_launcher/data/man').as_posix() for path in (
    CHECKOUT / 'tao_launcher/data/man').glob('*/*'))
OF_THE_PACKAGE = sorted(
    path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / 'tao_launcher').rglob('*')
    if re.search(r'\.(py|json|md|typed)$', path.name)
)
FOLDERS = {'.bash': 'bash-completion/completions', '.fish': 'fish/vendor_completions.d', '': 'zsh/site-functions'}


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_nothing_is_warned_of(packages: Path) -> None:
    log = (packages / 'log').read_text()
    assert [line for line in log.splitlines() if re.search(r'warn|deprecat|\*\*\*\*', line, re.IGNORECASE)] == []
    names = sorted(path.name for path in packages.glob('tao*'))
    assert [re.sub(r'\d[\d.]*\d', 'N', name, count=1) for name in names] == [
        'tao_launcher-N-py3-none-any.whl', 'tao_launcher-N.tar.gz',
    ]


def test_an_index_would_take_them(maker: Machine, tools: Path, packages: Path) -> None:
    """The metadata and the long description: what twine checks before an upload."""
    said = maker.gets(tools / 'twine', '--no-color', 'check', '--strict', *sorted(packages.glob('tao*')))
    assert said.count(': PASSED') == 2 and 'WARN' not in said


def test_wheel_is_complete(wheel: Path) -> None:
    names = set(contents(wheel))
    information, = {name.partition('/')[0] for name in names if '.dist-info/' in name}
    data = information.replace('.dist-info', '.data/data')
    assert [name for name in OF_THE_PACKAGE if name not in names] == []
    shared = {'tao-launcher/envsetup.sh'} | {f'man/{page}' for page in PAGES} | {
        f'{FOLDERS[path.suffix]}/{path.name}' for path in (CHECKOUT / 'completions').iterdir()
    }
    assert {name for name in names if name.startswith(f'{data}/')} == {f'{data}/share/{name}' for name in shared}
    assert [name for name in names if name.startswith(f'{information}/') and name.endswith('/LICENSE')]
    assert {'tao_launcher/data/mounts.schema.json', 'tao_launcher/data/releases.json'} <= names
    others = {name for name in names if not name.startswith((information, data))} - set(OF_THE_PACKAGE)
    assert others == set()


def test_sdist_is_complete(packages: Path) -> None:
    with tarfile.open(next(packages.glob('*.tar.gz'))) as archive:
        names = {name.partition('/')[2] for name in archive.getnames()}
    wanted = {
        *OF_THE_PACKAGE, *(f'tao_launcher/data/man/{page}' for page in PAGES),
        *(f'completions/{path.name}' for path in (CHECKOUT / 'completions').iterdir()),
        'bin/envsetup.sh', 'LICENSE', 'README.md', 'setup.cfg', 'setup.py', 'PKG-INFO',
    }
    assert wanted - names == set()


def test_wheel_is_the_same_from_the_tree_and_from_the_sdist(
    maker: Machine, tools: Path, wheel: Path, copy: Callable[[str], Path], tmp_path: Path,
) -> None:
    maker.gets(tools / 'python', '-m', 'build', '--wheel', '-o', tmp_path / 'made', copy('tree'))
    direct, = (tmp_path / 'made').iterdir()
    assert contents(direct) == contents(wheel)
    assert direct.name == wheel.name


def test_one_file_program_has_what_it_needs(maker: Machine, wheel: Path, tmp_path: Path) -> None:
    """A tao.pyz that the installed package makes of itself: its data, no manual, the same bytes every time."""
    programs = maker.environment('pyz')
    maker.gets(programs / 'pip', 'install', '-q', wheel)
    code = (
        'import sys, tao_launcher\nfrom tao_launcher.commands.images import pyz\nfrom pathlib import Path\n'
        'folder = tao_launcher.__path__[0]\n'
        'Path(sys.argv[1]).write_bytes(pyz.build(folder, pyz.own_licence(folder), tao_launcher.__version__, []))'
    )
    made = []
    for name in ('one', 'two'):
        maker.gets(programs / 'python', '-I', '-c', code, tmp_path / name)
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0])) as archive:
        names = set(archive.namelist())
    assert {name for name in OF_THE_PACKAGE if name.endswith(('.json', '.md'))} <= names
    assert not [name for name in names if '/man/' in name]
    shown = maker.gets(programs / 'python', '-I', '-S', tmp_path / 'one', '--version')
    assert shown == maker.gets(programs / 'tao', '--version')
