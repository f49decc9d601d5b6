"""Why a launch failed, in words: pure, from its exit code and what the engine answered afterwards.

What was not established comes after an "if".
"""
from __future__ import annotations

from ..base.record import Record
from ..base.shell import join, quote
from ..engine import profiles, remedies
from ..engine.failures import engine_failure
from ..engine.remedies import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .driver import OldDriver

LOW_ON_DISK = 1 << 30  # bytes: below this nothing of a TAO image's size can be unpacked
FULL_DISK = 1 << 24  # below this no container can be created
AT_ONCE = 1.0  # seconds: a command that cannot be started ends no later
# No image is without them, so their 126 and 127 are those of a command in their script.
SHELLS = ('sh', 'bash', '/bin/sh', '/bin/bash')


class FailureFacts(Record):
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
    has_nvidia: bool | None = None  # the engine has a runtime or devices of NVIDIA's
    has_init: bool = False  # the command is started by the engine's init, and not by the engine
    ulimits: tuple[str, ...] = ()  # names of those that were asked for
    is_podman: bool = False  # podman answers, whatever the program is called
    lacks_init: bool = False  # the engine has no program for --init, and none was found for it
    remaps_users: bool = False  # root in a container is another user (docker's userns-remap)
    network: str = ''
    has_driver: bool | None = None
    old_driver: OldDriver | None = None  # where the release asks for a newer one
    events: tuple[str, ...] | None = None  # what the engine saw of the container: create, start, oom, kill, die
    lifetime: float | None = None  # seconds from its start to its end
    kernel_kills: int | None = None  # processes that the kernel ended in the meantime because memory ran out


def failure(facts: FailureFacts) -> tuple[str, str]:
    """(what happened, what to do) for a failed launch; ('', '') when there is nothing to say."""
    started = facts.events is not None and 'start' in facts.events
    if facts.code == 125:
        wrong = engine_failure(
            facts.engine, facts.engine_code, facts.engine_error, facts.address, facts.machine, facts.environ,
        )
        return wrong or (('', '') if started else _refusal(facts))
    if facts.code in (126, 127):
        return _command(facts, started=started)
    if facts.code == 135:
        shm = f'/dev/shm has {facts.shm}' if facts.shm else f"/dev/shm has {_name(facts)}'s 64 MB"
        return f'the job died of a bus error; {shm}', '--shm_size 16G (or more) before the task name'
    if facts.code == 137:
        return _killed(facts)
    if facts.code == 139:
        return 'the job crashed (segmentation fault)', _shell(facts)
    return '', ''


def _name(facts: FailureFacts) -> str:
    return profiles.profile(facts.engine).name


def _shell(facts: FailureFacts) -> str:
    """The command for a look into the image."""
    return join((*facts.engine, 'run', '--rm', '-it', facts.image, '/bin/bash'))


def _refusal(facts: FailureFacts) -> tuple[str, str]:
    """Why an engine that answers did not start the container."""
    engine = join(facts.engine)
    free = facts.disk_free
    is_full = free is not None and free < (FULL_DISK if facts.image_is_here else LOW_ON_DISK)
    if is_full and free is not None:
        where = f'{facts.disk}, where {_name(facts)} keeps images,'
        return f'{where} has only {free >> 20} MB free', f'{engine} image prune'
    if facts.image_is_here is False:
        return _no_image(facts, engine)
    if facts.image_is_here and facts.pull == 'always':
        return f'{facts.image} is here, but --pull always asks its registry', 'leave --pull always out'
    if facts.name_is_taken:
        return f'a container named {facts.name} exists already', f'{engine} rm {quote(facts.name)}, or another --name'
    if facts.lacks_init:
        return _no_init(facts)
    if facts.remaps_users and facts.network == 'host':
        return (
            'docker maps the users of containers to others (userns-remap), which rules out the host\'s network',
            'leave --network host (and "network") out, or --docker-arg --userns=host',
        )
    if facts.is_podman and _name(facts) != 'podman':
        return f'{facts.engine[-1]} is actually podman, which takes different options', '--engine podman'
    return _no_gpus(facts)


def _no_init(facts: FailureFacts) -> tuple[str, str]:
    return _NO_INIT.format(_name(facts)), remedies.install_init(facts.machine, profiles.profile(facts.engine))


_NO_INIT = '{} has no program for --init here (without one: "init": false in DockerOptions)'


def _no_gpus(facts: FailureFacts) -> tuple[str, str]:
    uses_cdi = profiles.profile(facts.engine).uses_cdi
    if facts.wants_gpu and facts.old_driver:
        return _too_old(facts.old_driver, _name(facts))
    if facts.wants_gpu and facts.has_driver is False and not (uses_cdi and facts.has_nvidia):
        return 'GPUs were asked for, but this machine has no NVIDIA driver', '--gpus none before the task name'
    if facts.wants_gpu and facts.has_nvidia is False and uses_cdi:
        return (
            f'GPUs were asked for; if {_name(facts)} said "unresolvable CDI devices", nothing describes them to it',
            f'{remedies.describe_gpus(facts.machine)}, or --gpus none before the task name',
        )
    if facts.wants_gpu and facts.has_nvidia is False:
        return (
            'GPUs were asked for; if docker said "could not select device driver", it has no NVIDIA container toolkit',
            f'{remedies.INSTALL_TOOLKIT}, or --gpus none before the task name',
        )
    return '', ''


def _too_old(found: OldDriver, engine: str) -> tuple[str, str]:
    what = f'TAO {found.release} asks for driver {found.least} or later, this machine has {found.version}'
    fits = f'--release {quote(found.fits)} before the task name, the newest for this driver; or ' if found.fits else ''
    return f'if {engine} said "unsatisfied condition: cuda": {what}', fits + remedies.INSTALL_DRIVER


def _no_image(facts: FailureFacts, engine: str) -> tuple[str, str]:
    if facts.image.startswith('sha256:') and facts.pull == 'never':
        return f'the image that a bundle brought is no longer here ({facts.image[:19]})', 'tao bundle load DIR'
    if facts.pull == 'never':
        return f'{facts.image} is not here, and --pull never forbids to fetch it', f'{engine} pull {quote(facts.image)}'
    registry = facts.image.partition('/')[0]
    if registry == 'nvcr.io' and facts.is_logged_in is False:
        return (
            f'{facts.image} is not here and could not be pulled; if {_name(facts)} said "unauthorized" or "denied": '
            f'no login for {registry} is stored',
            f"{engine} login {quote(registry)} -u '$oauthtoken'",
        )
    return f'{facts.image} is not here and could not be pulled', f'{engine} pull {quote(facts.image)}'


def _command(facts: FailureFacts, *, started: bool) -> tuple[str, str]:
    """126 and 127: the command cannot be executed, or is not there; docker says so, after --init tini does."""
    if started and (facts.command in SHELLS or facts.lifetime is None or facts.lifetime > AT_ONCE):
        return '', ''  # the job's own code
    why = 'cannot be executed' if facts.code == 126 else 'is not there'
    no_gpus = _no_gpus(facts) if not started else ('', '')
    if no_gpus[0] and (facts.has_driver is False or profiles.profile(facts.engine).uses_cdi):
        return no_gpus
    if facts.lacks_init and not started:
        return _no_init(facts)
    if facts.has_init and facts.events is not None and not started:
        return _limits(facts)  # the engine got as far as the command in no case
    who = 'tini' if started else _name(facts) if facts.events is not None else f'{_name(facts)} or tini'
    return (
        f'if {who} said so: {facts.command} {why} in {facts.image}',
        _shell(facts),
    )


def _limits(facts: FailureFacts) -> tuple[str, str]:
    if not facts.ulimits:
        return '', ''
    names = ', '.join(facts.ulimits)
    return (
        f'if {_name(facts)} said "error setting rlimit": it is not allowed to raise these limits here ({names})',
        'leave them out of DockerOptions.ulimits (or --ulimit)',
    )


def _killed(facts: FailureFacts) -> tuple[str, str]:
    """137: the job was killed, or ended so itself."""
    events = facts.events or ()
    smaller = 'a smaller batch size'
    if 'oom' in events and facts.has_memory_limit:
        return 'the job was killed: it used more memory than its limit', f'a higher limit, or {smaller}'
    if 'oom' in events:
        return 'the kernel killed a process of the job because memory ran out', smaller
    if facts.kernel_kills:
        return 'exit code 137 is signal 9: the kernel killed a process in the meantime because memory ran out', smaller
    if 'kill' in events:
        return f'the job was killed by someone\'s {_name(facts)} stop or {_name(facts)} kill', ''
    if facts.kernel_kills == 0 and events:
        return (
            f'exit code 137 is signal 9: {_name(facts)} killed nothing, and the kernel\'s out-of-memory killer did '
            'not do it either, so it is the job\'s own code, or someone killed its process', '',
        )
    return (
        f'exit code 137 is signal 9: from outside {_name(facts)}, by the kernel because memory ran out, or the job\'s '
        'own',
        remedies.as_root(facts.machine, 'dmesg') + ' | grep -i "out of memory"' if not facts.is_remote else '',
    )
