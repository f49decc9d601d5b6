"""The commands that help on this machine, as its user can type them: pure."""
from __future__ import annotations

import re

from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INSTALL_DOCKER = 'https://docs.docker.com/engine/install/'
INSTALL_TOOLKIT = 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html'
INSTALL_DRIVER = 'https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/'


class Machine(Record):
    """What a remedy depends on: who types it, and what there is to type it with."""

    is_root: bool = False
    has_sudo: bool = True
    has_systemd: bool = True
    has_service: bool = True  # without systemd: `service docker start` works
    system: str = 'debian'  # ID and ID_LIKE of /etc/os-release


def as_root(machine: Machine, *commands: str) -> str:
    """The commands as a line that the user of this machine can type."""
    if machine.is_root:
        return ' && '.join(commands)
    if machine.has_sudo:
        return ' && '.join(f'sudo {command}' for command in commands)
    return f'su - -c "{" && ".join(commands)}"'  # without the "-" PATH would lack root's programs


def start(machine: Machine) -> str:
    """Start the docker daemon."""
    if machine.has_systemd or machine.has_service:
        return as_root(machine, 'systemctl start docker' if machine.has_systemd else 'service docker start')
    command = 'nohup dockerd >/var/log/docker.log 2>&1 &'
    return f"sudo sh -c '{command}'" if machine.has_sudo and not machine.is_root else as_root(machine, command)


def restart(machine: Machine) -> str:
    """Start the docker daemon anew."""
    if machine.has_systemd or machine.has_service:
        return as_root(machine, 'systemctl restart docker' if machine.has_systemd else 'service docker restart')
    return f'{as_root(machine, "pkill -x dockerd")}; sleep 5; {start(machine)}'


def install_docker(machine: Machine) -> str:
    """Install docker: from the distribution where that is one package, else as docker's documentation says."""
    if re.search(r'\b(debian|ubuntu)\b', machine.system):
        return as_root(machine, 'apt-get update', 'apt-get install -y docker.io')
    return INSTALL_DOCKER


def join_docker_group(machine: Machine) -> str:
    """Let the user talk to the daemon, in this shell too."""
    return f'{as_root(machine, "usermod -aG docker $(id -un)")} && newgrp docker'


def other_endpoint(engine: Sequence[str], environ: Mapping[str, str]) -> str:
    """Leave the daemon's address that was named by hand, wherever that was; '' when it is docker's own."""
    if any(word.startswith(('-H', '--host', '-c', '--context')) for word in engine[1:]):
        return 'correct the address in --engine (or TAO_ENGINE)'
    for name in ('DOCKER_HOST', 'DOCKER_CONTEXT'):
        if environ.get(name):
            return f'unset {name}'
    return ''


def program(engine: Sequence[str]) -> str:
    """The word of the engine's command that names its program: docker, podman."""
    names = [word for word in engine if word.rpartition('/')[2].startswith(('docker', 'podman', 'nerdctl'))]
    return names[0] if names else engine[-1]
