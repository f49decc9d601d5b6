"""The checks of `tao doctor` that are about the machine."""
from __future__ import annotations

from typing import Any

import pytest
from doctor_answers import A100, SMI_BROKEN

from tao_launcher.commands.doctor import checks_machine
from tao_launcher.commands.doctor.findings import GIB, Finding, MachineFacts, Rivals
from tao_launcher.engine import remedies
from tao_launcher.engine.remedies import Machine

ROOT = Machine(is_root=True, has_sudo=False, has_systemd=False)
SMI_MISMATCH = 'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 535.183\n'


def facts(**known: Any) -> MachineFacts:
    return MachineFacts(**{'engine': ('docker',), 'machine': ROOT, 'program': '/usr/bin/docker', **known})


@pytest.mark.parametrize(('known', 'finding'), [
    ({'nvidia_smi': A100}, ('ok', '535.183.01')),
    ({'nvidia_smi': '0, Tesla V100, 16160, 525.85.12\n'}, ('ok', '525.85.12')),
    ({'nvidia_smi': '0, Tesla V100, 16160, 470.256.02\n'}, (
        'warn', '470.256.02; above 525.85 is asked for', remedies.INSTALL_DRIVER,
    )),
    ({'nvidia_smi': '0, Tesla V100, 16160, 525.85\n', 'system': {'ID': 'ubuntu'}}, (
        'warn', '525.85; above 525.85 is asked for', 'ubuntu-drivers install',
    )),
    ({'nvidia_smi': SMI_BROKEN}, (
        'warn', f'nvidia-smi says: {SMI_BROKEN.strip()}'[:177], 'nvidia-smi  (after a driver update: reboot)',
    )),
    ({'nvidia_smi': SMI_MISMATCH}, (
        'warn', 'nvidia-smi says: Failed to initialize NVML: Driver/library version mismatch',
        'nvidia-smi  (after a driver update: reboot)',
    )),
    ({'nvidia_smi': 'No devices were found\n'}, (
        'warn', 'nvidia-smi says: No devices were found', 'nvidia-smi  (after a driver update: reboot)',
    )),
    ({'nvidia_smi': ''}, ('warn', 'nvidia-smi says: nothing', 'nvidia-smi  (after a driver update: reboot)')),
    ({}, ('warn', 'no NVIDIA GPU found: only --gpus none will work', 'tao --gpus none TASK …')),
    ({'has_gpu': True}, (
        'warn', 'there is an NVIDIA GPU, but no nvidia-smi: no driver is installed; only --gpus none will work',
        remedies.INSTALL_DRIVER,
    )),
    ({'is_tegra': True}, ('ok', 'Tegra: the driver is part of the system')),
])
def test_driver(known: dict[str, Any], finding: tuple[str, ...]) -> None:
    assert checks_machine.driver(facts(**known)) == Finding('driver', *finding)


@pytest.mark.parametrize(('rows', 'finding'), [
    ('', None),
    (SMI_BROKEN, None),
    (A100, ('ok', ', '.join(f'{i}: NVIDIA A100-SXM4-80GB (81920 MiB)' for i in range(8)))),
    ('0, NVIDIA GH200, [N/A], 550.54\n', ('ok', '0: NVIDIA GH200')),
    ('0, Quadro P400, 2048, 535.1\n1, NVIDIA RTX A6000, 49140, 535.1\n', (
        'warn', '0: Quadro P400 (2048 MiB), 1: NVIDIA RTX A6000 (49140 MiB); at least 4 GB each are asked for',
        '--gpus 1',
    )),
    ('0, Quadro P400, 2048, 535.1\n', (
        'warn', '0: Quadro P400 (2048 MiB); at least 4 GB each are asked for', 'tao --gpus none TASK …',
    )),
])
def test_gpus(rows: str, finding: tuple[str, ...] | None) -> None:
    assert checks_machine.gpus(facts(nvidia_smi=rows)) == (Finding('GPUs', *finding) if finding else None)


@pytest.mark.parametrize(('check', 'known', 'finding'), [
    ('memory', {'memory': 0}, None),
    ('memory', {'memory': 8 * GIB - (300 << 20)}, ('memory', 'ok', '8 GiB; at least 8, 32 are recommended')),
    ('memory', {'memory': 4 * GIB}, ('memory', 'warn', '4 GiB; at least 8, 32 are recommended')),
    ('cores', {'cores': 8}, ('cores', 'ok', '8; at least 8 are asked for')),
    ('cores', {'cores': 2}, ('cores', 'warn', '2; at least 8 are asked for')),
    ('platform', {'kernel': 'Linux version 5.15.153.1-microsoft-standard-WSL2'}, (
        'platform', 'info', 'WSL2: the GPU driver is the one of Windows',
    )),
    ('platform', {'system': {'ID': 'ubuntu', 'VERSION_ID': '16.04'}}, (
        'platform', 'warn', 'Ubuntu 16.04; 18.04 or later is asked for', 'do-release-upgrade',
    )),
    ('platform', {'system': {'ID': 'ubuntu', 'VERSION_ID': '18.04', 'PRETTY_NAME': 'Ubuntu 18.04.6 LTS'}}, (
        'platform', 'info', 'Ubuntu 18.04.6 LTS',
    )),
    ('platform', {'system': {}, 'is_tegra': True}, ('platform', 'info', 'Linux, Tegra')),
    ('selinux', {'selinux': True}, ('SELinux', 'info', 'enforcing: a mount may need "mode": "z"')),
    ('selinux', {}, None),
    ('old_packages', {'packages': ('nvidia-docker2',)}, (
        'packages', 'info', 'nvidia-docker2: replaced by nvidia-container-toolkit', remedies.INSTALL_TOOLKIT,
    )),
    ('python', {'python': (3, 8), 'pip': '23.0.1'}, ('python', 'ok', '3.8, pip 23.0.1')),
    ('python', {'python': (3, 8), 'pip': '20.0.2'}, (
        'python', 'warn', '3.8, pip 20.0.2; pip above 21.06 is asked for', 'python3 -m pip install --upgrade pip',
    )),
    ('python', {'python': (3, 13)}, ('python', 'ok', '3.13')),
    ('program', {}, None),
    ('program', {'rivals': Rivals(first='/opt/tao (nvidia-tao)')}, (
        'program', 'warn', 'the shell finds another tao first: /opt/tao (nvidia-tao)',
        'put this one earlier on PATH, or pip uninstall nvidia-tao',
    )),
    ('program', {'rivals': Rivals(behind=('/opt/tao (nvidia-tao)', '/b/tao'))}, (
        'program', 'info', 'another tao stands behind this one on PATH: /opt/tao (nvidia-tao), /b/tao',
    )),
    ('program', {'rivals': Rivals(first='/bin/tao', package='nvidia-tao 6.26.3', remedy='pip …')}, (
        'program', 'warn',
        'nvidia-tao 6.26.3 is installed in the same place; whichever was installed last is tao there', 'pip …',
    )),
    ('variables', {'variables': {'A': 'b', 'C': 'd'}}, ('variables', 'info', 'A=b, C=d')),
])
def test_machine(check: str, known: dict[str, Any], finding: tuple[str, ...] | None) -> None:
    found = getattr(checks_machine, check)(facts(**known))
    assert found == (Finding(*finding) if finding else None)
