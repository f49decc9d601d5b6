"""Why an engine that answers did not start a container, in words: pure, from what was looked at afterwards."""
from __future__ import annotations

from ..base.shell import join, quote
from ..base.text import plural
from ..engine import profiles, remedies
from .image_refusals import absent, disk, foreign

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .driver import OldDriver
    from .facts import FailureFacts, Taken

FULL_DISK = 1 << 24  # bytes: below this no container can be created


def established(facts: FailureFacts) -> tuple[str, str]:
    """(why, what to do) where a look has shown it; ('', '') where none has."""
    looks = (
        (_unknown, absent, _name, _sources, _network, _ports, _init, _users, _podman, foreign, _files, _disk)
        if not facts.events else (_sources, _network, _ports, _init, _users, foreign, _files, _disk)
    )
    found = (look(facts) for look in looks)
    return next((each for each in found if each[0]), ('', ''))


def possible(facts: FailureFacts) -> list[tuple[str, str]]:
    """(why, what to do) of each that the engine's own words, which are on the screen, may confirm."""
    name = profiles.profile(facts.engine).name
    if not facts.may_be_created:
        return []
    # a launch without a driver fails in any case, one with other options that fail may have failed of those
    is_sure = profiles.profile(facts.engine).uses_cdi or not facts.is_unusual
    gpus = _gpus(facts, name) if facts.wants_gpu and is_sure else ('', '')
    return [each for each in (_limits(facts, name), gpus) if each[0]]


def _name_of(facts: FailureFacts) -> str:
    return profiles.profile(facts.engine).name


def _unknown(facts: FailureFacts) -> tuple[str, str]:
    """Options that the client has never heard of."""
    if not facts.unknown:
        return '', ''
    names = ', '.join(f'{one.name} ({one.origin})' if one.origin else one.name for one in facts.unknown)
    advice = 'leave them out' if len(facts.unknown) > 1 else 'leave it out'
    return f'this {_name_of(facts)} does not know {names}', f'{advice}, or install a newer {_name_of(facts)}'


def _disk(facts: FailureFacts) -> tuple[str, str]:
    """No room for a container; one for an image is the matter of `absent`."""
    return disk(facts, FULL_DISK)


def _name(facts: FailureFacts) -> tuple[str, str]:
    """Another container has the name."""
    held = facts.held_by
    if not held:
        return '', ''
    whose = f'job {held.job}' if held.job and held.is_own else f'another user\'s job {held.job}' if held.job else ''
    is_new = bool(held.job) and held.state in ('created', 'configured', 'initialized')
    if not held.is_running and not is_new:
        what = f'a container named {facts.name} exists already{f" ({whose}, which has ended)" if whose else ""}'
        clean = f'{profiles.tao(facts.engine)} clean, or ' if held.job and held.is_own else ''
        rm = f'{join(facts.engine)} rm {quote(facts.name)}, or ' if held.is_own or not held.job else ''
        return what, f'{clean}{rm}another --name'
    stop = f'{profiles.tao(facts.engine)} stop {quote(facts.name)}, or ' if held.job and held.is_own else ''
    state = 'exists already and has not started' if is_new else 'is running'
    what = f'a container named {facts.name} {state}{f" ({whose})" if whose else ""}'
    return what, f'{stop}another --name'


def _sources(facts: FailureFacts) -> tuple[str, str]:
    missing = facts.missing_sources
    if not missing:
        return '', ''
    return f'{plural(len(missing), "mount source")} not found: {", ".join(missing)}', 'correct or create them'


def _network(facts: FailureFacts) -> tuple[str, str]:
    if facts.network_is_there is not False:
        return '', ''
    kind, _, container = facts.network.partition(':')
    origin = f' ({facts.network_from})' if facts.network_from else ''
    if kind == 'container':
        what, try_it = f'no container {container} is running, whose network was asked for{origin}', 'ps'
    else:
        what, try_it = f'there is no network {facts.network}{origin}', f'network create {quote(facts.network)}'
    return what, f'{join(facts.engine)} {try_it}'


def _ports(facts: FailureFacts) -> tuple[str, str]:
    """A host port is taken; the first is told with who has it."""
    if not facts.taken:
        return '', ''
    first = facts.taken[0]
    who, stop = _who(first, facts)
    ports = ' and '.join(f'{one.host} ({one.origin})' for one in facts.taken)
    verb, more = ('is', '') if len(facts.taken) == 1 else ('are', 's')
    other = f'another host port, such as --port {f"{first.ip}:" if first.ip else ""}{_next(first)}:{first.container}'
    return f'host port{more} {ports} {verb} taken by {who}', f'{other}{stop}'


def _next(port: Taken) -> int:
    number = int(port.host)
    return number + 1 if number < 65535 else number - 1


def _who(port: Taken, facts: FailureFacts) -> tuple[str, str]:
    """(who has it, what else to do)."""
    held = port.holder
    if not held:
        kind = 'u' if port.container.endswith('/udp') else 't'
        return 'a process of this machine', f'; it is shown by: ss -l{kind}np sport = :{port.host}'
    if held.job and held.is_own:
        return f'job {held.id[:12]} ({held.job})', f', or {profiles.tao(facts.engine)} stop {held.id[:12]}'
    if held.job:
        return f'another user\'s job {held.id[:12]} ({held.job})', ''
    return f'container {held.name or held.id[:12]}', ''


def _init(facts: FailureFacts) -> tuple[str, str]:
    if not facts.lacks_init:
        return '', ''
    what = f'{_name_of(facts)} has no program for --init here (without one: "init": false in DockerOptions)'
    return what, remedies.install_init(facts.machine, profiles.profile(facts.engine))


def _users(facts: FailureFacts) -> tuple[str, str]:
    if not facts.remaps_users or facts.network != 'host':
        return '', ''
    return (
        'docker remaps container users (userns-remap), which rules out the host\'s network',
        '--port_mapping PORT, which publishes the service instead' if facts.is_service else
        'leave --network host (and "network") out, or --docker-arg --userns=host',
    )


def _podman(facts: FailureFacts) -> tuple[str, str]:
    if not facts.is_podman or _name_of(facts) == 'podman':
        return '', ''
    return f'{facts.engine[-1]} is actually podman, which takes different options', '--engine podman'


def _files(facts: FailureFacts) -> tuple[str, str]:
    if not facts.most_files or not facts.may_be_created:
        return '', ''
    return (
        f'this kernel allows no more than {facts.most_files} open files (its fs.nr_open), and nofile asks for more',
        f'--ulimit nofile={facts.most_files}, or less',
    )


def _limits(facts: FailureFacts, name: str) -> tuple[str, str]:
    """Limits that the engine cannot set, but may not have come to: much is looked at before them."""
    if not facts.limits_above or facts.code == 127:
        return '', ''
    return (
        f'if {name} said "setting rlimit" or "setrlimit": it is not allowed to raise these limits here '
        f'({", ".join(facts.limits_above)})', 'leave them out of DockerOptions.ulimits (or --ulimit)',
    )


def _gpus(facts: FailureFacts, name: str) -> tuple[str, str]:
    """What keeps the engine from giving GPUs; podman is certain to look for a description of them."""
    no_gpus = '--gpus none before the task name'
    if facts.old_driver:
        return _too_old(facts.old_driver, name)
    uses_cdi = profiles.profile(facts.engine).uses_cdi
    if uses_cdi and facts.has_nvidia is False:
        if facts.has_driver is False:
            return 'GPUs were asked for, but this machine has no NVIDIA driver', no_gpus
        return (
            f'GPUs were asked for; if {name} said "unresolvable CDI devices", nothing describes them to it',
            f'{remedies.describe_gpus(facts.machine)}, or {no_gpus}',
        )
    is_of_a_file = facts.code == 127  # that was not found, of which NVIDIA's own programs alone speak
    if not uses_cdi and facts.has_driver is False:
        words = '"nvidia"' if is_of_a_file else '"could not select device driver", "GPU vendor" or "nvidia"'
        return f'if {name} said {words}: GPUs were asked for, but this machine has no NVIDIA driver', no_gpus
    if not uses_cdi and facts.has_nvidia is False and not is_of_a_file:
        return (
            f'if {name} said "could not select device driver" or "GPU vendor": GPUs were asked for, but it has no '
            'NVIDIA container toolkit', f'{remedies.INSTALL_TOOLKIT}, or {no_gpus}',
        )
    return '', ''


def _too_old(found: OldDriver, engine: str) -> tuple[str, str]:
    what = f'TAO {found.release} asks for driver {found.least} or later, this machine has {found.version}'
    fits = f'--release {quote(found.fits)} before the task name, the newest for this driver; or ' if found.fits else ''
    return f'if {engine} said "unsatisfied condition: cuda": {what}', fits + remedies.INSTALL_DRIVER
