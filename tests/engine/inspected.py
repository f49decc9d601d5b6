"""What docker shows of a container, in the mounts file's own terms."""
from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

if TYPE_CHECKING:
    from conftest import Docker, Program


class Shown(NamedTuple):
    """The settings of a container that a mounts file decides."""

    mounts: set[tuple[str, str, bool]]  # source, destination, writable
    environment: set[str]
    shm_size: int  # bytes
    ulimits: set[tuple[str, int, int]]  # name, soft, hard
    ports: dict[str, set[tuple[str, str]]]  # container port → (ip, host port)
    user: str
    groups: list[str]
    gpus: list[tuple[int, Optional[list[str]], list[list[str]]]]  # count, ids, capabilities


def shown(container: dict[str, Any]) -> Shown:
    """The settings in what `docker inspect` prints of a container.

    Left out of its environment: the launch's own random value.
    """
    host, config = container['HostConfig'], container['Config']
    return Shown(
        mounts={(m['Source'], m['Destination'], m['RW']) for m in container['Mounts']},
        environment={word for word in config['Env'] if word.partition('=')[0] != 'TAO_LAUNCH_ID'},
        shm_size=host['ShmSize'],
        ulimits={(u['Name'], u['Soft'], u['Hard']) for u in host['Ulimits'] or []},
        ports={
            port: {(b['HostIp'], b['HostPort']) for b in bindings}
            for port, bindings in (host['PortBindings'] or {}).items()
        },
        user=config['User'],
        groups=host['GroupAdd'] or [],
        gpus=[(r['Count'], r['DeviceIDs'], r['Capabilities']) for r in host['DeviceRequests'] or []],
    )


def created(docker: Docker, tao: Program, *words: str) -> dict[str, Any]:
    """Create, without starting it, the container that a dry run prints; what docker shows of it."""
    # as bytes: text mode would make a line feed of a carriage return
    dry = subprocess.run(
        [tao.path, '--dry-run', *words], env=tao.docker.env, cwd=tao.docker.env['HOME'], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, timeout=60, check=True,
    )
    argv = shlex.split(dry.stdout.decode())
    assert argv[:3] == ['docker', 'run', '--rm']
    container = docker.run('create', *argv[2:]).stdout.strip()
    try:
        return docker.inspect(container)
    finally:
        docker.run('rm', container)


def image_environment(docker: Docker, image: str) -> set[str]:
    """The variables that an image sets by itself."""
    return set(docker.run('image', 'inspect', '-f', '{{join .Config.Env "\\n"}}', image).stdout.split('\n')) - {''}
