"""What is wrong with an engine, from its own words; and what `info` says of it. Pure."""
from __future__ import annotations

import re

from ..base.shell import join, quote
from . import answers, profiles, remedies
from .remedies import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST = 1000  # characters of a line, and lines, that are looked at
NO_ANSWER = 'cannot connect|error during connect|connection refused|no such host|no such file'


def engine_failure(
    engine: Sequence[str], code: int | None, error: str, address: str = '', machine: Machine = Machine(),  # noqa: B008
    environ: Mapping[str, str] = {},
) -> tuple[str, str] | None:
    """What is wrong with the engine, from its answer to `version`; None when nothing is.

    The texts looked for are those of docker's and podman's command line programs.
    """
    profile = profiles.profile(engine)
    program = profiles.program(engine).rpartition('/')[2]
    text = '\n'.join(line[:LONGEST].lower() for line in error.splitlines()[:LONGEST])
    where = f' at {address}' if address else ''
    asked = f'{join(engine)} version'
    elsewhere = remedies.other_endpoint(engine, environ)
    if code == 0:
        return None
    if code is None:
        return f'the {program} engine{where} does not answer ({_first(error)})', elsewhere or asked
    if 'password is required' in text or 'a terminal is required' in text:
        return 'sudo wants a password', 'sudo -v'
    if address.startswith('ssh:') and re.search(r'permission denied \(|host key verification failed', text):
        return f'ssh cannot log in to {address}', f'ssh {quote(address)} docker version'
    if 'permission denied' in text and ('connect' in text or 'socket' in text):
        allow = remedies.join_docker_group(machine) if profile.service else elsewhere or asked
        return f'no permission to talk to the {program} daemon{where}', allow
    if re.search('new[ug]idmap', text):
        fix = remedies.as_root(machine, 'apt-get install -y uidmap')
        return f'{program} is not permitted to map user IDs here ({_first(error)})', fix
    if re.search(r'(context|destination) .*(not found|does not exist)', text):
        place = profile.place[1][2:]
        return f'the {profile.name} {place} does not exist ({_first(error)})', elsewhere or profile.default_place
    if re.search(r'invalid bind address|unable to parse docker host|connection is not valid|unable to resolve', text):
        return f'{address or "the address"} is not a valid daemon address ({_first(error)})', elsewhere or asked
    if (address or profile.service) and re.search(NO_ANSWER, text):
        if not address and not machine.has_daemon:
            return f'the {profile.name} daemon is not installed', remedies.install(machine, profile)
        if not address:
            return f'the {program} daemon is not running', remedies.start(machine)
        is_local = address.startswith(('unix:', '/'))
        what = f'the {program} daemon is not running' if is_local else f'no {program} daemon answers'
        # neither a flag nor a variable has named it, so a context has
        return what + where, elsewhere or profile.default_place
    return f'the {program} engine{where} fails: {_first(error)}', asked


def has_nvidia(info: Mapping[str, object]) -> bool:
    """Whether `docker info` shows an nvidia runtime or CDI device."""
    devices = (answers.text(device, 'ID') for device in answers.entries(info, 'DiscoveredDevices'))
    return 'nvidia' in answers.fields(info, 'Runtimes') or any(id.startswith('nvidia.com/gpu') for id in devices)


def has_no_init(info: Mapping[str, object]) -> bool:
    """Whether `docker info` shows that docker's program for --init cannot be started."""
    return answers.text(info, 'InitCommit', 'ID') == 'N/A'


def remaps_users(info: Mapping[str, object]) -> bool:
    """Whether `docker info` shows that root in a container is another user here (userns-remap)."""
    return any(option.split(',')[0] == 'name=userns' for option in answers.texts(info, 'SecurityOptions'))


def image_folder(info: Mapping[str, object]) -> str:
    """The folder of this machine that `docker info` or `podman info` says images are kept in, or ''."""
    if 'store' in info:
        return answers.text(info, 'store', 'graphRoot')
    if answers.text(info, 'OperatingSystem').startswith('Docker Desktop'):
        return ''  # in its own virtual machine
    root = answers.text(info, 'DockerRootDir')
    if has_containerd_store(info):
        address = answers.text(info, 'Containerd', 'Address')
        # with a containerd of its own dockerd keeps them below its root; older releases do not tell which it is
        if address in SYSTEM_CONTAINERD or (not address and root == '/var/lib/docker'):
            return '/var/lib/containerd'
    return root


SYSTEM_CONTAINERD = ('/run/containerd/containerd.sock', '/var/run/containerd/containerd.sock')


def has_containerd_store(info: Mapping[str, object]) -> bool:
    """Whether `docker info` shows containerd's image store, the default since docker 29."""
    status = [word for pair in answers.entries(info, 'DriverStatus') for word in answers.texts(pair)]
    return any('io.containerd.snapshotter' in word for word in status)


def _first(text: str) -> str:
    """The line that tells most: podman writes warnings before its error."""
    lines = text.strip().splitlines() or ['']
    return next((line for line in lines if line.startswith('Error: ')), lines[0])[:200]
