"""The commands that help on this machine, as its user can type them: pure."""
from __future__ import annotations

import re

from ..base.record import Record
from ..base.shell import CALLER, join, quote, typed, within
from . import daemon, profiles, withheld

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .profile import Profile

INSTALL_TOOLKIT = 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html'
INSTALL_DRIVER = 'https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/'


class Machine(Record):
    """What a remedy depends on: who types it, and what there is to type it with."""

    is_root: bool = False
    has_sudo: bool = True
    has_systemd: bool = True
    has_service: bool = True  # without systemd: `service docker start` works
    has_daemon: bool = True  # a dockerd is installed
    system: str = 'debian'  # ID and ID_LIKE of /etc/os-release
    uid: int = -1  # whose daemon without root is the user's own


def as_root(machine: Machine, *commands: str) -> str:
    """The commands as a line that the user of this machine can type."""
    if machine.is_root:
        return typed(' && '.join(commands))
    if machine.has_sudo:
        return typed(' && '.join(f'sudo {command}' for command in commands))
    return f'su - -c {within(" && ".join(commands))}'  # without the "-" PATH would lack root's programs


def start(machine: Machine) -> str:
    """Start the docker daemon."""
    if machine.has_systemd or machine.has_service:
        return as_root(machine, 'systemctl start docker' if machine.has_systemd else 'service docker start')
    command = 'nohup dockerd >/var/log/docker.log 2>&1 &'
    return f"sudo sh -c '{command}'" if machine.has_sudo and not machine.is_root else as_root(machine, command)


def start_own(machine: Machine, address: str) -> str:
    """Start the daemon without root, or the Desktop's, that is at the socket of the user; '' for any other address."""
    if '/.docker/desktop/' in address:
        return 'systemctl --user start docker-desktop'
    if '/.docker/run/' not in address and f'/run/user/{machine.uid}/docker.sock' not in address:
        return ''
    if machine.has_systemd:
        return 'systemctl --user start docker'
    return 'nohup dockerd-rootless.sh >~/dockerd-rootless.log 2>&1 &'


def state(machine: Machine) -> str:
    """Look at what the docker daemon does; '' where nothing tells."""
    return 'systemctl status docker' if machine.has_systemd else ''


def install_init(machine: Machine, profile: Profile) -> str:
    """Give the engine a program for --init: docker brings one along, podman has a package for it."""
    if profile.own_inits:
        return as_root(machine, 'apt-get install -y catatonit')
    return install(machine, profile)


def describe_gpus(machine: Machine) -> str:
    """Describe the GPUs to an engine that takes them as devices (CDI)."""
    return as_root(machine, 'nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml')


def add_ids(machine: Machine) -> str:
    """Give the user ids for the users inside containers."""
    ids = '100000-165535'
    return as_root(machine, f'usermod --add-subuids {ids} --add-subgids {ids} {CALLER}')


def restart(machine: Machine) -> str:
    """Start the docker daemon anew."""
    if machine.has_systemd or machine.has_service:
        return as_root(machine, 'systemctl restart docker' if machine.has_systemd else 'service docker restart')
    return f'{as_root(machine, "pkill -x dockerd")}; sleep 5; {start(machine)}'


def install(machine: Machine, engine: Profile) -> str:
    """Install an engine: from the distribution where that is one package, else as its documentation says."""
    if re.search(r'\b(debian|ubuntu)\b', machine.system):
        return as_root(machine, 'apt-get update', f'apt-get install -y {engine.package}')
    return engine.manual


def join_docker_group(machine: Machine) -> str:
    """Let the user talk to the daemon, in this shell too."""
    return f'{as_root(machine, f"usermod -aG docker {CALLER}")} && newgrp docker'


def other_endpoint(engine: Sequence[str], environ: Mapping[str, str]) -> str:
    """The command that undoes an explicitly set daemon address, or has it used; '' when docker's default is meant."""
    profile = profiles.profile(engine)
    path = profiles.flag(engine, profile.address)
    if path.startswith('/'):
        return join([f'unix://{word}' if word == path else word for word in engine])
    if profiles.names_a_daemon(engine):
        return 'correct the name of the daemon in --context, --engine or TAO_ENGINE'
    kept_back = withheld.remedy(engine, environ)
    if kept_back:
        return kept_back
    known = daemon.reaching(engine, environ)
    for name in profile.variables:
        value = known.get(name, '')
        if value.startswith('/'):
            return f'export {name}={quote(f"unix://{value}")}'
        if value:
            return f'unset {name}'
    return ''
