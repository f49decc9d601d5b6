"""Why a launch failed, in words: pure, from its exit code and what the engine answered afterwards."""
from __future__ import annotations

import re

from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOW_ON_DISK = 1 << 30  # bytes: below this nothing of a TAO image's size can be unpacked


class Facts(Record):
    """What is known after a failure; an empty or None field was not asked or not answered."""

    code: int
    engine: tuple[str, ...]
    image: str = ''
    command: str = ''
    wants_gpu: bool = False
    has_shm_size: bool = False
    name: str = ''
    seconds: float = 0.0
    engine_code: int | None = 0
    engine_error: str = ''
    address: str = ''
    image_is_here: bool | None = None
    is_logged_in: bool | None = None
    name_is_taken: bool = False
    disk_free: int | None = None
    disk: str = ''
    has_nvidia: bool | None = None
    events: tuple[str, ...] = ()


def failure(facts: Facts) -> tuple[str, str]:
    """(what happened, what to do) for a failed launch; ('', '') when nothing can be said.

    What was not established stands behind an "if".
    """
    if facts.code == 125:
        return engine_failure(facts.engine, facts.engine_code, facts.engine_error, facts.address) or _refusal(facts)
    if facts.code in (126, 127) and facts.seconds < 5:
        why = 'can not be executed' if facts.code == 126 else 'is not there'
        return f'if docker or tini said so: {facts.command} {why} in {facts.image}', 'tao TASK shows what is in it'
    if facts.code == 137:
        if 'oom' in facts.events:
            return 'the job was killed: it used more memory than its limit', 'raise the limit, or a smaller batch size'
        return (
            'the job was killed by signal 9 from outside (docker kill, docker stop, or the kernel for want of memory)',
            'sudo dmesg | grep -i -E "out of memory|oom"',
        )
    if facts.code == 135 and not facts.has_shm_size:
        return 'the job died of a bus error; /dev/shm has docker\'s 64 MB', '--shm_size 16G before the task name'
    if facts.code == 139:
        return 'the job crashed (segmentation fault)', 'tao TASK run COMMAND to look into the container'
    return '', ''


START = 'sudo systemctl start docker'


def engine_failure(
    engine: Sequence[str], code: int | None, error: str, address: str = '', start: str = START,
) -> tuple[str, str] | None:
    """What is wrong with the engine, from its answer to `version`; None when nothing is.

    `start` is the command that starts a local daemon here.

    The texts looked for are those of docker's and podman's command line programs.
    """
    program = engine[-1].rpartition('/')[2]
    text = error.lower()
    where = f' at {address}' if address else ''
    if code == 0:
        return None
    if code is None:
        return f'the {program} engine{where} does not answer ({_first(error)})', f'{" ".join(engine)} version'
    if 'permission denied' in text and ('connect' in text or 'socket' in text):
        return (
            f'no permission to talk to the {program} daemon{where}',
            'sudo usermod -aG docker "$USER" and log in again, or --engine "sudo docker"',
        )
    if 'password is required' in text or 'a terminal is required' in text:
        return 'sudo wants a password', 'sudo -v first, or allow docker in sudoers without one'
    if 'context' in text and 'not found' in text:
        return f'the docker context does not exist ({_first(error)})', 'docker context ls, then docker context use NAME'
    if re.search(r'cannot connect|error during connect|connection refused|no such host|no such file', text):
        fix = f'check that a daemon listens{where} (DOCKER_HOST)' if address else start
        return f'the {program} daemon is not running{where}', fix
    return f'the {program} engine{where} fails: {_first(error)}', f'{" ".join(engine)} version'


def _refusal(facts: Facts) -> tuple[str, str]:
    """Why an engine that answers did not start the container."""
    engine = ' '.join(facts.engine)
    if facts.name_is_taken:
        return f'a container named {facts.name} exists already', f'{engine} rm {facts.name}, or another --name'
    if facts.disk_free is not None and facts.disk_free < LOW_ON_DISK:
        free = facts.disk_free >> 20
        return f'{facts.disk}, where docker keeps images, has only {free} MB free', f'{engine} system df'
    if facts.image_is_here is False:
        registry = facts.image.partition('/')[0]
        if registry == 'nvcr.io' and facts.is_logged_in is False:
            return (
                f'{facts.image} is not here and could not be pulled; no login for {registry} is stored',
                f"docker login {registry} -u '$oauthtoken'",
            )
        return f'{facts.image} is not here and was not pulled', f'{engine} pull {facts.image}'
    if facts.wants_gpu and facts.has_nvidia is False:
        return (
            'GPUs were asked for; if docker said "could not select device driver", '
            'it has no NVIDIA container toolkit',
            'sudo apt-get install nvidia-container-toolkit and restart docker, or --gpus none',
        )
    return '', ''


def has_nvidia(info: Mapping[str, object]) -> bool:
    """Whether `docker info` shows an nvidia runtime or CDI device."""
    runtimes = info.get('Runtimes')
    devices = info.get('DiscoveredDevices')
    return 'nvidia' in (runtimes if isinstance(runtimes, dict) else {}) or 'nvidia.com/gpu' in str(devices)


def _first(text: str) -> str:
    return (text.strip().splitlines() or [''])[0][:200]
