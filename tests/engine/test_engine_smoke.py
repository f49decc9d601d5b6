"""Whether the engine that the other tests here rely on is what they take it for."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest
from conftest import ENGINE

if TYPE_CHECKING:
    from conftest import Docker, Program

IMAGES = (
    'nvcr.io/nvidia/tao/tao-toolkit:5.0.0-tf1.15.5',
    'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt',
    'nvcr.io/nvstaging/tao/tao_pytorch_base_image:test',
)
IMAGE = IMAGES[1]
NETNS = Path('/run/netns', os.environ.get('TAO_TEST_NETNS', ''))
pytestmark = [pytest.mark.area('launch'), pytest.mark.engine_dependent]


def test_the_engine_is_not_the_machines(each_docker: Docker) -> None:
    root = each_docker.run('info', '--format', '{{.DockerRootDir}}').stdout.strip()
    assert root == os.environ['TAO_TEST_DATA_ROOT'] != '/var/lib/docker'
    assert each_docker.env['DOCKER_HOST'] != 'unix:///var/run/docker.sock'


def test_the_engine_has_a_network_of_its_own(docker: Docker) -> None:
    host_network = docker.run('run', '--rm', '--network=host', IMAGE, 'readlink', '/proc/self/ns/net').stdout.strip()
    assert host_network != os.readlink('/proc/self/ns/net')
    assert (host_network == f'net:[{NETNS.stat().st_ino}]') != ENGINE.is_rootless  # whose daemon has one inside that


def test_a_published_port_answers_in_that_network(docker: Docker) -> None:
    serve = 'while :; do echo reached | nc -l -p 80; done'
    docker.run('run', '--detach', '--publish=8888:80', IMAGE, 'sh', '-c', serve)
    enter = ('nsenter', f'--net={NETNS}', 'busybox', 'nc', '-w', '5', '127.0.0.1', '8888')
    said, deadline = b'', time.monotonic() + 60
    while not said and time.monotonic() < deadline:  # docker's side of the port is open before the container listens
        time.sleep(0.05)
        said = subprocess.run(enter, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout
    assert said == b'reached\n'


@pytest.mark.parametrize('image', IMAGES)
def test_the_images_own_command_is_the_web_service(docker: Docker, image: str) -> None:
    assert docker.run('run', '--rm', image).stdout == 'web service\n'


@pytest.mark.parametrize(
    ('gpus', 'count', 'ids', 'visible'),
    [
        ('"device=0,1"', 0, ['0', '1'], '0,1'),
        ('device=GPU-6f1c', 0, ['GPU-6f1c'], 'GPU-6f1c'),
        ('all', -1, None, 'all'),
        ('2', 2, None, '0,1'),
    ],
)
def test_gpus(each_docker: Docker, gpus: str, count: int, ids: list[str], visible: str) -> None:
    shown = each_docker.run('run', '--gpus', gpus, IMAGE, 'sh', '-c', 'echo $NVIDIA_VISIBLE_DEVICES').stdout
    (container,) = each_docker.containers()
    (request,) = each_docker.inspect(container)['HostConfig']['DeviceRequests']
    assert (request['Count'], request['DeviceIDs'], shown) == (count, ids, f'{visible}\n')


def test_a_task_prints_its_arguments_exactly(docker: Docker, printed_argv: Callable[[str], list[str]]) -> None:
    words = ['train', '-e', 'a b', '', ';id', '*', 'é✓', 'two\nlines\n', '\r', '\\n', '$HOME', '\'"', 'argv[0]=<>']
    assert printed_argv(docker.run('run', '--rm', IMAGE, 'detectnet_v2', *words).stdout) == ['detectnet_v2', *words]


def test_a_container_of_ours_left_behind_fails_the_test(docker: Docker, request: pytest.FixtureRequest) -> None:
    """By hand, because the check itself runs after each test."""
    container = docker.run('run', '--detach', '--label=tao.plan=0', IMAGE, 'sleep', '600').stdout.strip()
    assert docker.wait_for('label=tao.plan') == [container]
    docker.run('rm', '--force', container)
    assert docker.wait_for(all=True, count=0) == []


def test_what_is_tested_is_the_installed_package(tao: Program, tao_pt: Program) -> None:
    found = importlib.util.find_spec('tao_launcher')
    assert found and found.origin and found.origin.startswith(sys.prefix)
    assert tao.path.exists() and tao_pt.path.exists()
