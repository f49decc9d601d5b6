"""A registry beside the private engine, and a second host: an engine without images and without a registry."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Iterator, Mapping, Optional, Sequence, Union

import pytest
from waiting import until

if TYPE_CHECKING:
    from conftest import Docker

STAND_IN = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
NETNS = os.environ.get('TAO_TEST_NETNS', '')
PRIVATE_DOCKERD = Path(__file__).parents[1] / 'private_dockerd'
SCRIPTS = Path(sys.executable).parent
# A python that sees no package: not even those that are installed beside it.
BARE_PYTHON = [str(Path(sys.base_prefix, 'bin', 'python3')), '-I', '-S']
# An engine that does something at its leisure, and says which process it is.
SLOW = """#!/bin/sh
case $1 in
{verbs}) echo $$ >{folder}/pid.new; mv {folder}/pid.new {folder}/pid; exec sleep 600 ;;
*) exec {docker} "$@" ;;
esac
"""
CONFIG = """version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}/data}}}}
http: {{addr: '127.0.0.1:{port}'}}
"""
# It asks for a password that nobody knows: the file is made by the registry itself.
CLOSED = 'auth: {{htpasswd: {{realm: closed, path: {folder}/htpasswd}}}}\n'


PODMAN = """#!/bin/sh
exec {inside} env CONTAINERS_CONF={folder}/containers.conf CONTAINERS_STORAGE_CONF={folder}/storage.conf \\
    CONTAINERS_REGISTRIES_CONF={folder}/registries.conf {podman} "$@"
"""
# No network and nothing below /var: the machine's own podman is not touched.
CONTAINERS = """[containers]
netns = "none"
init_path = "{init}"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "runc"
"""
# Plain HTTP, as for any registry without TLS that podman is to use.
REGISTRIES = 'unqualified-search-registries = []\n[[registry]]\nlocation = "127.0.0.1:5000"\ninsecure = true\n'
STORAGE = '[storage]\ndriver = "overlay"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n'


class Registry:
    """Debian's docker-registry on the loopback interface that the private engine sees, or who enters by `inside`."""

    def __init__(self, folder: Path, port: int, more: str, inside: Sequence[str]) -> None:
        self.host = f'127.0.0.1:{port}'
        (folder / 'config.yml').write_text((CONFIG + more).format(folder=folder, port=port))
        with (folder / 'log').open('wb') as log:
            self.process = subprocess.Popen(
                [*inside, 'docker-registry', 'serve', folder / 'config.yml'],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )
        reach = f'import socket; socket.create_connection(("127.0.0.1", {port}), 1)'
        until(
            lambda: self.process.poll() is not None or subprocess.run(
                [*inside, sys.executable, '-c', reach], stderr=subprocess.DEVNULL, check=False,
            ).returncode == 0, 'the registry answers',
        )
        assert self.process.poll() is None, (folder / 'log').read_text()

    def cut(self) -> None:
        """From here on nobody answers."""
        self.process.terminate()
        self.process.wait(60)


@contextmanager
def registry(
    folder: Path, port: int = 5000, more: str = '', inside: Sequence[str] = ('ip', 'netns', 'exec', NETNS),
) -> Iterator[Registry]:
    """A registry of what the folder has, a new one nothing. Skips the test where there is no docker-registry."""
    if not shutil.which('docker-registry'):
        pytest.skip("Debian's docker-registry is not installed")
    folder.mkdir(exist_ok=True)
    started = Registry(folder, port, more, inside)
    try:
        yield started
    finally:
        started.cut()


class KeptRegistry:
    """A registry that runs on from test to test, each of which finds it empty; one that a test has cut starts anew."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        self._found: Optional[Registry] = None

    def empty(self) -> Registry:
        """It, with nothing in it."""
        self.forget()
        if not self._found or self._found.process.poll() is not None:
            self._found = self._stack.enter_context(registry(self.folder))
        return self._found

    def forget(self) -> None:
        """Remove what is in it. What is still being written goes nowhere."""
        if (self.folder / 'data').exists():
            gone = Path(tempfile.mkdtemp(dir=self.folder))
            (self.folder / 'data').rename(gone / 'data')
            shutil.rmtree(gone, ignore_errors=True)

    def with_image(self, docker: Docker, image: str) -> None:
        """Publish the stand-in image in it, while it is empty; pushed once, and from then on copied."""
        template = self.folder / image
        if template.exists():
            shutil.copytree(template, self.folder / 'data')
        elif self._found:
            publish(docker, image, self._found)
            shutil.copytree(self.folder / 'data', template)


def publish(docker: Docker, image: str, registry_: Registry) -> str:
    """Push the stand-in image as `image` of that registry, and forget it here; its reference by digest."""
    reference = f'{registry_.host}/{image}'
    docker.run('tag', STAND_IN, reference)
    docker.run('push', '--quiet', reference)
    digests = json.loads(docker.run('image', 'inspect', '--format', '{{json .RepoDigests}}', reference).stdout)
    docker.run('rmi', reference)
    repository = reference.rpartition(':')[0]
    return next(str(digest) for digest in digests if digest.startswith(f'{repository}@'))


class OfflineHost:
    """A second engine with an empty data root, in a network namespace where nobody else listens."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        supervisor = int((folder / 'supervisor').read_text())
        children = Path(f'/proc/{supervisor}/task/{supervisor}/children').read_text()
        self.inside = ['nsenter', '--target', children.split()[0], '--mount', '--net', '--pid']
        home.mkdir()
        self.env = {
            'PATH': '/usr/sbin:/usr/bin:/bin', 'HOME': str(home), 'LANG': 'C.UTF-8',
            'DOCKER_HOST': f'unix://{folder}/docker.sock',
        }

    def run(self, *words: Union[str, Path], check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command on this host."""
        done = subprocess.run(
            words, env=self.env, cwd=self.env['HOME'], stdin=subprocess.DEVNULL, capture_output=True,
            encoding='utf-8', timeout=60, check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def images(self) -> list[str]:
        """The images, by tag."""
        return self.run('docker', 'images', '--format', '{{.Repository}}:{{.Tag}}').stdout.split()

    def forget(self) -> None:
        """Remove every image."""
        found = self.run('docker', 'images', '--quiet', '--no-trunc').stdout.split()
        if found:
            self.run('docker', 'rmi', '--force', *sorted(set(found)))


@contextmanager
def offline_host(
    folder: Path, disk: str = '', engine: str = '', programs: Sequence[str] = (),
) -> Iterator[OfflineHost]:
    """Such a host; with `disk` its engine keeps images on a disk of that size.

    `engine` is another than the one that tests/run chose, `programs` are the words before a command that is to see its
    programs.
    """
    env = {**os.environ, 'TAO_TEST_ENGINE': engine} if engine else None
    short = Path(tempfile.mkdtemp(prefix='tao-off-', dir='/tmp'))  # for sockets below it
    try:
        if disk:
            (short / 'data').mkdir()
            subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={disk}', 'tmpfs', short / 'data'], check=True)
        subprocess.run([*programs, PRIVATE_DOCKERD, 'empty', short, str(os.getpid())], env=env, check=True)
        yield OfflineHost(short, folder)
    finally:
        subprocess.run([PRIVATE_DOCKERD, 'stop', short], check=False)
        if disk:
            subprocess.run(['umount', '--lazy', short / 'data'], check=False)
            shutil.rmtree(short, ignore_errors=True)


def use_podman(host: OfflineHost) -> None:
    """Have podman on that host, with images of its own. Skips the test where it does not run."""
    path, init = shutil.which('podman'), shutil.which('docker-init')
    if not path or not init:
        pytest.skip('podman is not installed')
    folder = host.folder / 'podman'
    folder.mkdir()
    (folder / 'containers.conf').write_text(CONTAINERS.format(init=init))
    (folder / 'storage.conf').write_text(STORAGE.format(folder=folder))
    (folder / 'registries.conf').write_text(REGISTRIES)
    script = folder / 'podman'
    script.write_text(PODMAN.format(inside=' '.join(host.inside), folder=folder, podman=path))
    script.chmod(0o755)
    host.env['PATH'] = f'{folder}:{host.env["PATH"]}'
    tried = host.run('podman', 'info', check=False)
    if tried.returncode:
        pytest.skip(f'podman does not run here: {tried.stderr.strip()[-200:]}')


def use_catalogue(home: Union[str, Path], image: str, tag: str, digest: Optional[str] = None, host: str = '') -> str:
    """Write a ~/.tao/config.json whose one task, dino, runs in that image; the reference that it stands for."""
    entry = {'docker_registry': host or '127.0.0.1:5000', 'tasks': ['dino']}
    if digest:
        entry['docker_digest'] = digest
    groups = {'model': {'dockers': {image: {tag: entry}}}}
    path = Path(home) / '.tao' / 'config.json'
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({'format_version': 3.0, 'toolkit_version': '7.1.0', 'task_group': groups}))
    return f'{entry["docker_registry"]}/{image}' + (f'@{digest}' if digest else f':{tag}')


def near_registry(*words: Union[str, Path]) -> Sequence[Union[str, Path]]:
    """The words for a command that reaches the registry itself, as docker's client does for a manifest."""
    return ['ip', 'netns', 'exec', NETNS, *words]


def run(words: Sequence[Union[str, Path]], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, whatever its code."""
    return subprocess.run(
        words, env=dict(env), cwd=env['HOME'], stdin=subprocess.DEVNULL, capture_output=True,
        encoding='utf-8', timeout=60, check=False,
    )
