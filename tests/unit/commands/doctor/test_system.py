"""The checks of the operating system and of Python."""
from __future__ import annotations

from typing import Any

import pytest
from doctor_answers import facts

from tao_launcher.commands.doctor import system
from tao_launcher.commands.doctor.findings import Finding
from tao_launcher.commands.doctor.system import Python
from tao_launcher.tasks.load import host_requirements
from tao_launcher.tasks.requirements import Requirements


@pytest.mark.parametrize(('known', 'kernel', 'finding'), [
    ({}, 'Linux version 5.15.153.1-microsoft-standard-WSL2', ('info', 'WSL2: the GPU driver is the one of Windows')),
    ({'system': {'ID': 'ubuntu', 'VERSION_ID': '16.04'}}, '', (
        'warn', 'Ubuntu 16.04; TAO asks for 18.04 or later', 'do-release-upgrade',
    )),
    ({'system': {'ID': 'ubuntu', 'VERSION_ID': '18.04', 'PRETTY_NAME': 'Ubuntu 18.04.6 LTS'}}, '', (
        'info', 'Ubuntu 18.04.6 LTS',
    )),
    ({'system': {}, 'is_tegra': True}, '', ('info', 'Linux, Tegra')),
])
def test_platform(known: dict[str, Any], kernel: str, finding: tuple[str, ...]) -> None:
    assert system.platform(facts(**known), kernel) == Finding('platform', *finding)


@pytest.mark.parametrize(('enforce', 'known', 'finding'), [
    ('1', {}, ('info', 'enforcing: a mount may need "mode": "z"')), ('1', {'is_remote': True}, None),
    ('0', {}, None), ('', {}, None),
])
def test_selinux(enforce: str, known: dict[str, Any], finding: tuple[str, ...] | None) -> None:
    assert system.selinux(facts(**known), enforce) == (Finding('SELinux', *finding) if finding else None)


@pytest.mark.parametrize(('release', 'found', 'finding'), [
    ('7.1.0', Python((3, 8), '23.0.1'), ('ok', '3.8, pip 23.0.1')),
    ('7.1.0', Python((3, 8), '20.0.2'), (
        'warn', '3.8, pip 20.0.2; TAO 7.1.0 asks for pip above 21.06', 'python3 -m pip install --upgrade pip',
    )),
    ('4.0.1', Python((3, 8), '20.0.2'), ('ok', '3.8, pip 20.0.2')),
    ('7.1.0', Python((3, 13)), ('ok', '3.13')),
    ('4.0.1', Python((3, 7)), ('fail', '3.7; 3.8 or later is needed')),
])
def test_python(release: str, found: Python, finding: tuple[str, ...]) -> None:
    assert system.python(facts(requirements=host_requirements(release)), found) == Finding('python', *finding)


def test_a_python_that_a_release_is_too_new_for() -> None:
    asked = Requirements('8.0.0', {'8.0.0': {'python': '3.12'}})
    assert system.python(facts(requirements=asked), Python((3, 11), '23.0')) == Finding(
        'python', 'warn', '3.11; TAO 8.0.0 asks for 3.12 or later',
    )
