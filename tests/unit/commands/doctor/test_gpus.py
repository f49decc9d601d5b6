"""The checks of the GPUs, with answers of nvidia-smi and in the form of several engines."""
from __future__ import annotations

from typing import Any

import pytest
from doctor_answers import A100, SMI_BROKEN, facts, info

from tao_launcher.commands.doctor import gpus
from tao_launcher.commands.doctor.findings import Finding
from tao_launcher.commands.doctor.gpus import Bus, Toolkit, gpu_rows
from tao_launcher.engine import remedies

SMI_MISMATCH = 'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 535.183\n'


@pytest.mark.parametrize(('text', 'rows'), [
    ('0, NVIDIA A100, 81920, 535.1\n1, x,[N/A], 535.1', [['0', 'NVIDIA A100', '81920', '535.1'],
                                                       ['1', 'x', '[N/A]', '535.1']]),
    ('No devices were found\n', []), ('x, a, b, c\n', []), ('0, a, b\n', []), ('', []), (SMI_BROKEN, []),
])
def test_gpu_rows(text: str, rows: list[list[str]]) -> None:
    assert gpu_rows(text) == rows
    assert len(gpu_rows(A100)) == 8


@pytest.mark.parametrize(('known', 'bus', 'finding'), [
    ({'nvidia_smi': A100}, Bus(), ('ok', '535.183.01')),
    ({'nvidia_smi': '0, Tesla V100, 16160, 525.85.12\n'}, Bus(), ('ok', '525.85.12')),
    ({'nvidia_smi': '0, Tesla V100, 16160, 470.256.02\n'}, Bus(), (
        'warn', '470.256.02; above 525.85 is asked for', remedies.INSTALL_DRIVER,
    )),
    ({'nvidia_smi': '0, Tesla V100, 16160, 525.85\n', 'system': {'ID': 'ubuntu'}}, Bus(), (
        'warn', '525.85; above 525.85 is asked for', 'ubuntu-drivers install',
    )),
    ({'nvidia_smi': SMI_BROKEN}, Bus(), (
        'warn', f'nvidia-smi says: {SMI_BROKEN.strip()}'[:177], 'nvidia-smi  (after a driver update: reboot)',
    )),
    ({'nvidia_smi': SMI_MISMATCH}, Bus(), (
        'warn', 'nvidia-smi says: Failed to initialize NVML: Driver/library version mismatch',
        'nvidia-smi  (after a driver update: reboot)',
    )),
    ({'nvidia_smi': 'No devices were found\n'}, Bus(), (
        'warn', 'nvidia-smi says: No devices were found', 'nvidia-smi  (after a driver update: reboot)',
    )),
    ({'nvidia_smi': ''}, Bus(), ('warn', 'nvidia-smi says: nothing', 'nvidia-smi  (after a driver update: reboot)')),
    ({}, Bus(), ('warn', 'no NVIDIA GPU found: only --gpus none will work', 'tao --gpus none TASK …')),
    ({}, Bus(has_gpu=True), (
        'warn', 'there is an NVIDIA GPU, but no nvidia-smi: no driver is installed; only --gpus none will work',
        remedies.INSTALL_DRIVER,
    )),
    ({'is_tegra': True}, Bus(), ('ok', 'Tegra: the driver is part of the system')),
])
def test_driver(known: dict[str, Any], bus: Bus, finding: tuple[str, ...]) -> None:
    assert gpus.driver(facts(**known), bus) == Finding('driver', *finding)


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
    assert gpus.gpus(facts(nvidia_smi=rows)) == (Finding('GPUs', *finding) if finding else None)


TOOLKIT_OK = ('ok', 'docker has an nvidia runtime or CDI devices')
NO_TOOLKIT = 'docker shows no nvidia runtime and no CDI devices; --gpus needs the container toolkit'


@pytest.mark.parametrize(('name', 'known', 'installed', 'finding'), [
    ('docker-ce 19.03', {}, Toolkit(), TOOLKIT_OK),
    ('docker-ce 28 with CDI', {}, Toolkit(), TOOLKIT_OK),
    ('Docker Desktop', {}, Toolkit(), TOOLKIT_OK),
    ('Debian 20.10', {}, Toolkit(), ('warn', NO_TOOLKIT, remedies.INSTALL_TOOLKIT)),
    ('Debian 20.10', {}, Toolkit(has_setup=True), (
        'warn', NO_TOOLKIT, 'nvidia-ctk runtime configure --runtime=docker && service docker restart',
    )),
    ('Debian 20.10', {}, Toolkit(has_hook=True), ('ok', 'its hook is installed, which is enough for --gpus')),
    ('Debian 20.10', {'is_remote': True, 'nvidia_smi': None}, Toolkit(), ('info', f'{NO_TOOLKIT} there')),
    ('Debian 20.10', {'nvidia_smi': None, 'is_tegra': True}, Toolkit(), ('warn', NO_TOOLKIT, remedies.INSTALL_TOOLKIT)),
    ('Debian 20.10', {'nvidia_smi': None}, Toolkit(), None),
    ('Debian 20.10', {'nvidia_smi': SMI_BROKEN}, Toolkit(), None),
    ('podman', {}, Toolkit(), None),
    ('nothing', {}, Toolkit(), None),
])
def test_toolkit(name: str, known: dict[str, Any], installed: Toolkit, finding: tuple[str, ...] | None) -> None:
    found = gpus.toolkit(facts(**{'info': info(name), 'nvidia_smi': A100, **known}), installed)
    assert found == (Finding('toolkit', *finding) if finding else None)


CDI = 'nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml'


@pytest.mark.parametrize(('installed', 'finding'), [
    (Toolkit(has_cdi=True), ('ok', 'the GPUs are described as devices (CDI)')),
    (Toolkit(), ('warn', 'nothing describes the GPUs as devices (CDI), which --gpus needs', remedies.INSTALL_TOOLKIT)),
    (Toolkit(has_setup=True), ('warn', 'nothing describes the GPUs as devices (CDI), which --gpus needs', CDI)),
])
def test_the_toolkit_of_podman(installed: Toolkit, finding: tuple[str, ...]) -> None:
    smi = '0, A100, 81920, 535.104'
    known = facts(engine=('podman',), info={'host': {}}, nvidia_smi=smi)
    assert gpus.toolkit(known, installed) == Finding('toolkit', *finding)


def test_old_packages() -> None:
    assert gpus.old_packages(facts(), ('nvidia-docker2',)) == Finding(
        'packages', 'info', 'nvidia-docker2: replaced by nvidia-container-toolkit', remedies.INSTALL_TOOLKIT,
    )
    assert gpus.old_packages(facts(), ()) is None
