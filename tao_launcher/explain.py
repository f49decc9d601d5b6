"""Why a launch failed, in words: pure, from its exit code and what the engine answered afterwards.

What was not established stands behind an "if".
"""
from __future__ import annotations

import re

from . import remedies
from .record import Record
from .remedies import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOW_ON_DISK = 1 << 30  # bytes: below this nothing of a TAO image's size can be unpacked
FULL_DISK = 1 << 24  # below this no container can be created
AT_ONCE = 1.0  # seconds: a command that can not be started ends no later
# No image is without them, so their 126 and 127 are those of a command in their script.
SHELLS = ('sh', 'bash', '/bin/sh', '/bin/bash')


class Facts(Record):
    """What is known after a failure; an empty or None field was not asked or not answered."""

    code: int
    engine: tuple[str, ...]
    machine: Machine = Machine()
    environ: Mapping[str, str] = {}
    image: str = ''
    command: str = ''
    pull: str = ''
    wants_gpu: bool = False
    shm: str = ''  # the size that was asked for
    has_memory_limit: bool = False
    name: str = ''
    engine_code: int | None = 0
    engine_error: str = ''
    address: str = ''
    is_remote: bool = False
    image_is_here: bool | None = None
    is_logged_in: bool | None = None
    name_is_taken: bool = False
    disk_free: int | None = None
    disk: str = ''
    has_nvidia: bool | None = None  # docker has a runtime or devices of NVIDIA's
    has_driver: bool | None = None
    events: tuple[str, ...] | None = None  # what the engine saw of the container: create, start, oom, kill, die
    lifetime: float | None = None  # seconds from its start to its end
    kernel_kills: int | None = None  # processes that the kernel ended for want of memory meanwhile


def failure(facts: Facts) -> tuple[str, str]:
    """(what happened, what to do) for a failed launch; ('', '') when there is nothing to say."""
    started = facts.events is not None and 'start' in facts.events
    if facts.code == 125:
        wrong = engine_failure(
            facts.engine, facts.engine_code, facts.engine_error, facts.address, facts.machine, facts.environ,
        )
        return wrong or (('', '') if started else _refusal(facts))
    if facts.code in (126, 127):
        return _command(facts, started)
    if facts.code == 135:
        shm = f'/dev/shm has {facts.shm}' if facts.shm else "/dev/shm has docker's 64 MB"
        return f'the job died of a bus error; {shm}', '--shm_size 16G (or more) before the task name'
    if facts.code == 137:
        return _killed(facts)
    if facts.code == 139:
        return 'the job crashed (segmentation fault)', f'{" ".join(facts.engine)} run --rm -it {facts.image} /bin/bash'
    return '', ''


def engine_failure(
    engine: Sequence[str], code: int | None, error: str, address: str = '', machine: Machine = Machine(),  # noqa: B008
    environ: Mapping[str, str] = {},
) -> tuple[str, str] | None:
    """What is wrong with the engine, from its answer to `version`; None when nothing is.

    The texts looked for are those of docker's and podman's command line programs.
    """
    program = remedies.program(engine).rpartition('/')[2]
    text = error.lower()
    where = f' at {address}' if address else ''
    asked = f'{" ".join(engine)} version'
    elsewhere = remedies.other_endpoint(engine, environ)
    if code == 0:
        return None
    if code is None:
        return f'the {program} engine{where} does not answer ({_first(error)})', elsewhere or asked
    if 'password is required' in text or 'a terminal is required' in text:
        return 'sudo wants a password', 'sudo -v'
    if 'permission denied' in text and ('connect' in text or 'socket' in text):
        return f'no permission to talk to the {program} daemon{where}', remedies.join_docker_group(machine)
    if re.search(r'context .* (not found|does not exist)', text):
        return f'the docker context does not exist ({_first(error)})', elsewhere or 'docker context use default'
    if re.search(r'invalid bind address|unable to parse docker host|connection is not valid|unable to resolve', text):
        return f'{address or "the address"} is no address of a daemon ({_first(error)})', elsewhere or asked
    if re.search(r'cannot connect|error during connect|connection refused|no such host|no such file', text):
        if not address:
            return f'the {program} daemon is not running', remedies.start(machine)
        is_local = address.startswith(('unix:', '/'))
        what = f'the {program} daemon is not running' if is_local else f'no {program} daemon answers'
        # neither a flag nor a variable has named it, so a context has
        return what + where, elsewhere or 'docker context use default'
    return f'the {program} engine{where} fails: {_first(error)}', asked


def _refusal(facts: Facts) -> tuple[str, str]:
    """Why an engine that answers did not start the container."""
    engine = ' '.join(facts.engine)
    free = facts.disk_free
    is_full = free is not None and free < (FULL_DISK if facts.image_is_here else LOW_ON_DISK)
    if is_full and free is not None:
        return f'{facts.disk}, where docker keeps images, has only {free >> 20} MB free', f'{engine} system prune'
    if facts.image_is_here is False:
        return _no_image(facts, engine)
    if facts.image_is_here and facts.pull == 'always':
        return f'{facts.image} is here, but --pull always asks its registry', 'leave --pull always out'
    if facts.name_is_taken:
        return f'a container named {facts.name} exists already', f'{engine} rm {facts.name}, or another --name'
    if facts.wants_gpu and facts.has_driver is False:
        return 'GPUs were asked for, but this machine has no NVIDIA driver', '--gpus none before the task name'
    if facts.wants_gpu and facts.has_nvidia is False:
        return (
            'GPUs were asked for; if docker said "could not select device driver", it has no NVIDIA container toolkit',
            f'{remedies.INSTALL_TOOLKIT}, or --gpus none before the task name',
        )
    return '', ''


def _no_image(facts: Facts, engine: str) -> tuple[str, str]:
    if facts.image.startswith('sha256:') and facts.pull == 'never':
        return f'the image that a bundle brought is not here any more ({facts.image[:19]})', 'tao bundle load DIR'
    if facts.pull == 'never':
        return f'{facts.image} is not here, and --pull never forbids to fetch it', f'{engine} pull {facts.image}'
    registry = facts.image.partition('/')[0]
    if registry == 'nvcr.io' and facts.is_logged_in is False:
        return (
            f'{facts.image} is not here and could not be pulled; if docker said "unauthorized" or "denied": '
            f'no login for {registry} is stored',
            f"{engine} login {registry} -u '$oauthtoken'",
        )
    return f'{facts.image} is not here and could not be pulled', f'{engine} pull {facts.image}'


def _command(facts: Facts, started: bool) -> tuple[str, str]:
    """126 and 127: the command can not be executed, or is not there; docker says so, behind --init tini does."""
    if started and (facts.command in SHELLS or facts.lifetime is None or facts.lifetime > AT_ONCE):
        return '', ''  # the job's own code
    why = 'can not be executed' if facts.code == 126 else 'is not there'
    if facts.wants_gpu and facts.has_driver is False and not started:
        return 'GPUs were asked for, but this machine has no NVIDIA driver', '--gpus none before the task name'
    who = 'tini' if started else 'docker' if facts.events is not None else 'docker or tini'
    return (
        f'if {who} said so: {facts.command} {why} in {facts.image}',
        f'{" ".join(facts.engine)} run --rm -it {facts.image} /bin/bash',
    )


def _killed(facts: Facts) -> tuple[str, str]:
    """137: the job was killed, or ended so itself."""
    events = facts.events or ()
    smaller = 'a smaller batch size'
    if 'oom' in events and facts.has_memory_limit:
        return 'the job was killed: it used more memory than its limit', f'a higher limit, or {smaller}'
    if 'oom' in events:
        return 'the kernel killed a process of the job for want of memory', smaller
    if facts.kernel_kills:
        return 'exit code 137 is signal 9: the kernel killed a process for want of memory meanwhile', smaller
    if 'kill' in events:
        return 'the job was killed by somebody\'s docker stop or docker kill', ''
    if facts.kernel_kills == 0 and events:
        return (
            'exit code 137 is signal 9: docker killed nothing, and the kernel not for want of memory, '
            'so it is the job\'s own code, or somebody killed its process', '',
        )
    return (
        'exit code 137 is signal 9: from outside docker, by the kernel for want of memory, or the job\'s own',
        remedies.as_root(facts.machine, 'dmesg') + ' | grep -i "out of memory"' if not facts.is_remote else '',
    )


def has_nvidia(info: Mapping[str, object]) -> bool:
    """Whether `docker info` shows an nvidia runtime or CDI device."""
    runtimes = info.get('Runtimes')
    devices = info.get('DiscoveredDevices')
    return 'nvidia' in (runtimes if isinstance(runtimes, dict) else {}) or 'nvidia.com/gpu' in str(devices)


def image_folder(info: Mapping[str, object]) -> str:
    """The folder of this machine that `docker info` says images are kept in, or ''."""
    if str(info.get('OperatingSystem')).startswith('Docker Desktop'):
        return ''  # in its own virtual machine
    root = str(info.get('DockerRootDir') or '')
    if root == '/var/lib/docker' and 'io.containerd.snapshotter' in str(info.get('DriverStatus')):
        return '/var/lib/containerd'  # the containerd image store, the default since docker 29
    return root


def _first(text: str) -> str:
    return (text.strip().splitlines() or [''])[0][:200]
