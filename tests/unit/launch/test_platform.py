"""What is said of an image for another machine."""
from __future__ import annotations

import pytest
from plans import launch

VARIABLE = {'DOCKER_DEFAULT_PLATFORM': 'linux/arm64'}
ONLY = 'such an image runs only with an emulator'


@pytest.mark.parametrize(('words', 'environ', 'machine', 'notice'), [
    (['--platform=linux/arm64'], {}, 'x86_64', f'--platform asks for linux/arm64, and this machine is x86_64: {ONLY}'),
    (['--platform=linux/amd64'], VARIABLE, 'aarch64',
     f'--platform asks for linux/amd64, and this machine is aarch64: {ONLY}'),
    ([], VARIABLE, 'x86_64', f'DOCKER_DEFAULT_PLATFORM asks for linux/arm64, and this machine is x86_64: {ONLY}'),
    ([], VARIABLE, 'aarch64', ''),
    (['--platform=linux/amd64'], VARIABLE, 'x86_64', ''),
    (['--platform=linux/x86_64'], {}, 'x86_64', ''),
    (['--platform=linux'], {}, 'x86_64', ''),
    (['--engine=podman'], VARIABLE, 'x86_64', ''), (['--engine=sudo docker'], VARIABLE, 'x86_64', ''),
])
def test_notice(words: list[str], environ: dict[str, str], machine: str, notice: str) -> None:
    found = launch(*words, 'dino', 'train', environ=environ, machine=machine).plan.notices
    assert found == ((notice,) if notice else ())


def test_the_mounts_file_is_named() -> None:
    found = launch('dino', 'train', file={'DockerOptions': {'platform': 'arm64'}}).plan.notices
    assert found == (
        'DockerOptions.platform of /home/user/.tao_mounts.json asks for arm64, and this machine is x86_64: '
        f'{ONLY}',
    )


def test_another_machine_is_not_judged() -> None:
    found = launch('dino', 'train', environ={**VARIABLE, 'DOCKER_HOST': 'tcp://gpu1:2376'}).plan.notices
    assert [notice for notice in found if 'emulator' in notice] == []
