"""Other programs of the launcher's name."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest
from doctor_answers import Put, facts, findings
from support import CHECKOUT, tao_process

from tao_launcher.commands.doctor.findings import Finding
from tao_launcher.commands.doctor.rivals import Rivals, program


def test_another_tao_comes_first(engine: Callable[[str, str], None], put: Put) -> None:
    engine('docker-ce 28', 'nothing')
    other = put('tao', 'true')
    done = tao_process('doctor', '--format', 'json')
    assert findings(done.out)['program'] == {
        'name': 'program', 'status': 'warn', 'found': f'the shell finds another tao first: {other}',
        'fix': 'put this one earlier on PATH, or pip uninstall nvidia-tao',
    }


def test_another_tao_stands_behind(engine: Callable[[str, str], None], tmp_path: Path) -> None:
    engine('docker-ce 28', 'nothing')
    ours, theirs = tmp_path / 'ours', tmp_path / 'theirs'
    for folder, start in (
        (ours, 'from tao_launcher.main import console\nconsole()'),
        (theirs, 'from nvidia_tao_cli.entrypoint.tao_launcher import main\nmain()'),
    ):
        folder.mkdir()
        (folder / 'tao').write_text(f'#!{sys.executable}\n{start}\n')
        (folder / 'tao').chmod(0o755)
    path = f'{ours}:{theirs}:{os.environ["PATH"]}'
    env = {**os.environ, 'PATH': path, 'PYTHONPATH': str(CHECKOUT)}
    for argv in ([ours / 'tao'], [sys.executable, '-m', 'tao_launcher']):
        done = subprocess.run(
            [*argv, 'doctor', '--format', 'json'], env=env, capture_output=True, encoding='utf-8', check=False,
        )
        assert findings(done.stdout)['program'] == {
            'name': 'program', 'status': 'info',
            'found': f'another tao comes after this one on PATH: {theirs}/tao (nvidia-tao)', 'fix': '',
        }


@pytest.mark.parametrize(('found', 'finding'), [
    (Rivals(), None),
    (Rivals(first='/opt/tao (nvidia-tao)'), (
        'warn', 'the shell finds another tao first: /opt/tao (nvidia-tao)',
        'put this one earlier on PATH, or pip uninstall nvidia-tao',
    )),
    (Rivals(behind=('/opt/tao (nvidia-tao)', '/b/tao')), (
        'info', 'another tao comes after this one on PATH: /opt/tao (nvidia-tao), /b/tao',
    )),
    (Rivals(first='/bin/tao', package='nvidia-tao 6.26.3', remedy='pip …'), (
        'warn', 'nvidia-tao 6.26.3 is installed in the same place; whichever was installed last is tao there', 'pip …',
    )),
])
def test_program(found: Rivals, finding: tuple[str, ...] | None) -> None:
    assert program(facts(), found) == (Finding('program', *finding) if finding else None)
