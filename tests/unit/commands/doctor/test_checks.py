"""The checks together: what none of them shows, and how one is added."""
from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable

from doctor_answers import Put, findings
from support import CHECKOUT, tao

GLIBC = """from __future__ import annotations

from ...engine.ask import ask
from .findings import Finding, asking


def _probe(gathered):
    return ask(('getconf', 'GNU_LIBC_VERSION'), gathered.facts.environ, 5.0).out


def glibc(facts, version):
    return Finding('glibc', 'warn', version.strip(), 'upgrade it') if version else None


GLIBC = asking(_probe, glibc)
"""


def test_what_is_shown_has_no_password(put: Put) -> None:
    address = 'tcp://ann:hunter2@gpu1:2375'
    put('docker', f'echo "Cannot connect to the Docker daemon at {address}." >&2; exit 1')
    done = tao('doctor', '--format', 'json', env={
        'DOCKER_HOST': address, 'OVERRIDE_REGISTRY': 'ann:hunter2@reg.lab',
    })
    found = json.loads(done.out)
    assert 'hunter2' not in done.out + done.err
    assert {one['name'] for one in found if one['status'] == 'fail'} == {'daemon', 'settings'}
    assert found[-1] == {
        'name': 'variables', 'status': 'info', 'fix': '',
        'found': 'DOCKER_HOST=tcp://ann:***@gpu1:2375, OVERRIDE_REGISTRY=ann:***@reg.lab',
    }


def test_a_check_is_one_module_and_one_line(engine: Callable[[str, str], None], put: Put, tmp_path: Path) -> None:
    """In a copy of the package, with nothing else changed."""
    engine('docker-ce 28', 'nothing')
    put('getconf', 'echo "$1 is 2.36"')
    for name in ('bin', 'tao_launcher'):
        shutil.copytree(CHECKOUT / name, tmp_path / name, ignore=shutil.ignore_patterns('__pycache__'))
    room = tmp_path / 'tao_launcher/commands/doctor'
    (room / 'glibc.py').write_text(GLIBC)
    before = (room / 'checks.py').read_text()
    (room / 'checks.py').write_text(
        before.replace('from . import ', 'from . import glibc, ')
        .replace('    system.PYTHON,\n', '    glibc.GLIBC,\n    system.PYTHON,\n')
    )

    def doctor(*words: str) -> str:
        argv = [sys.executable, str(tmp_path / 'bin/tao'), 'doctor', *words]
        return subprocess.run(argv, stdout=subprocess.PIPE, encoding='utf-8', check=True).stdout

    found = findings(doctor('--format', 'json'))
    expected = {'name': 'glibc', 'status': 'warn', 'found': 'GNU_LIBC_VERSION is 2.36', 'fix': 'upgrade it'}
    assert found['glibc'] == expected
    names = [*found]
    assert names[names.index('glibc') + 1] == 'python'
    lines = doctor().splitlines()
    at = lines.index(next(line for line in lines if line.startswith('warn  glibc ')))
    assert lines[at].split(maxsplit=2)[2] == expected['found']
    assert lines[at + 1].strip() == 'fix: upgrade it'
