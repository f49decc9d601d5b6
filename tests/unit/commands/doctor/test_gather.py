"""What doctor asks, and that nothing keeps it waiting."""
from __future__ import annotations

import time
from pathlib import Path
from typing import Callable

import pytest
from doctor_answers import SMI_BROKEN, Put, findings
from support import tao


def test_named_mounts_file_that_is_missing(engine: Callable[[str, str], None], home: Path) -> None:
    engine('docker-ce 28', 'nothing')
    done = tao('doctor', '--format', 'json', env={'LAUNCHER_MOUNTS': '/no/such.json'})
    assert done.code == 1
    assert findings(done.out)['mounts file']['found'] == (
        '/no/such.json: no such file; it is the mounts file of LAUNCHER_MOUNTS; nearest existing folder: /'
    )


@pytest.mark.parametrize(('script', 'found'), [
    (f"cat <<'END'\n{SMI_BROKEN}END\nexit 9", SMI_BROKEN.strip()[:160]),
    ('echo "No devices were found"; exit 6', 'No devices were found'),
])
def test_nvidia_smi_that_fails(engine: Callable[[str, str], None], put: Put, script: str, found: str) -> None:
    engine('docker-ce 28', 'nothing')
    put('nvidia-smi', script)
    done = tao('doctor', '--format', 'json')
    assert (done.code, findings(done.out)['driver']['found']) == (0, f'nvidia-smi says: {found}')


def test_programs_that_hang(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question has its time limit, which is shortened here."""
    from tao_launcher.commands.doctor import gather

    monkeypatch.setattr(gather, 'PATIENCE', 0.3)
    for name in ('docker', 'nvidia-smi'):
        put(name, 'exec sleep 600')
    begun = time.monotonic()
    done = tao('doctor', '--format', 'json')
    found = findings(done.out)
    assert time.monotonic() - begun < 60
    assert (done.code, found['daemon']['found']) == (1, 'the docker engine does not answer (no answer within 0 s)')
    assert found['driver']['found'] == 'nvidia-smi says: no answer within 0 s'


def test_no_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv('PATH', str(tmp_path))
    done = tao('doctor', '--format', 'json')
    found = findings(done.out)
    assert (done.code, found['client']['found'], 'daemon' in found) == (1, 'no program docker on PATH', False)


def test_named_mounts_file_with_a_colon(engine: Callable[[str, str], None], tmp_path: Path) -> None:
    engine('docker-ce 28', 'nothing')
    done = tao('doctor', '--format', 'json', env={'LAUNCHER_MOUNTS': f'{tmp_path}/a: b.json'})
    found = findings(done.out)['mounts file']
    assert found['found'].startswith(f'{tmp_path}/a: b.json: no such file; ')
    assert found['fix'] == f"correct '{tmp_path}/a: b.json'"
