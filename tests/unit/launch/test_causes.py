"""What is said after a failure: what was established, and behind an "if" what was not."""
from __future__ import annotations

from typing import Any

import pytest

from tao_launcher.base.secrets import masked
from tao_launcher.engine import failures, profiles, remedies
from tao_launcher.engine.docker import DOCKER
from tao_launcher.engine.remedies import Machine
from tao_launcher.launch import causes
from tao_launcher.launch.causes import FailureFacts

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
ROOT = Machine(is_root=True, has_sudo=False, has_systemd=False)
ALONE = Machine(has_sudo=False, has_systemd=False)  # an ordinary user without sudo
NONE = ('', '')
LOOK = f'docker run --rm -it {IMAGE} /bin/bash'

# What docker 20.10.24 and 28.2.2 say to `version`, with other names; OLD_ and NEW_DENIED and SUDO were not recorded.
DOWN = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n'
REFUSED = 'Cannot connect to the Docker daemon at tcp://10.0.0.7:2375. Is the docker daemon running?\n'
DENIED = (
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get '
    '"http://%2Fvar%2Frun%2Fdocker.sock/v1.50/version": dial unix /var/run/docker.sock: connect: permission denied\n'
)
OLD_DENIED = f'Got {DENIED}'
NEW_DENIED = 'permission denied while trying to connect to the docker API at unix:///var/run/docker.sock\n'
NO_HOST = (
    'error during connect: Get "http://gpu1:2375/v1.50/version": dial tcp: lookup gpu1 on 10.0.0.1:53: no such host\n'
)
CONTEXT_20 = 'unable to resolve docker endpoint: context "lab" does not exist\n'
CONTEXT_28 = (
    'Failed to initialize: unable to resolve docker endpoint: context "lab": context not found: open /root/.docker/'
    'contexts/meta/2c26b46b68ff/meta.json: no such file or directory\n'
)
BAD_ADDRESS = 'unable to resolve docker endpoint: Invalid bind address format: htp://x\n'
SUDO = 'sudo: a password is required\n'


@pytest.mark.parametrize(('error', 'address', 'environ', 'machine', 'what', 'fix'), [
    (DOWN, '', {}, Machine(), 'the docker daemon is not running', 'sudo systemctl start docker'),
    (DOWN, '', {}, ROOT, 'the docker daemon is not running', 'service docker start'),
    (DOWN, '', {}, ALONE, 'the docker daemon is not running', 'su - -c "service docker start"'),
    (DOWN, 'unix:///run/dokcer.sock', {'DOCKER_HOST': 'unix:///run/dokcer.sock'}, ROOT,
     'the docker daemon is not running at unix:///run/dokcer.sock', 'unset DOCKER_HOST'),
    (REFUSED, 'tcp://10.0.0.7:2375', {'DOCKER_CONTEXT': 'lab'}, ROOT,
     'no docker daemon answers at tcp://10.0.0.7:2375', 'unset DOCKER_CONTEXT'),
    (NO_HOST, 'tcp://gpu1:2375', {}, ROOT,
     'no docker daemon answers at tcp://gpu1:2375', 'docker context use default'),
    (DENIED, '', {}, Machine(), 'no permission to talk to the docker daemon',
     'sudo usermod -aG docker $(id -un) && newgrp docker'),
    (OLD_DENIED, '', {}, ALONE, 'no permission to talk to the docker daemon',
     'su - -c "usermod -aG docker $(id -un)" && newgrp docker'),
    (NEW_DENIED, 'unix:///r/d.sock', {}, Machine(), 'no permission to talk to the docker daemon at unix:///r/d.sock',
     'sudo usermod -aG docker $(id -un) && newgrp docker'),
    (CONTEXT_20, '', {'DOCKER_CONTEXT': 'lab'}, ROOT,
     f'the docker context does not exist ({CONTEXT_20.strip()})', 'unset DOCKER_CONTEXT'),
    (CONTEXT_28, '', {}, ROOT,
     f'the docker context does not exist ({CONTEXT_28.strip()})', 'docker context use default'),
    (BAD_ADDRESS, 'htp://x', {'DOCKER_HOST': 'htp://x'}, ROOT,
     f'htp://x is no address of a daemon ({BAD_ADDRESS.strip()})', 'unset DOCKER_HOST'),
    (SUDO, '', {}, Machine(), 'sudo wants a password', 'sudo -v'),
    ('strange\nmore\n', '', {}, ROOT, 'the docker engine fails: strange', 'docker version'),
    ('', '', {}, ROOT, 'the docker engine fails: ', 'docker version'),
])
def test_engine(
    error: str, address: str, environ: dict[str, str], machine: Machine, what: str, fix: str,
) -> None:
    assert failures.engine_failure(('docker',), 1, error, address, machine, environ) == (what, fix)


def test_engine_without_an_answer() -> None:
    found = failures.engine_failure(('sudo', '-n', 'docker'), None, 'no answer within 5 s')
    assert found == ('the docker engine does not answer (no answer within 5 s)', 'sudo -n docker version')


def test_engine_that_is_fine() -> None:
    assert failures.engine_failure(('docker',), 0, 'WARNING: something') is None


@pytest.mark.parametrize(('engine', 'program'), [
    (('docker',), 'docker'), (('sudo', '-n', '/usr/bin/docker'), '/usr/bin/docker'), (('podman',), 'podman'),
    (('docker', '--context', 'lab'), 'docker'), (('/opt/engine',), '/opt/engine'),
])
def test_program(engine: tuple[str, ...], program: str) -> None:
    assert profiles.program(engine) == program


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
    (126, {}, (f'if docker or tini said so: dino can not be executed in {IMAGE}', LOOK)),
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
        'the kernel killed a process of the job for want of memory', 'a smaller batch size',
    )),
    (137, {'events': STARTED, 'kernel_kills': 2}, (
        'exit code 137 is signal 9: the kernel killed a process for want of memory meanwhile', 'a smaller batch size',
    )),
    (137, {'events': ('create', 'start', 'kill', 'die'), 'kernel_kills': 0}, (
        "the job was killed by somebody's docker stop or docker kill", '',
    )),
    (137, {'events': STARTED, 'kernel_kills': 0}, (
        'exit code 137 is signal 9: docker killed nothing, and the kernel not for want of memory, '
        "so it is the job's own code, or somebody killed its process", '',
    )),
    (137, {}, (
        "exit code 137 is signal 9: from outside docker, by the kernel for want of memory, or the job's own",
        'dmesg | grep -i "out of memory"',
    )),
    (137, {'is_remote': True}, (
        "exit code 137 is signal 9: from outside docker, by the kernel for want of memory, or the job's own", '',
    )),
    (1, {}, NONE), (3, {}, NONE), (42, {}, NONE), (143, {}, NONE), (0, {}, NONE),
])
def test_code(code: int, known: dict[str, Any], said: tuple[str, str]) -> None:
    assert causes.failure(facts(code, **known)) == said


@pytest.mark.parametrize(('text', 'shown'), [
    ('ssh://u:secret@host', 'ssh://u:***@host'),
    ('OVERRIDE_REGISTRY: "u:secret@reg.example/x"', 'OVERRIDE_REGISTRY: "u:***@reg.example/x"'),
    ('a=https://u:s3@h/x, b=tcp://:p@h', 'a=https://u:***@h/x, b=tcp://:***@h'),
    ('repo/image:1.0@sha256:abc', 'repo/image:1.0@sha256:abc'),
    ('ssh://user@host:22', 'ssh://user@host:22'),
    ('/data:/data, 12:30 @ home', '/data:/data, 12:30 @ home'),
])
def test_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(('system', 'machine', 'fix'), [
    ('debian ', ROOT, 'apt-get update && apt-get install -y docker.io'),
    ('ubuntu debian', Machine(system='ubuntu debian'), 'sudo apt-get update && sudo apt-get install -y docker.io'),
    ('debian ', ALONE, 'su - -c "apt-get update && apt-get install -y docker.io"'),
    ('fedora ', ROOT, 'https://docs.docker.com/engine/install/'),
])
def test_install_docker(system: str, machine: Machine, fix: str) -> None:
    assert remedies.install(machine._replace(system=system), DOCKER) == fix


@pytest.mark.parametrize(('machine', 'start', 'restart'), [
    (Machine(), 'sudo systemctl start docker', 'sudo systemctl restart docker'),
    (Machine(has_systemd=False), 'sudo service docker start', 'sudo service docker restart'),
    (Machine(has_systemd=False, has_service=False), "sudo sh -c 'nohup dockerd >/var/log/docker.log 2>&1 &'",
     "sudo pkill -x dockerd; sleep 5; sudo sh -c 'nohup dockerd >/var/log/docker.log 2>&1 &'"),
    (ROOT._replace(has_service=False), 'nohup dockerd >/var/log/docker.log 2>&1 &',
     'pkill -x dockerd; sleep 5; nohup dockerd >/var/log/docker.log 2>&1 &'),
    (ALONE._replace(has_service=False), 'su - -c "nohup dockerd >/var/log/docker.log 2>&1 &"',
     'su - -c "pkill -x dockerd"; sleep 5; su - -c "nohup dockerd >/var/log/docker.log 2>&1 &"'),
])
def test_start(machine: Machine, start: str, restart: str) -> None:
    assert (remedies.start(machine), remedies.restart(machine)) == (start, restart)


@pytest.mark.parametrize(('info', 'folder'), [
    ({'DockerRootDir': '/var/lib/docker', 'OperatingSystem': 'Debian GNU/Linux 12 (bookworm)'}, '/var/lib/docker'),
    ({'DockerRootDir': '/var/lib/docker', 'OperatingSystem': 'Docker Desktop'}, ''),
    ({'DockerRootDir': '/var/lib/docker', 'DriverStatus': [['driver-type', 'io.containerd.snapshotter.v1']]},
     '/var/lib/containerd'),
    ({'DockerRootDir': '/big', 'DriverStatus': [['driver-type', 'io.containerd.snapshotter.v1']]}, '/big'),
    ({}, ''),
])
def test_image_folder(info: dict[str, Any], folder: str) -> None:
    assert failures.image_folder(info) == folder


@pytest.mark.parametrize(('configuration', 'known'), [
    (None, False),
    ({}, False),
    ({'auths': {'nvcr.io': {'auth': 'eA=='}}}, True),
    ({'auths': {'https://nvcr.io/v2/': {}}}, True),
    ({'auths': {'docker.io': {}}}, False),
    ({'auths': {}, 'credsStore': 'desktop'}, None),
    ({'auths': {'nvcr.io': {}}, 'credsStore': 'desktop'}, True),
    ({'credHelpers': {'nvcr.io': 'ngc'}}, None),
    ({'credHelpers': {'gcr.io': 'gcloud'}}, False),
    ({'auths': None}, False),
    ([], None),
])
def test_login(configuration: object, known: bool | None) -> None:
    from tao_launcher.engine.logins import is_logged_in

    assert is_logged_in('nvcr.io', configuration) is known
