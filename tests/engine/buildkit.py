"""A builder of docker's buildx that keeps its results: the private engine's own BuildKit, reached as a remote one."""
from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

if TYPE_CHECKING:
    from conftest import Docker

NAME = 'far'
UPGRADE = b'POST /grpc HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'


@contextmanager
def far_builder(docker: Docker, folder: Path) -> Iterator[str]:
    """The name of such a builder, which nobody uses yet. FOLDER is short: a socket's path has to be."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / 'far.sock'))
        listening.listen(64)
        engine = docker.env['DOCKER_HOST'][len('unix://'):]
        threading.Thread(target=_serve, args=(listening, engine), daemon=True).start()
        docker.run('buildx', 'create', '--name', NAME, '--driver', 'remote', f'unix://{folder}/far.sock')
        try:
            yield NAME
        finally:
            docker.run('buildx', 'rm', NAME, check=False)
            listening.shutdown(socket.SHUT_RDWR)


def _serve(listening: socket.socket, engine: str) -> None:
    with suppress(OSError):  # once it is shut down
        while True:
            client = listening.accept()[0]
            threading.Thread(target=_connect, args=(client, engine), daemon=True).start()


def _connect(client: socket.socket, engine: str) -> None:
    """Have a client talk to the engine's BuildKit."""
    with client, socket.socket(socket.AF_UNIX) as daemon:
        daemon.connect(engine)
        daemon.sendall(UPGRADE)
        answer = b''
        while b'\r\n\r\n' not in answer:
            answer += daemon.recv(1)
        back = threading.Thread(target=_pass_on, args=(client, daemon), daemon=True)
        back.start()
        _pass_on(daemon, client)
        back.join()


def _pass_on(source: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(1 << 16):
            to.sendall(block)
    with suppress(OSError):
        to.shutdown(socket.SHUT_WR)
