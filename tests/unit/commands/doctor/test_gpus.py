"""The checks of the GPUs, with answers of nvidia-smi and in the form of several engines."""
from __future__ import annotations

from typing import Any, Mapping

import pytest
from doctor_answers import A100, SMI_BROKEN, Put, facts, findings, info
from plans import CATALOGUE
from support import tao

from tao_launcher.commands.doctor import gpus
from tao_launcher.commands.doctor.findings import Finding
from tao_launcher.commands.doctor.gpus import Bus, Toolkit, gpu_rows
from tao_launcher.engine import remedies
from tao_launcher.tasks.load import host_requirements

SMI_MISMATCH = 'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 535.183\n'


@pytest.mark.parametrize(('text', 'rows'), [
    ('0, NVIDIA A100, 81920, 535.1\n1, x,[N/A], 535.1', [['0', 'NVIDIA A100', '81920', '535.1'],
                                                       ['1', 'x', '[N/A]', '535.1']]),
    ('No devices were found\n', []), ('x, a, b, c\n', []), ('0, a, b\n', []), ('', []), (SMI_BROKEN, []),
])
def test_gpu_rows(text: str, rows: list[list[str]]) -> None:
    assert gpu_rows(text) == rows
    assert len(gpu_rows(A100)) == 8


RELEASES = tuple(CATALOGUE.releases)


def used(release: str) -> dict[str, Any]:
    """The facts of a launch that uses a release."""
    return {'requirements': host_requirements(release), 'releases': RELEASES}


def smi(driver: str) -> str:
    return f'0, Tesla V100, 16160, {driver}\n'


OLDER = '--release {} before the task name'


@pytest.mark.parametrize(('known', 'bus', 'finding'), [
    ({'nvidia_smi': A100}, Bus(), ('ok', '535.183.01')),
    ({'nvidia_smi': A100, **used('5.2.0')}, Bus(), ('ok', '535.183.01')),
    ({'nvidia_smi': smi('580.65.06'), **used('7.3.0')}, Bus(), ('ok', '580.65.06')),
    ({'nvidia_smi': smi('470.256.02'), **used('my-own')}, Bus(), ('ok', '470.256.02')),
    ({'nvidia_smi': A100, **used('7.1.0')}, Bus(), (
        'warn', '535.183.01; TAO 7.1.0 asks for 580 or later; release 5.3.0 is the newest that this driver is for',
        f'{remedies.INSTALL_DRIVER}, or {OLDER.format("5.3.0")}',
    )),
    ({'nvidia_smi': smi('525.60'), 'system': {'ID': 'ubuntu'}, **used('5.0.0')}, Bus(), (
        'warn', '525.60; TAO 5.0.0 asks for 525.85 or later; release 4.0.1 is the newest that this driver is for',
        f'ubuntu-drivers install, or {OLDER.format("4.0.1")}',
    )),
    ({'nvidia_smi': smi('390.157'), **used('3.22.05')}, Bus(), (
        'warn', '390.157; TAO 3.22.05 asks for 465 or later', remedies.INSTALL_DRIVER,
    )),
    ({'nvidia_smi': smi('[N/A]'), **used('7.1.0')}, Bus(), ('ok', '[N/A]')),
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
        'warn', '0: Quadro P400 (2048 MiB), 1: NVIDIA RTX A6000 (49140 MiB); TAO asks for at least 4 GB each',
        '--gpus 1',
    )),
    ('0, Quadro P400, 2048, 535.1\n', (
        'warn', '0: Quadro P400 (2048 MiB); TAO asks for at least 4 GB each', 'tao --gpus none TASK …',
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
    ('docker-ce 19.03', used('5.2.0'), Toolkit(has_setup=True, version='1.13.5'), (
        'ok', '1.13.5; docker has an nvidia runtime or CDI devices')),
    ('docker-ce 19.03', used('7.1.0'), Toolkit(has_setup=True, version='1.13.5'), (
        'warn', '1.13.5; TAO 7.1.0 asks for 1.19.0 or later; release 6.26.3 is the newest that this toolkit is for',
        f'{remedies.INSTALL_TOOLKIT}, or {OLDER.format("6.26.3")}')),
    ('Debian 20.10', used('5.2.0'), Toolkit(has_hook=True, version='1.2.1'), (
        'warn', '1.2.1; TAO 5.2.0 asks for 1.3.0 or later; release 4.0.1 is the newest that this toolkit is for',
        f'{remedies.INSTALL_TOOLKIT}, or {OLDER.format("4.0.1")}')),
    ('docker-ce 19.03', {'is_remote': True, **used('7.1.0')}, Toolkit(version='1.2.1'), (
        'ok', '1.2.1; docker has an nvidia runtime or CDI devices')),
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
    known = facts(engine=('podman',), info={'host': {}}, nvidia_smi=smi('535.104'))
    assert gpus.toolkit(known, installed) == Finding('toolkit', *finding)


def test_old_packages() -> None:
    assert gpus.old_packages(facts(), ('nvidia-docker2',)) == Finding(
        'packages', 'info', 'nvidia-docker2: replaced by nvidia-container-toolkit', remedies.INSTALL_TOOLKIT,
    )
    assert gpus.old_packages(facts(), ()) is None


def test_the_driver_is_judged_by_the_release(put: Put) -> None:
    put('nvidia-smi', "echo '0, NVIDIA GeForce RTX 3090, 24576, 535.183.01'")

    def driver(*words: str, env: Mapping[str, str] | None = None) -> dict[str, str]:
        return findings(tao(*words, 'doctor', '--format=json', env=env).out)['driver']

    old = driver()
    assert (old['status'], old['found']) == (
        'warn', '535.183.01; TAO 7.1.0 asks for 580 or later; release 5.3.0 is the newest that this driver is for')
    assert old['fix'].endswith(f', or {OLDER.format("5.3.0")}')
    for fine in (
        driver('--release', '5.2.0'), driver(env={'TAO_RELEASE': '5.3.0'}), driver('--tag', '5.2.0-pyt'),
        driver('--image', 'mirror.lab/tao:5.2.0-pyt'),
    ):
        assert (fine['status'], fine['found']) == ('ok', '535.183.01')
    assert 'TAO 6.0.0 asks for 550' in driver('--release', '6.0.0')['found']
