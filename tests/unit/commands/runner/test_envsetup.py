"""Where the file is that a shell sources."""
from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support import CHECKOUT, tao

from tao_launcher.settings.programs import RUNNERS


@pytest.mark.parametrize('program', RUNNERS)
def test_in_a_checkout(program: str) -> None:
    """It needs no checkout of a backend around."""
    done = subprocess.run(
        [sys.executable, CHECKOUT / 'bin' / program, '--envsetup'], capture_output=True, encoding='utf-8', check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f'{CHECKOUT}/bin/envsetup.sh\n', '')


def test_of_tao_there_is_none() -> None:
    done = tao('--envsetup')
    assert (done.code, done.out) == (2, '') and 'unknown option --envsetup' in done.err


def test_where_there_is_none(tmp_path: Path) -> None:
    """As in tao.pyz."""
    shutil.copytree(CHECKOUT / 'tao_launcher', tmp_path / 'tao_launcher', ignore=shutil.ignore_patterns('__pycache__'))
    program = tmp_path / 'programs' / 'tao_pt'
    program.parent.mkdir()
    program.write_text(
        f'import sys\nsys.path.insert(0, {str(tmp_path)!r})\nfrom tao_launcher.main import console\nconsole()\n',
    )
    done = subprocess.run(
        [sys.executable, '-S', program, '--envsetup'], capture_output=True, encoding='utf-8', check=False, env={},
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, '', (
        'tao_pt: error: envsetup.sh is not installed\n'
        '    it comes with a checkout of the launcher and with pip, not with tao.pyz\n'
        f'    no such file: {tmp_path}/bin/envsetup.sh\n'
        f'    no such file: {tmp_path}/share/tao-launcher/envsetup.sh\n'
    ))
