"""A podman of our own: its storage, its network and its /run are no other podman's."""
from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, Sequence, Union

import pytest
from conftest import CLIENTS, SCRIPTS, Docker

IMAGES = ('nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt', 'nvcr.io/nvidia/tao/tao-toolkit:5.0.0-tf1.15.5')
# Podman raises limits by default, which a virtual machine may not permit; a network of its own takes it a second.
CONTAINERS = """[containers]
netns = "none"
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
"""
STORAGE = '[storage]\ndriver = "{driver}"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n'
# Plain HTTP, as for any registry without TLS that podman is to use.
REGISTRIES = 'unqualified-search-registries = []\n[[registry]]\nlocation = "127.0.0.1:5000"\ninsecure = true\n'
# Two GPUs, described as nvidia-ctk does it; what a container gets shows in its environment.
CDI = """{"cdiVersion": "0.5.0", "kind": "nvidia.com/gpu", "devices": [
    {"name": "0", "containerEdits": {"env": ["GPU_0=yes"]}}, {"name": "1", "containerEdits": {"env": ["GPU_1=yes"]}},
    {"name": "all", "containerEdits": {"env": ["GPU_0=yes", "GPU_1=yes"]}}]}
"""
# Namespaces of their own, on the engine's mounts; its /proc would show its own processes alone.
HOLD = """
mount -t proc proc /proc && mount -t tmpfs tmpfs /run && mkdir -p /var/lib/cni /etc/cdi &&
mount -t tmpfs tmpfs /var/lib/cni && mount -t tmpfs tmpfs /etc/cdi && ip link set lo up && cp "$0" /etc/cdi &&
echo ready && exec sleep infinity
"""
WRAPPER = """#!/bin/sh
exec {inside} env PATH="$PATH:/usr/sbin:/sbin" CONTAINERS_CONF={folder}/containers.conf \\
    CONTAINERS_STORAGE_CONF={folder}/storage.conf CONTAINERS_REGISTRIES_CONF={folder}/registries.conf {podman} "$@"
"""


class Podman(Docker):
    """Podman, as the tests see docker; TAO_ENGINE names it."""

    def __init__(self, path: Path, home: Path) -> None:
        self.path = path
        home.mkdir(parents=True)
        self.env = {
            'PATH': f'{path.parent}:{SCRIPTS}:/usr/bin:/bin', 'HOME': str(home), 'LANG': 'C.UTF-8',
            'TAO_ENGINE': 'podman', 'TAO_GPUS': 'none',
        }


class Host:
    """Namespaces with a podman in them; `inside` are the words that enter."""

    def __init__(self, folder: Path, inside: Sequence[str]) -> None:
        self.folder = folder
        self.inside = inside
        self.path = folder / 'bin' / 'podman'
        self.path.parent.mkdir()
        for name, text in (
            ('containers.conf', CONTAINERS), ('registries.conf', REGISTRIES),
            ('storage.conf', STORAGE.format(folder=folder, driver='overlay')),
        ):
            (folder / name).write_text(text)
        self.path.write_text(WRAPPER.format(inside=' '.join(inside), folder=folder, podman=shutil.which('podman')))
        self.path.chmod(0o755)

    def run(self, *words: Union[str, Path], check: bool = True) -> subprocess.CompletedProcess[str]:
        """`podman WORDS…`."""
        return subprocess.run(
            [self.path, *words], stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8', timeout=60,
            check=check,
        )


def engines_init() -> int:
    """The first process of the private docker engine, whose mounts have everything that a container needs."""
    folder = Path(os.environ['TAO_TEST_DATA_ROOT']).parent
    supervisor = int((folder / 'supervisor').read_text())
    return int(Path(f'/proc/{supervisor}/task/{supervisor}/children').read_text().split()[0])


@contextmanager
def podman_host(docker: Docker) -> Iterator[Host]:
    """Such a host, with the private engine's images. Skips where podman is not installed."""
    if not shutil.which('podman'):
        pytest.skip('podman is not installed')
    folder = Path(tempfile.mkdtemp(prefix='tao-pod-', dir='/tmp'))  # for sockets below it
    (folder / 'gpus.json').write_text(CDI)
    holder = subprocess.Popen(
        ['nsenter', f'--target={engines_init()}', '--mount', 'unshare', '--mount', '--propagation=private', '--net',
         'sh', '-c', HOLD, str(folder / 'gpus.json')],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding='utf-8',
    )
    try:
        assert holder.stdout and holder.stdout.readline() == 'ready\n'
        host = Host(folder, ['nsenter', f'--target={holder.pid}', '--mount', '--net'])
        docker.run('save', '--output', str(folder / 'images.tar'), *IMAGES)
        host.run('load', '--input', folder / 'images.tar')
        yield host
        host.run('rm', '--all', '--force', '--time=0')
    finally:
        holder.kill()  # with its mounts
        holder.wait(10)
        if holder.stdout:
            holder.stdout.close()
        shutil.rmtree(folder)


@pytest.fixture(scope='module')
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A host for the tests of a module."""
    with podman_host(Docker(CLIENTS[0], tmp_path_factory.mktemp('source'))) as found:
        yield found


@pytest.fixture
def podman(place: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Podman]:
    """Podman with a home folder of its own. No test may leave a container."""
    found = Podman(place.path, tmp_path_factory.mktemp('podman') / 'home')
    yield found
    left = found.run('ps', '--all').stdout if found.containers() else ''
    found.run('rm', '--all', '--force', '--time=0')
    assert not left, left
