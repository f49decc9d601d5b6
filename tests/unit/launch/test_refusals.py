"""Why an engine did not start a container: what a look has shown, and after an "if" what its own words may confirm."""
from __future__ import annotations

from typing import Any

import pytest

from tao_launcher.engine import remedies
from tao_launcher.engine.remedies import Machine
from tao_launcher.launch import refusals
from tao_launcher.launch.driver import OldDriver
from tao_launcher.launch.facts import FailureFacts, Holder, Taken, Unknown

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
ROOT = Machine(is_root=True, has_sudo=False, has_systemd=False)
NONE = ('', '')
ID = 'f00dcafe' * 8
OWN = Holder(ID, 'night', 'running', 'model/dino/train', is_own=True)
OTHERS = OWN._replace(is_own=False)
FOREIGN = Holder(ID, 'web', 'running')
FILE = 'DockerOptions.ports.8888 of /home/ann/.tao_mounts.json'
# A machine without a driver, GPUs asked for: what is told must not depend on it.
GPUS = {'wants_gpu': True, 'has_driver': False, 'has_nvidia': False}
CREATED = ('create', 'die')


def facts(**known: Any) -> FailureFacts:
    usual = {'engine': ('docker',), 'machine': ROOT, 'image': IMAGE, 'command': 'dino', 'image_is_here': True}
    return FailureFacts(**{'code': 125, **usual, **known})


@pytest.mark.parametrize(('known', 'said'), [
    ({}, NONE),
    ({'name': 'night'}, NONE),
    ({'name': 'night', 'held_by': OWN}, (
        'a container named night is running (job model/dino/train)', 'tao stop night, or another --name',
    )),
    ({'name': 'night', 'held_by': OWN._replace(state='paused')}, (
        'a container named night is running (job model/dino/train)', 'tao stop night, or another --name',
    )),
    ({'name': 'night', 'held_by': OTHERS}, (
        "a container named night is running (another user's job model/dino/train)", 'another --name',
    )),
    ({'name': 'night', 'held_by': FOREIGN}, ('a container named night is running', 'another --name')),
    ({'name': 'night', 'held_by': OWN._replace(state='created')}, (
        'a container named night exists already and has not started (job model/dino/train)',
        'tao stop night, or another --name',
    )),
    ({'name': 'night', 'held_by': OWN._replace(state='exited')}, (
        'a container named night exists already (job model/dino/train, which has ended)',
        'tao clean, or docker rm night, or another --name',
    )),
    ({'name': 'night', 'held_by': OTHERS._replace(state='exited')}, (
        "a container named night exists already (another user's job model/dino/train, which has ended)",
        'another --name',
    )),
    ({'name': 'night', 'held_by': FOREIGN._replace(state='created')}, (
        'a container named night exists already', 'docker rm night, or another --name',
    )),
    ({'network': 'lab', 'network_is_there': True}, NONE),
    ({'network': 'lab', 'network_is_there': None}, NONE),
    ({'network': 'lab', 'network_is_there': False, 'network_from': '--network'}, (
        'there is no network lab (--network)', 'docker network create lab',
    )),
    ({'network': 'container:web', 'network_is_there': False}, (
        'no container web is running, whose network was asked for', 'docker ps',
    )),
    ({'taken': (Taken('8888', '8888', FILE, OWN),)}, (
        f'host port 8888 ({FILE}) is taken by job f00dcafef00d (model/dino/train)',
        'another host port, such as --port 8889:8888, or tao stop f00dcafef00d',
    )),
    ({'taken': (Taken('8888', '80', '--port', OTHERS),)}, (
        "host port 8888 (--port) is taken by another user's job f00dcafef00d (model/dino/train)",
        'another host port, such as --port 8889:80',
    )),
    ({'taken': (Taken('18600', '80', '--port', FOREIGN, '127.0.0.1'),)}, (
        'host port 18600 (--port) is taken by container web',
        'another host port, such as --port 127.0.0.1:18601:80',
    )),
    ({'taken': (Taken('65535', '80', '--port', FOREIGN),)}, (
        'host port 65535 (--port) is taken by container web', 'another host port, such as --port 65534:80',
    )),
    ({'taken': (Taken('53', '53/udp', '--port'), Taken('80', '80', '--port', OWN))}, (
        'host ports 53 (--port) and 80 (--port) are taken by a process of this machine',
        'another host port, such as --port 54:53/udp; it is shown by: ss -lunp sport = :53',
    )),
    ({'unknown': (Unknown('--foo', '--docker-arg'),)}, (
        'this docker does not know --foo (--docker-arg)', 'leave it out, or install a newer docker',
    )),
    ({'unknown': (Unknown('--foo', '--docker-arg'), Unknown('--pull', ''))}, (
        'this docker does not know --foo (--docker-arg), --pull', 'leave them out, or install a newer docker',
    )),
    ({'missing_sources': ('/a', '/b c')}, ('2 mount sources not found: /a, /b c', 'correct or create them')),
    ({'lacks_init': True}, (
        'docker has no program for --init here (without one: "init": false in DockerOptions)',
        'apt-get update && apt-get install -y docker.io',
    )),
    ({'network': 'host', 'remaps_users': True}, (
        "docker remaps container users (userns-remap), which rules out the host's network",
        'leave --network host (and "network") out, or --docker-arg --userns=host',
    )),
    ({'network': 'host', 'remaps_users': True, 'is_service': True}, (
        "docker remaps container users (userns-remap), which rules out the host's network",
        '--port_mapping PORT, which publishes the service instead',
    )),
    ({'network': 'bridge', 'remaps_users': True}, NONE),
    ({'disk_free': 0, 'disk': '/d'}, ('/d, where docker keeps images, has only 0 MB free', 'docker image prune')),
    ({'disk_free': 500 << 20, 'disk': '/d'}, NONE),
    ({'image_is_here': None, 'disk_free': 500 << 20, 'disk': '/d'}, NONE),
    ({'disk_free': 0, 'disk': '/d', 'network': 'lab', 'network_is_there': False}, (
        'there is no network lab', 'docker network create lab',
    )),
    ({'is_podman': True}, ('docker is actually podman, which takes different options', '--engine podman')),
])
def test_what_a_look_has_shown(known: dict[str, Any], said: tuple[str, str]) -> None:
    assert refusals.established(facts(**known)) == said
    assert refusals.established(facts(**known, **GPUS)) == said


@pytest.mark.parametrize('known', [
    {'image_is_here': False}, {'name': 'night', 'held_by': OWN}, {'unknown': (Unknown('--foo', ''),)},
    {'is_podman': True},
])
def test_what_cannot_be_where_there_was_a_container(known: dict[str, Any]) -> None:
    assert refusals.established(facts(**known))[0]
    assert refusals.established(facts(**known, events=CREATED)) == NONE


def test_a_disk_that_has_room_for_a_container() -> None:
    known = facts(image_is_here=None, disk_free=500 << 20, disk='/d', events=CREATED)
    assert refusals.established(known) == NONE
    assert 'only 1 MB free' in refusals.established(known._replace(disk_free=1 << 20))[0]


def test_more_files_than_the_kernel_allows() -> None:
    assert refusals.established(facts(most_files=1048576, events=CREATED)) == (
        'this kernel allows no more than 1048576 open files (its fs.nr_open), and nofile asks for more',
        '--ulimit nofile=1048576, or less',
    )


LIMITS = (
    'if docker said "setting rlimit" or "setrlimit": it is not allowed to raise these limits here (memlock)',
    'leave them out of DockerOptions.ulimits (or --ulimit)',
)
NO_DRIVER = (
    'if docker said "could not select device driver", "GPU vendor" or "nvidia": GPUs were asked for, but this machine '
    'has no NVIDIA driver', '--gpus none before the task name',
)
NO_LIBRARY = (
    'if docker said "nvidia": GPUs were asked for, but this machine has no NVIDIA driver',
    '--gpus none before the task name',
)
NO_TOOLKIT = (
    'if docker said "could not select device driver" or "GPU vendor": GPUs were asked for, but it has no NVIDIA '
    'container toolkit', f'{remedies.INSTALL_TOOLKIT}, or --gpus none before the task name',
)


@pytest.mark.parametrize(('known', 'said'), [
    ({}, []),
    ({'limits_above': ('memlock',)}, [LIMITS]),
    ({'limits_above': ('memlock',), 'is_unusual': True}, [LIMITS]),
    ({'limits_above': ('memlock',), 'code': 127}, []),  # it is not permitted, and nothing was not found
    (GPUS, [NO_DRIVER]),
    ({**GPUS, 'has_driver': True}, [NO_TOOLKIT]),
    ({**GPUS, 'has_driver': True, 'has_nvidia': True}, []),
    ({**GPUS, 'has_driver': None, 'has_nvidia': None}, []),
    ({**GPUS, 'wants_gpu': False}, []),
    ({**GPUS, 'has_driver': True, 'old_driver': OldDriver('535.183.01', '7.1.0', '580', '5.3.0')}, [(
        'if docker said "unsatisfied condition: cuda": TAO 7.1.0 asks for driver 580 or later, this machine has '
        '535.183.01', f'--release 5.3.0 before the task name, the newest for this driver; or {remedies.INSTALL_DRIVER}',
    )]),
    ({**GPUS, 'has_driver': True, 'old_driver': OldDriver('390.1', '7.1.0', '580')}, [(
        'if docker said "unsatisfied condition: cuda": TAO 7.1.0 asks for driver 580 or later, this machine has 390.1',
        remedies.INSTALL_DRIVER,
    )]),
    ({**GPUS, 'limits_above': ('memlock',)}, [LIMITS, NO_DRIVER]),
    ({**GPUS, 'code': 127}, [NO_LIBRARY]),
    ({**GPUS, 'has_driver': True, 'code': 127}, []),
    ({**GPUS, 'is_unusual': True}, []),
])
def test_what_the_engines_own_words_may_confirm(known: dict[str, Any], said: list[tuple[str, str]]) -> None:
    for events in (CREATED, None):
        assert refusals.possible(facts(**known, events=events)) == said
    assert refusals.possible(facts(**known, events=())) == []
