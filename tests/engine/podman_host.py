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
from air_gap import REGISTRIES
from conftest import CLIENTS, SCRIPTS, Docker
from jobs import SOMEBODY

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
    CONTAINERS_STORAGE_CONF={folder}/storage.conf CONTAINERS_REGISTRIES_CONF={folder}/registries.conf \\
    PODMAN_IGNORE_CGROUPSV1_WARNING=1 {podman} "$@"
"""
# The same for a user without rights: one that exists, has further ids and a runtime folder.
HOLD_FOR_ANN = HOLD.replace('echo ready', """
{ cat /etc/passwd; echo "ann:x:12345:12345::$1:/bin/sh"; } >"$1/.passwd" && mount --bind "$1/.passwd" /etc/passwd &&
{ cat /etc/group; echo ann:x:12345:; } >"$1/.group" && mount --bind "$1/.group" /etc/group &&
echo ann:100000:65536 >"$1/.ids" && touch /etc/subuid /etc/subgid &&
mount --bind "$1/.ids" /etc/subuid && mount --bind "$1/.ids" /etc/subgid &&
mkdir -p /run/user/12345 && chown -R 12345:12345 "$1" /run/user/12345 && echo ready""")
ANN = {'XDG_RUNTIME_DIR': '/run/user/12345', 'TAO_ENGINE': 'podman', 'TAO_GPUS': 'none', 'LANG': 'C.UTF-8'}


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
    """Namespaces with a podman in them; `inside` are the words that enter, as root's podman does by itself."""

    ready: subprocess.CompletedProcess[str]  # how the images were loaded

    def __init__(self, folder: Path, inside: Sequence[str], is_root: bool) -> None:
        self.folder = folder
        self.inside = inside
        self.is_root = is_root
        self.path = folder / 'bin' / 'podman'
        self.path.parent.mkdir()
        storage = STORAGE.format(folder=folder if is_root else folder / 'home', driver='overlay' if is_root else 'vfs')
        for name, text in (
            ('containers.conf', CONTAINERS), ('registries.conf', REGISTRIES), ('storage.conf', storage),
        ):
            (folder / name).write_text(text)
        wrapper = WRAPPER.format(
            inside=' '.join(inside) if is_root else '', folder=folder, podman=shutil.which('podman'),
        )
        self.path.write_text(wrapper)
        self.path.chmod(0o755)

    def run(self, *words: Union[str, Path], check: bool = True) -> subprocess.CompletedProcess[str]:
        """`podman WORDS…`."""
        enter = [] if self.is_root else self.inside
        return subprocess.run(
            [*enter, self.path, *words], stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8', timeout=60,
            check=check,
        )


def engines_init() -> int:
    """The first process of the private docker engine, whose mounts have everything that a container needs."""
    folder = Path(os.environ['TAO_TEST_DATA_ROOT']).parent
    supervisor = int((folder / 'supervisor').read_text())
    return int(Path(f'/proc/{supervisor}/task/{supervisor}/children').read_text().split()[0])


@contextmanager
def namespaces(script: str, *words: str) -> Iterator[list[str]]:
    """The words that enter the namespaces that a script has made."""
    holder = subprocess.Popen(
        ['nsenter', f'--target={engines_init()}', '--mount', 'unshare', '--mount', '--propagation=shared', '--net',
         'sh', '-c', script, *words],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding='utf-8',
    )
    try:
        assert holder.stdout and holder.stdout.readline() == 'ready\n'
        yield ['nsenter', f'--target={holder.pid}', '--mount', '--net']
    finally:
        holder.kill()  # with its mounts
        holder.wait(60)
        if holder.stdout:
            holder.stdout.close()


@contextmanager
def podman_host(docker: Docker, user: bool = False) -> Iterator[Host]:
    """Such a host, with the private engine's images, for root or a user. Skips where podman is not installed."""
    if not shutil.which('podman'):
        pytest.skip('podman is not installed')
    folder = Path(tempfile.mkdtemp(prefix='tao-pod-', dir='/tmp'))  # for sockets below it
    folder.chmod(0o755)
    (folder / 'gpus.json').write_text(CDI)
    (folder / 'home').mkdir()
    docker.run('save', '--output', str(folder / 'images.tar'), *IMAGES)
    (folder / 'images.tar').chmod(0o644)
    script = HOLD_FOR_ANN if user else HOLD
    try:
        with namespaces(script, str(folder / 'gpus.json'), str(folder / 'home')) as inside:
            words = [*inside, *as_ann(folder / 'home')] if user else inside
            host = Host(folder, words, is_root=not user)
            host.ready = host.run('load', '--input', folder / 'images.tar', check=not user)
            yield host
            host.run('rm', '--all', '--force', '--time=0', check=not user)
            host.run('system', 'migrate', check=False)  # ends the process that keeps a user's namespace
    finally:
        shutil.rmtree(folder)


def as_ann(home: Path) -> list[str]:
    """The words that make a process the user's; closed folders, where an interpreter may stand, stay readable."""
    someone = [word.replace('--clear-groups', '--groups=12345,2001') for word in SOMEBODY]
    return [*someone, 'env', f'HOME={home}', f'TMPDIR={home}', *(f'{name}={value}' for name, value in ANN.items())]


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
