"""Exported shell functions that hide the programs, as bash itself hands them on."""
from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from runner_checkout import backend
from support import CHECKOUT

from tao_launcher.checkouts import shell_functions
from tao_launcher.settings.programs import RUNNERS

FUNCTION = {
    'name': 'function', 'status': 'warn', 'fix': 'unset -f tao_pt',
    'found': 'a shell function tao_pt is exported, as the scripts/envsetup.sh of a checkout does: '
             'your shell runs it in place of this program',
}


def after(script: str, command: str, root: Path) -> dict[str, dict[str, str]]:
    """The findings of a command of ours in a bash that has run a script in the checkout."""
    done = subprocess.run(
        ['bash', '--norc', '-c', f'{script}; {command} --format json'], cwd=root, check=False, capture_output=True,
        env={**os.environ, 'DOCKER_HOST': 'tcp://127.0.0.1:1'}, encoding='utf-8', stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1 and done.stderr == ''
    return {found['name']: found for found in json.loads(done.stdout)}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return backend(tmp_path / 'x', 'tao_pt', has_core=True)


def test_check(root: Path) -> None:
    theirs, check = '. scripts/envsetup.sh', f'{CHECKOUT}/bin/tao_pt check'
    assert after(theirs, check, root)['function'] == FUNCTION
    for script in (f'{theirs}; unset -f tao_pt', f'{theirs}; . {CHECKOUT}/bin/envsetup.sh 2>&-'):
        assert 'function' not in after(script, check, root)


def test_doctor(root: Path) -> None:
    found = after('. scripts/envsetup.sh', f'{CHECKOUT}/bin/tao doctor --dev', root)
    assert found['tao_pt function'] == {**FUNCTION, 'name': 'tao_pt function'}
    assert 'tao_ds function' not in found


@pytest.mark.parametrize(('body', 'hides'), [
    ('echo x', True), ('python $NV_TAO_PYTORCH_TOP/runner/tao_pt.py "$@"', True),
    ('command tao_pt --gpus none "$@"', False), ('/opt/tao/bin/tao_pt --quiet "$@"', False),
])
def test_a_wrapper_of_the_program_hides_nothing(body: str, hides: bool) -> None:
    script = f'tao_pt() {{ {body}; }}; export -f tao_pt; env -0'
    out = subprocess.run(['bash', '-c', script], capture_output=True, encoding='utf-8', check=True).stdout
    environ = dict(entry.split('=', 1) for entry in out.split('\0') if entry)
    assert shell_functions.hiding(RUNNERS, environ) == (['tao_pt'] if hides else [])
