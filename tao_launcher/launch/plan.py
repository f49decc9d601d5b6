"""The plan of a launch: everything that its argv says, decided once and frozen."""
from __future__ import annotations

from ..base.errors import UsageError, tried
from ..base.record import Record
from ..settings import layers
from ..settings.values import Mount, Port, Source, Ulimit, Variable
from . import gpus
from .identity import Identity
from .variables import collect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..base.errors import Fatal
    from ..base.host import Host, Terminals
    from ..engine.daemon import Daemon
    from ..engine.profile import Profile
    from ..settings.settings import Settings

SHELL = '/bin/bash'
NO_INPUT = 'no terminal: the shell gets no input and ends at once (--interactive passes it on)'


class Target(Record):
    """What to run: from the catalogue, or a developer's checkout.

    job labels it (model/dino/train, tao_pt/shell); command is empty for a shell. The mounts,
    variables and network are a developer runner's own.
    """

    job: str
    image: str
    command: tuple[str, ...]
    release: str = ''
    mounts: tuple[Mount, ...] = ()
    variables: tuple[Variable, ...] = ()
    network: str = ''
    workdir: str = ''
    ports: tuple[Port, ...] = ()  # instead of the settings'
    notices: tuple[str, ...] = ()
    image_from: str = ''  # what names the image, for --explain
    program: str = ''  # the developer runner that it is for, '' for a task of the catalogue
    checkout: str = ''  # the root of that runner's checkout
    is_service: bool = False  # the command is that of --run_as_service
    arguments: tuple[str, ...] = ()  # the words of the command that are a task's own, and can be checked as such
    about_image: tuple[str, ...] = ()  # those of the notices that are about the image


class Plan(Record):
    """What is launched. docker.run turns it into argv; nothing is decided after it."""

    engine: tuple[str, ...]
    profile: Profile
    is_sudo: bool
    detach: bool
    tty: bool
    interactive: bool
    init: tuple[str, ...]
    gpus: tuple[tuple[str, ...], ...]
    mounts: tuple[Mount, ...]
    variables: tuple[str, ...]
    by_name: tuple[str, ...]
    export: Mapping[str, str]
    passed: Mapping[str, str | bool]  # by Option.key, what the engine is told as it is
    ulimits: tuple[Ulimit, ...]
    ports: tuple[Port, ...]
    user: tuple[str, ...]
    groups: tuple[str, ...]
    job: str
    owner: str
    extra_args: tuple[str, ...]
    image: str
    release: str
    command: tuple[str, ...]  # what follows the image; empty for an entry point of the caller's that gets no words
    needs_terminal: bool
    may_ask: bool  # the engine's command may ask for a password on the terminal
    stop_timeout: int
    notices: tuple[str, ...]
    allocation: str  # what Slurm says of the GPUs, '' where they were asked for or are all
    origins: tuple[Source, ...]  # of the variables
    settings: Settings  # what it was made from, as target is
    target: Target
    # what a dry run shows before it: (in which case it is run, '' for always, its words)
    before: tuple[tuple[str, tuple[str, ...]], ...] = ()
    faults: tuple[Fatal, ...] = ()  # why it cannot be launched; the rest is as if they were mended


def make(
    target: Target, settings: Settings, host: Host, daemon: Daemon, identity: Identity, environ: Mapping[str, str],
) -> Plan:
    """The plan for `target`, with the `faults` for which it cannot be launched."""
    settings = settings._replace(ports=target.ports or settings.ports)
    faults: list[Fatal] = []
    wanted, gpu_words, gpu_variables, gpu_notice, allocation = gpus.decided(
        settings, daemon, environ, faults, is_tegra=host.is_tegra,
    )
    variables = collect(
        target.variables, settings.file_variables, gpu_variables, identity.variables, settings.variables,
        environ, launch_id=not (daemon.is_sudo or daemon.profile.is_child), is_child=daemon.profile.is_child,
    )
    tty, interactive = tried(faults, lambda: terminal(settings, host.terminals), (False, False))
    command = _command(target, settings, faults)
    found = (gpu_notice, gpus.not_restricted(settings, daemon, environ), _platform(settings, daemon, host, environ),
             identity.notice, *variables.notices)
    return Plan(
        engine=settings.engine, profile=daemon.profile, is_sudo=daemon.is_sudo,
        detach='detach' in settings.flags, tty=tty, interactive=interactive,
        init=init_words(daemon) if settings.init else (),
        gpus=tuple(gpu_words),
        mounts=layers.under(target.mounts, settings.mounts),
        variables=variables.words, by_name=variables.by_name, export=variables.export, origins=variables.origins,
        passed=_passed(settings, target),
        ulimits=settings.ulimits, ports=settings.ports,
        user=identity.words,
        groups=tuple(dict.fromkeys((*map(str, identity.groups), *settings.group_add))),
        job=target.job, owner=identity.owner or str(host.uid),
        extra_args=settings.extra_args,
        image=image(target.image, settings), release=target.release, command=command,
        needs_terminal=tty or (interactive and host.terminals.stdin),
        may_ask=daemon.is_sudo or daemon.is_ssh,
        stop_timeout=settings.stop_timeout,
        notices=(
            *settings.notices, *target.notices, *filter(None, found),
            *_notices(settings, daemon, target, has_input=tty or interactive, has_by_name=bool(variables.by_name)),
            *gpus.indices(wanted, target.arguments, daemon.profile),
        ),
        allocation=allocation,
        settings=settings, target=target,
        faults=(*faults, *variables.faults),
    )


def _command(target: Target, settings: Settings, faults: list[Fatal]) -> tuple[str, ...]:
    """What follows the image: a shell where nothing else is asked for."""
    if target.command or settings.passed.get('entrypoint'):
        return target.command
    if 'detach' in settings.flags:
        faults.append(UsageError('a detached shell would end at once', advice='give it a command to run'))
    return (SHELL,)


def image(reference: str, settings: Settings) -> str:
    """The image to use: another one, or another tag or registry of the target's own."""
    if settings.image or not (settings.registry or settings.tag):
        return settings.image or reference
    from ..engine.references import with_registry, with_tag

    if settings.registry:
        reference = with_registry(reference, settings.registry)
    return with_tag(reference, settings.tag) if settings.tag else reference


def terminal(settings: Settings, terminals: Terminals) -> tuple[bool, bool]:
    """(-t, -i): on their own only when all three streams are terminals and we are in the foreground.

    With a redirected stream a terminal would swallow or garble it; from the background the
    client would be stopped as soon as it reads.
    """
    flags = settings.flags
    if 'detach' in flags:
        return False, False
    check_tty(terminals, asked='tty' in flags)
    wanted = 'no_tty' not in flags and settings.tty
    tty = 'tty' in flags or (wanted and all(terminals))
    return tty, tty or 'interactive' in flags


def check_tty(terminals: Terminals, *, asked: bool) -> None:
    """Raise UsageError for --tty without a terminal to type on."""
    if asked and not terminals.stdin:
        raise UsageError('--tty: the input is not a terminal', advice='leave --tty out, or use --interactive')


def _platform(settings: Settings, daemon: Daemon, host: Host, environ: Mapping[str, str]) -> str:
    is_asked = 'platform' in settings.passed or environ.get(daemon.profile.platform_variable)
    if daemon.profile.is_child or not is_asked:
        return ''
    from .platform import other_machine

    return other_machine(settings, daemon, host.machine, environ)


def init_words(daemon: Daemon) -> tuple[str, ...]:
    """The words for a program in the container that passes signals on and reaps what ends."""
    return ('--init', *([f'--init-path={daemon.init}'] if daemon.init else []))


def _passed(settings: Settings, target: Target) -> dict[str, str | bool]:
    """What the engine is told as it is; a developer runner has a network and a working directory of its own."""
    own = {'network': '' if settings.ports else target.network, 'workdir': target.workdir}
    return {**{key: value for key, value in own.items() if value}, **settings.passed}


def _notices(
    settings: Settings, daemon: Daemon, target: Target, *, has_input: bool, has_by_name: bool,
) -> list[str]:
    notices = []
    network, ipc = (settings.passed.get(key) for key in ('network', 'ipc'))
    if settings.ports and network in ('host', 'none') and not daemon.profile.is_child:
        notices.append(f'{daemon.profile.name} discards published ports with network {network}')
    if ipc == 'host' and settings.sources['shm_size'].kind == 'option' and daemon.profile.service:
        notices.append(f'{daemon.profile.name} ignores --shm_size with --ipc host')
    if daemon.is_sudo and has_by_name:
        notices.append('sudo passes the variables on only where sudoers allows SETENV')
    if daemon.is_remote and 'no_check' not in settings.flags:
        there = daemon.shown_address
        notices.append(f'the daemon is remote ({there}): paths are those of that machine, and not checked')
    if not (target.command or settings.passed.get('entrypoint') or has_input):
        notices.append(NO_INPUT)
    return notices
