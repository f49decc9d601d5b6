"""A docker client that has tried another address than the one that it is said to."""
from __future__ import annotations

import pytest

from tao_launcher.engine import failures
from tao_launcher.engine.remedies import Machine

# What docker 20.10.24 and 28.2.2 say.
DOWN = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n'
REFUSED = 'Cannot connect to the Docker daemon at tcp://10.0.0.7:2375. Is the docker daemon running?\n'
DENIED = (
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get '
    '"http://%2Fvar%2Frun%2Fdocker.sock/v1.50/version": dial unix /var/run/docker.sock: connect: permission denied\n'
)


def down(address: str) -> str:
    """What it says where nobody answers at an address."""
    return DOWN.replace('unix:///var/run/docker.sock', address)


@pytest.mark.parametrize(('error', 'address', 'what'), [
    (DOWN, 'unix:///r/d.sock', 'the docker daemon is not running at unix:///var/run/docker.sock'),
    (DOWN, 'tcp://gpu1:2375', 'the docker daemon is not running at unix:///var/run/docker.sock'),
    (down('unix:///r/d.sock'), '', 'the docker daemon is not running at unix:///r/d.sock'),
    (f'docker: {DOWN.strip()}.\nSee \'docker run --help\'.\n', 'unix:///r/d.sock',
     'the docker daemon is not running at unix:///var/run/docker.sock'),
    ('failed to connect to the docker API at unix:///r/e.sock; check if the path is correct and if the daemon is '
     'running: dial unix /r/e.sock: connect: no such file or directory\n', 'unix:///r/d.sock',
     'the docker daemon is not running at unix:///r/e.sock'),
    (REFUSED, 'unix:///r/d.sock', 'no docker daemon answers at tcp://10.0.0.7:2375'),
    (DENIED, 'unix:///r/d.sock', 'no permission to talk to the docker daemon at unix:///var/run/docker.sock'),
    ('error during connect: Get "http://x/v1.41/version": dial unix /r/e.sock: connect: connection refused\n',
     'unix:///r/d.sock', 'the docker daemon is not running at unix:///r/e.sock'),
])
def test_a_client_that_asks_elsewhere(error: str, address: str, what: str) -> None:
    """Such as a script named docker that drops DOCKER_HOST: the client's own words name the address that it tried."""
    environ = {'DOCKER_HOST': address} if address else {}
    found = failures.engine_failure(('docker',), 1, error, address, Machine(uid=1), environ)
    assert found == (f'{what}, which docker asks instead of {address or "its default"}', 'type -a docker')


@pytest.mark.parametrize(('error', 'address', 'what'), [
    # what the client at the other end of ssh says is about that machine
    (DOWN, 'ssh://gpu1', 'no docker daemon answers at ssh://gpu1'),
    # docker adds the port
    (down('tcp://gpu1:2375'), 'tcp://gpu1', 'no docker daemon answers at tcp://gpu1'),
])
def test_the_same_address_in_other_words(error: str, address: str, what: str) -> None:
    environ = {'DOCKER_HOST': address}
    found = failures.engine_failure(('docker',), 1, error, address, Machine(), environ)
    assert found == (what, 'unset DOCKER_HOST')
