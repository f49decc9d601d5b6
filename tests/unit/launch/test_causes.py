"""Why a job could not start, or ended: what was established, and after an "if" what was not."""
from __future__ import annotations

from typing import Any

import pytest

from tao_launcher.engine import remedies
from tao_launcher.engine.remedies import Machine
from tao_launcher.launch import causes
from tao_launcher.launch.causes import FailureFacts
from tao_launcher.launch.driver import OldDriver

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
ROOT = Machine(is_root=True, has_sudo=False, has_systemd=False)
NONE = ('', '')
LOOK = f'docker run --rm -it {IMAGE} /bin/bash'

# What docker 20.10.24 and 28.2.2 say to `version`, with other names; OLD_ and NEW_DENIED and SUDO were not recorded.
DOWN = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n'


def facts(code: int, **known: Any) -> FailureFacts:
    usual = {'engine': ('docker',), 'machine': ROOT, 'image': IMAGE, 'command': 'dino'}
    return FailureFacts(**{'code': code, **usual, **known})


REFUSALS: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({}, NONE),
    ({'engine_code': 1, 'engine_error': DOWN}, ('the docker daemon is not running', 'service docker start')),
    # the container started: the code is the job's own
    ({'events': ('create', 'start', 'die'), 'wants_gpu': True, 'has_nvidia': False}, NONE),
    ({'events': ('create', 'die'), 'wants_gpu': True, 'has_nvidia': False, 'has_driver': True}, (
        'GPUs were asked for; if docker said "could not select device driver", it has no NVIDIA container toolkit',
        f'{remedies.INSTALL_TOOLKIT}, or --gpus none before the task name',
    )),
    ({'wants_gpu': True, 'has_nvidia': False, 'has_driver': False}, (
        'GPUs were asked for, but this machine has no NVIDIA driver', '--gpus none before the task name',
    )),
    ({'wants_gpu': True, 'has_nvidia': True, 'has_driver': True}, NONE),
    ({'wants_gpu': True, 'old_driver': OldDriver('535.183.01', '7.1.0', '580', '5.3.0')}, (
        'if docker said "unsatisfied condition: cuda": TAO 7.1.0 asks for driver 580 or later, this machine has '
        '535.183.01', f'--release 5.3.0 before the task name, the newest for this driver; or {remedies.INSTALL_DRIVER}',
    )),
    ({'wants_gpu': True, 'old_driver': OldDriver('390.1', '7.1.0', '580')}, (
        'if docker said "unsatisfied condition: cuda": TAO 7.1.0 asks for driver 580 or later, this machine has 390.1',
        remedies.INSTALL_DRIVER,
    )),
    ({'old_driver': OldDriver('390.1', '7.1.0', '580')}, NONE),
    ({'has_nvidia': False, 'has_driver': False}, NONE),
    ({'image_is_here': False, 'is_logged_in': True}, (
        f'{IMAGE} is not here and could not be pulled', f'docker pull {IMAGE}',
    )),
    ({'image_is_here': False, 'is_logged_in': None}, (
        f'{IMAGE} is not here and could not be pulled', f'docker pull {IMAGE}',
    )),
    ({'image_is_here': False, 'is_logged_in': False}, (
        f'{IMAGE} is not here and could not be pulled; if docker said "unauthorized" or "denied": '
        'no login for nvcr.io is stored', "docker login nvcr.io -u '$oauthtoken'",
    )),
    ({'image_is_here': False, 'is_logged_in': False, 'pull': 'never'}, (
        f'{IMAGE} is not here, and --pull never forbids to fetch it', f'docker pull {IMAGE}',
    )),
    ({'image_is_here': False, 'is_logged_in': False, 'image': 'own/image:1'}, (
        'own/image:1 is not here and could not be pulled', 'docker pull own/image:1',
    )),
    ({'network': 'host', 'remaps_users': True, 'image_is_here': True}, (
        "docker maps the users of containers to others (userns-remap), which rules out the host's network",
        'leave --network host (and "network") out, or --docker-arg --userns=host',
    )),
    ({'network': 'bridge', 'remaps_users': True, 'image_is_here': True}, NONE),
    ({'image_is_here': True, 'pull': 'always'}, (
        f'{IMAGE} is here, but --pull always asks its registry', 'leave --pull always out',
    )),
    ({'image_is_here': False, 'disk_free': 1 << 20, 'disk': '/d'}, (
        '/d, where docker keeps images, has only 1 MB free', 'docker image prune',
    )),
    ({'image_is_here': True, 'disk_free': 0, 'disk': '/d'}, (
        '/d, where docker keeps images, has only 0 MB free', 'docker image prune',
    )),
    ({'image_is_here': True, 'disk_free': 500 << 20, 'disk': '/d'}, NONE),
    ({'image_is_here': True, 'name': 'night', 'name_is_taken': True, 'wants_gpu': True, 'has_driver': False}, (
        'a container named night exists already', 'docker rm night, or another --name',
    )),
]


@pytest.mark.parametrize(('known', 'said'), REFUSALS)
def test_refusal(known: dict[str, Any], said: tuple[str, str]) -> None:
    assert causes.failure(facts(125, **known)) == said


STARTED = ('create', 'start', 'die')


@pytest.mark.parametrize(('code', 'known', 'said'), [
    (127, {}, (f'if docker or tini said so: dino is not there in {IMAGE}', LOOK)),
    (126, {}, (f'if docker or tini said so: dino cannot be executed in {IMAGE}', LOOK)),
    (127, {'events': ('create', 'die')}, (f'if docker said so: dino is not there in {IMAGE}', LOOK)),
    (127, {'events': STARTED, 'lifetime': 0.03}, (f'if tini said so: dino is not there in {IMAGE}', LOOK)),
    (127, {'events': ('create', 'die'), 'wants_gpu': True, 'has_driver': False}, (
        'GPUs were asked for, but this machine has no NVIDIA driver', '--gpus none before the task name',
    )),
    # the job's own
    (127, {'events': STARTED, 'lifetime': 7.0}, NONE),
    (127, {'events': STARTED, 'lifetime': 0.03, 'command': 'sh'}, NONE),
    (126, {'events': STARTED, 'lifetime': 0.03, 'command': '/bin/bash'}, NONE),
    (135, {}, (
        "the job died of a bus error; /dev/shm has docker's 64 MB", '--shm_size 16G (or more) before the task name',
    )),
    (135, {'shm': '1G'}, (
        'the job died of a bus error; /dev/shm has 1G', '--shm_size 16G (or more) before the task name',
    )),
    (139, {}, ('the job crashed (segmentation fault)', LOOK)),
    (137, {'events': ('create', 'start', 'oom', 'die'), 'has_memory_limit': True, 'kernel_kills': 1}, (
        'the job was killed: it used more memory than its limit', 'a higher limit, or a smaller batch size',
    )),
    (137, {'events': ('create', 'start', 'oom', 'die')}, (
        'the kernel killed a process of the job because memory ran out', 'a smaller batch size',
    )),
    (137, {'events': STARTED, 'kernel_kills': 2}, (
        'exit code 137 is signal 9: the kernel killed a process in the meantime because memory ran out',
        'a smaller batch size',
    )),
    (137, {'events': ('create', 'start', 'kill', 'die'), 'kernel_kills': 0}, (
        "the job was killed by someone's docker stop or docker kill", '',
    )),
    (137, {'events': STARTED, 'kernel_kills': 0}, (
        "exit code 137 is signal 9: docker killed nothing, and the kernel's out-of-memory killer did not do it either, "
        "so it is the job's own code, or someone killed its process", '',
    )),
    (137, {}, (
        "exit code 137 is signal 9: from outside docker, by the kernel because memory ran out, or the job's own",
        'dmesg | grep -i "out of memory"',
    )),
    (137, {'is_remote': True}, (
        "exit code 137 is signal 9: from outside docker, by the kernel because memory ran out, or the job's own", '',
    )),
    (1, {}, NONE), (3, {}, NONE), (42, {}, NONE), (143, {}, NONE), (0, {}, NONE),
])
def test_code(code: int, known: dict[str, Any], said: tuple[str, str]) -> None:
    assert causes.failure(facts(code, **known)) == said
