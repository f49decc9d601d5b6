"""The private engine as another machine's: over TCP, over ssh through an sshd of our own, and as docker contexts."""
from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import pytest
from conftest import CLIENTS, HOST, Docker
from podman_host import engines_init

NETNS = f'/run/netns/{os.environ.get("TAO_TEST_NETNS", "")}'
PORT = 2222
SSHD = """Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/key.pub
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
MaxStartups 100
SetEnv DOCKER_HOST={host}
"""
# What a user has in ~/.ssh/config, which ssh looks for in passwd's home folder whatever HOME says.
SSH = """Host gpu1
    HostName 127.0.0.1
    Port {port}
    User root
    IdentityFile {folder}/key
    UserKnownHostsFile {folder}/known_hosts
    StrictHostKeyChecking accept-new
    LogLevel ERROR
    ControlPath {folder}/%r
"""
CONTEXTS = {'lab': 'ssh://gpu1', 'lab-tcp': 'tcp://127.0.0.1:2375'}


def program(path: Path, *words: str) -> None:
    """A program that is another one, within the engine's network."""
    path.write_text(f'#!/bin/sh\nexec nsenter --net={NETNS} {" ".join(words)} "$@"\n')
    path.chmod(0o755)


@contextmanager
def ssh_server() -> Iterator[Path]:
    """An sshd where the engine is; the folder with what its users need. Skips where there is none."""
    sshd = shutil.which('sshd', path='/usr/sbin:/usr/local/sbin')
    if not sshd:
        pytest.skip("openssh-server's sshd is not installed")
    folder = Path(tempfile.mkdtemp(prefix='tao-ssh-', dir='/tmp'))
    inside = ['nsenter', f'--target={engines_init()}', '--mount', '--net']
    for key in ('key', 'host_key'):
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', folder / key], check=True)
    (folder / 'sshd_config').write_text(SSHD.format(folder=folder, port=PORT, host=HOST))
    (folder / 'ssh_config').write_text(SSH.format(folder=folder, port=PORT))
    program(folder / 'ssh', shutil.which('ssh') or 'ssh', '-F', str(folder / 'ssh_config'))
    subprocess.run([*inside, 'mkdir', '-p', '/run/sshd'], check=True)
    with (folder / 'log').open('wb') as log:
        server = subprocess.Popen(
            [*inside, sshd, '-D', '-e', '-f', folder / 'sshd_config'], stdin=subprocess.DEVNULL, stderr=log,
        )
    try:
        deadline = time.monotonic() + 60
        while subprocess.run([folder / 'ssh', 'gpu1', 'true'], stderr=subprocess.DEVNULL, check=False).returncode:
            assert server.poll() is None and time.monotonic() < deadline, (folder / 'log').read_text()
            time.sleep(0.1)
        # one connection for all, as docker's documentation advises: every command makes two
        master = subprocess.Popen([folder / 'ssh', '-M', '-N', 'gpu1'], stdin=subprocess.DEVNULL)
        yield folder
        master.terminate()
        master.wait(60)
    finally:
        sessions = Path(f'/proc/{server.pid}/task/{server.pid}/children').read_text().split()
        server.terminate()
        server.wait(60)
        for session in sessions:  # of clients that were killed
            try:
                os.kill(int(session), signal.SIGTERM)
            except ProcessLookupError:
                pass
        shutil.rmtree(folder)


class Remote(Docker):
    """A docker client on this machine whose engine is another's; `address` is how that is named."""

    def __init__(self, folder: Path, address: str, ssh: Path, client: Path = CLIENTS[0]) -> None:
        super().__init__(client, folder)
        self.address = address
        programs = folder / 'bin'
        (programs / 'docker').unlink()
        self.path = programs / 'docker'
        program(self.path, str(client))
        (programs / 'ssh').symlink_to(ssh / 'ssh')
        self.env['DOCKER_HOST'] = address

    def with_contexts(self) -> None:
        """No address but those of contexts; the private engine's own is the default."""
        self.env['DOCKER_HOST'] = HOST
        for name, host in CONTEXTS.items():
            self.run('context', 'create', name, '--docker', f'host={host}')
        del self.env['DOCKER_HOST']


@pytest.fixture(scope='session')
def ssh() -> Iterator[Path]:
    """The folder of an sshd."""
    with ssh_server() as folder:
        yield folder


@pytest.fixture
def over_ssh(ssh: Path, tmp_path_factory: pytest.TempPathFactory) -> Remote:
    """The private engine over ssh."""
    return Remote(tmp_path_factory.mktemp('remote'), 'ssh://gpu1', ssh)


@pytest.fixture
def over_tcp(ssh: Path, tmp_path_factory: pytest.TempPathFactory) -> Remote:
    """The private engine over TCP."""
    return Remote(tmp_path_factory.mktemp('remote'), CONTEXTS['lab-tcp'], ssh)


@pytest.fixture(params=['over_tcp', 'over_ssh'])
def remote(request: pytest.FixtureRequest) -> Remote:
    """Either."""
    found: Remote = request.getfixturevalue(request.param)
    return found
