"""What is said of an engine that does not answer, or with an error."""
from __future__ import annotations

from typing import Any

import pytest

from tao_launcher.engine import failures
from tao_launcher.engine.remedies import Machine

ROOT = Machine(is_root=True)
# What podman 4.3.1 says.
GONE = (
    'Cannot connect to Podman. Please verify your connection to the Linux system using `podman system connection list`'
    ', or try `podman machine init` and `podman machine start` to manage a new Linux VM\nError: unable to connect to '
    'Podman socket: Get "http://d/v4.3.1/libpod/_ping": dial unix /x.sock: connect: no such file or directory\n'
)
NO_NAME = 'Error: failed to resolve active destination: "lab" service destination not found\n'
NO_MAP = (
    'time="2026-01-31T10:20:30Z" level=warning msg="\\"/\\" is not a shared mount"\n'
    'Error: cannot set up namespace using "/usr/bin/newuidmap": should have setuid or have filecaps setuid\n'
)
OTHER = 'Error: stat /var/lib/containers/storage: no such file or directory\n'


@pytest.mark.parametrize(('engine', 'error', 'address', 'environ', 'what', 'fix'), [
    ('podman', GONE, 'unix:///x.sock', {'CONTAINER_HOST': 'unix:///x.sock'},
     'the podman daemon is not running at unix:///x.sock', 'unset CONTAINER_HOST'),
    ('podman', GONE, 'connection lab', {}, 'no podman daemon answers at connection lab',
     'podman system connection list'),
    ('podman --connection lab', NO_NAME, 'connection lab', {},
     f'the podman connection does not exist ({NO_NAME.strip()})',
     'correct the name of the daemon in --context, --engine or TAO_ENGINE'),
    ('podman', NO_MAP, '', {},
     f'podman is not permitted to map user IDs here ({NO_MAP.splitlines()[1]})', 'apt-get install -y uidmap'),
    ('podman', OTHER, '', {}, f'the podman engine fails: {OTHER.strip()}', ''),
])
def test_what_podman_says(
    engine: str, error: str, address: str, environ: dict[str, str], what: str, fix: str,
) -> None:
    assert failures.engine_failure(engine.split(), 125, error, address, ROOT, environ) == (what, fix)


ROOT = Machine(is_root=True, has_sudo=False, has_systemd=False)
ALONE = Machine(has_sudo=False, has_systemd=False)  # an ordinary user without sudo
# What docker 20.10.24 and 28.2.2 say to `version`, with other names; OLD_ and NEW_DENIED and SUDO were not recorded.
DOWN = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n'


def down(address: str) -> str:
    """What it says where nobody answers at an address."""
    return DOWN.replace('unix:///var/run/docker.sock', address)


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
    (DOWN, '', {}, ROOT._replace(has_daemon=False, system='debian'),
     'the docker daemon is not installed', 'apt-get update && apt-get install -y docker.io'),
    # the user's own daemon, without root
    (DOWN, 'unix:///run/user/1000/docker.sock', {'DOCKER_HOST': 'unix:///run/user/1000/docker.sock'}, Machine(uid=1000),
     'your own docker daemon is not running at unix:///run/user/1000/docker.sock', 'systemctl --user start docker'),
    (DOWN, 'unix:///home/ann/.docker/run/docker.sock', {}, Machine(uid=1000, has_systemd=False),
     'your own docker daemon is not running at unix:///home/ann/.docker/run/docker.sock',
     'nohup dockerd-rootless.sh >~/dockerd-rootless.log 2>&1 &'),
    (DOWN, 'unix:///home/ann/.docker/desktop/docker.sock', {}, Machine(uid=1000),
     'your own docker daemon is not running at unix:///home/ann/.docker/desktop/docker.sock',
     'systemctl --user start docker-desktop'),
    (DOWN, 'unix:///run/user/1001/docker.sock', {'DOCKER_HOST': 'unix:///run/user/1001/docker.sock'},
     Machine(uid=1000), 'the docker daemon is not running at unix:///run/user/1001/docker.sock', 'unset DOCKER_HOST'),
    ('Client sent an HTTP request to an HTTPS server.\n', 'tcp://gpu1:2376', {}, ROOT,
     'the daemon at tcp://gpu1:2376 wants TLS (Client sent an HTTP request to an HTTPS server.)',
     'export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=FOLDER'),
    ('http: server gave HTTP response to HTTPS client\n', 'tcp://gpu1:2375', {'DOCKER_TLS_VERIFY': '1'}, ROOT,
     'DOCKER_TLS_VERIFY is set, and the daemon at tcp://gpu1:2375 cannot be reached that way '
     '(http: server gave HTTP response to HTTPS client)', 'unset DOCKER_TLS_VERIFY'),
    # what DOCKER_MIN_API_VERSION=1.44 has a daemon say
    ('Error response from daemon: client version 1.41 is too old. Minimum supported API version is 1.44, please '
     'upgrade your client to a newer version\n', '', {}, ROOT,
     'this docker client speaks API 1.41 and is too old for the daemon, which wants 1.44',
     'install a newer client (https://docs.docker.com/engine/install/)'),
    ('Error response from daemon: client version 1.52 is too new. Maximum supported API version is 1.41\n', '', {},
     ROOT, 'this docker client speaks API 1.52 and is too new for the daemon, which knows 1.41',
     'install a newer daemon there (https://docs.docker.com/engine/install/)'),
    (NO_HOST, 'tcp://gpu1:2375', {}, ROOT,
     'no docker daemon answers at tcp://gpu1:2375', 'docker context use default'),
    (DENIED, '', {}, Machine(), 'no permission to talk to the docker daemon',
     'sudo usermod -aG docker $(id -un) && newgrp docker'),
    (OLD_DENIED, '', {}, ALONE, 'no permission to talk to the docker daemon',
     'su - -c "usermod -aG docker $(id -un)" && newgrp docker'),
    (NEW_DENIED.replace('/var/run/docker.sock', '/r/d.sock'), 'unix:///r/d.sock', {}, Machine(),
     'no permission to talk to the docker daemon at unix:///r/d.sock',
     'sudo usermod -aG docker $(id -un) && newgrp docker'),
    (CONTEXT_20, '', {'DOCKER_CONTEXT': 'lab'}, ROOT,
     f'the docker context does not exist ({CONTEXT_20.strip()})', 'unset DOCKER_CONTEXT'),
    (CONTEXT_28, '', {}, ROOT,
     f'the docker context does not exist ({CONTEXT_28.strip()})', 'docker context use default'),
    (BAD_ADDRESS, 'htp://x', {'DOCKER_HOST': 'htp://x'}, ROOT,
     f'htp://x is not a valid daemon address ({BAD_ADDRESS.strip()})', 'unset DOCKER_HOST'),
    (SUDO, '', {}, Machine(), 'sudo wants a password', 'sudo -v'),
    ('strange\nmore\n', '', {}, ROOT, 'the docker engine fails: strange', ''),
    ('', '', {}, ROOT, 'the docker engine fails with exit code 1 and no message', ''),
])
def test_engine(
    error: str, address: str, environ: dict[str, str], machine: Machine, what: str, fix: str,
) -> None:
    said = down(address) if error == DOWN and address else error
    assert failures.engine_failure(('docker',), 1, said, address, machine, environ) == (what, fix)


@pytest.mark.parametrize(('engine', 'environ', 'fix'), [
    ('docker', {'DOCKER_HOST': '/run/docker.sock'}, 'export DOCKER_HOST=unix:///run/docker.sock'),
    ('docker', {'DOCKER_HOST': '/run/a b'}, "export DOCKER_HOST='unix:///run/a b'"),
    ('docker -H /run/docker.sock', {}, 'docker -H unix:///run/docker.sock'),
])
def test_a_socket_without_its_scheme(engine: str, environ: dict[str, str], fix: str) -> None:
    address = 'tcp://localhost:2375/run/docker.sock'
    found = failures.engine_failure(engine.split(), 1, down(address), address, Machine(), environ)
    assert found == (f'no docker daemon answers at {address}', fix)


def test_a_daemon_that_sudo_does_not_tell_the_client_of() -> None:
    """It is that one which is wanted, and no second one here."""
    environ = {'DOCKER_HOST': 'tcp://gpu1:2375'}
    found = failures.engine_failure(('sudo', '-n', 'docker'), 1, DOWN, '', ROOT, environ)
    remedy = "tao --engine 'sudo --preserve-env=DOCKER_HOST -n docker' …"
    assert found == (
        'the docker daemon is not running, and sudo does not pass DOCKER_HOST on, unless sudoers keeps it', remedy,
    )
    found = failures.engine_failure(('sudo', '-n', 'docker'), None, 'no answer within 5 s', '', ROOT, environ)
    assert found and found[1] == remedy
    told = ('sudo', '--preserve-env=DOCKER_HOST', 'docker')
    found = failures.engine_failure(told, 1, down('tcp://gpu1:2375'), 'tcp://gpu1:2375', ROOT, environ)
    assert found == ('no docker daemon answers at tcp://gpu1:2375', 'unset DOCKER_HOST')


def test_engine_without_an_answer() -> None:
    found = failures.engine_failure(('sudo', '-n', 'docker'), None, 'no answer within 5 s')
    assert found == ('the docker engine does not answer (no answer within 5 s)', 'systemctl status docker')


@pytest.mark.parametrize(('info', 'found'), [
    ({'SecurityOptions': ['name=seccomp,profile=builtin', 'name=rootless']}, True),
    ({'SecurityOptions': ['name=seccomp,profile=builtin']}, False),
    ({'host': {'security': {'rootless': True}}}, True), ({'host': {'security': {'rootless': False}}}, False),
    ({}, False),
])
def test_an_engine_without_root(info: dict[str, Any], found: bool) -> None:
    assert failures.is_rootless(info) is found


@pytest.mark.parametrize(('info', 'found'), [
    ({'HttpsProxy': 'http://proxy:3128'}, True), ({'HttpProxy': 'http://proxy:3128'}, True),
    ({'RegistryConfig': {'Mirrors': ['https://mirror/']}}, True),
    ({'HttpProxy': '', 'HttpsProxy': '', 'RegistryConfig': {'Mirrors': []}}, False), ({'RegistryConfig': None}, False),
    ({}, False),
])
def test_a_daemon_with_a_way_of_its_own(info: dict[str, Any], found: bool) -> None:
    assert failures.has_way_of_its_own(info) is found


@pytest.mark.parametrize(('registry', 'secure', 'networks', 'wants'), [
    ('lab:5000', {}, [], None),
    ('lab:5000', {'lab:5000': {'Secure': False}}, ['127.0.0.0/8'], False),
    ('index.docker.io', {'index.docker.io': {'Secure': True}}, ['0.0.0.0/0'], True),
    ('lab:5000', {}, ['127.0.0.0/8', '::1/128'], True),
    ('lab:5000', {}, ['127.0.0.0/8', '10.0.0.0/8'], None),  # its address may be one of those
    ('10.1.2.3:5000', {}, ['127.0.0.0/8', '10.0.0.0/8'], False),
    ('10.1.2.3', {}, ['127.0.0.0/8'], True),
    ('localhost:5000', {}, ['127.0.0.0/8'], False),
    ('[::1]:5000', {}, ['127.0.0.0/8', '::1/128'], False),
    ('10.1.2.3', {}, ['nonsense'], None),
])
def test_registries_without_tls(registry: str, secure: object, networks: list[str], wants: bool | None) -> None:
    info = {'RegistryConfig': {'IndexConfigs': secure, 'InsecureRegistryCIDRs': networks}}
    assert failures.wants_tls(info, registry) is wants


def test_engine_that_is_fine() -> None:
    assert failures.engine_failure(('docker',), 0, 'WARNING: something') is None


@pytest.mark.parametrize(('info', 'folder'), [
    ({'DockerRootDir': '/var/lib/docker', 'OperatingSystem': 'Debian GNU/Linux 12 (bookworm)'}, '/var/lib/docker'),
    ({'DockerRootDir': '/var/lib/docker', 'OperatingSystem': 'Docker Desktop'}, ''),
    ({'DockerRootDir': '/var/lib/docker', 'DriverStatus': [['driver-type', 'io.containerd.snapshotter.v1']]},
     '/var/lib/containerd'),
    ({'DockerRootDir': '/big', 'DriverStatus': [['driver-type', 'io.containerd.snapshotter.v1']]}, '/big'),
    # a containerd of the system's keeps them where it likes; one that dockerd starts, below dockerd's own root
    ({'DockerRootDir': '/big', 'DriverStatus': [['driver-type', 'io.containerd.snapshotter.v1']],
      'Containerd': {'Address': '/run/containerd/containerd.sock'}}, '/var/lib/containerd'),
    ({'DockerRootDir': '/var/lib/docker', 'DriverStatus': [['driver-type', 'io.containerd.snapshotter.v1']],
      'Containerd': {'Address': '/var/run/docker/containerd/containerd.sock'}}, '/var/lib/docker'),
    ({'DockerRootDir': '/big', 'Containerd': {'Address': '/run/containerd/containerd.sock'}}, '/big'),
    ({'DockerRootDir': '/big', 'DriverStatus': [['driver-type', 'io.containerd.snapshotter.v1']], 'Containerd': 7},
     '/big'),
    ({}, ''),
])
def test_image_folder(info: dict[str, Any], folder: str) -> None:
    assert failures.image_folder(info) == folder
