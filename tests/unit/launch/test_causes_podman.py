"""Why podman could not start a job, or ended one."""
from __future__ import annotations

from typing import Any

import pytest

from tao_launcher.engine.remedies import Machine
from tao_launcher.launch import causes
from tao_launcher.launch.facts import FailureFacts

ROOT = Machine(is_root=True)


def failure(code: int, **known: Any) -> tuple[str, str]:
    facts = {'code': code, 'engine': ('podman',), 'machine': ROOT, 'image': 'i:1', 'command': 'dino', **known}
    found = causes.failures(FailureFacts(**facts))
    return found[0] if found else ('', '')


CDI = 'nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml'


@pytest.mark.parametrize('code', [125, 126])
def test_gpus_that_podman_does_not_know(code: int) -> None:
    assert failure(code, wants_gpu=True, has_driver=True, has_nvidia=False) == (
        'GPUs were asked for; if podman said "unresolvable CDI devices", nothing describes them to it',
        f'{CDI}, or --gpus none before the task name',
    )
    assert failure(code, wants_gpu=True, has_driver=False, has_nvidia=False)[0] == (
        'GPUs were asked for, but this machine has no NVIDIA driver'
    )


def test_no_program_for_init() -> None:
    assert failure(125, lacks_init=True) == (
        'podman has no program for --init here (without one: "init": false in DockerOptions)',
        'apt-get install -y catatonit',
    )


def test_podman_behind_another_name() -> None:
    assert failure(125, engine=('docker',), is_podman=True, wants_gpu=True, has_nvidia=False) == (
        'docker is actually podman, which takes different options', '--engine podman',
    )
    assert failure(125, is_podman=True) == ('', '')


def test_limits_that_podman_may_not_raise() -> None:
    known = {'events': ('create', 'remove'), 'has_init': True}
    assert failure(126, limits_above=('memlock', 'stack'), **known) == (
        'if podman said "setting rlimit" or "setrlimit": it is not allowed to raise these limits here (memlock, stack)',
        'leave them out of DockerOptions.ulimits (or --ulimit)',
    )
    assert failure(126, **known) == ('', '')
