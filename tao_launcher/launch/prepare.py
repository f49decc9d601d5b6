"""From options to a plan: what every launch does, whatever it launches."""
from __future__ import annotations

from ..base import host
from ..base.errors import together, tried
from ..engine import alias, daemon
from ..engine.init import with_init
from ..engine.profile import NO_ENGINE
from ..settings.locate import read_mounts_file
from ..settings.settings import merge
from . import identity, kinds, plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ..base.errors import Fatal
    from ..base.host import Host
    from ..base.output import Output
    from ..engine.daemon import Daemon
    from ..settings.invocation import Invocation
    from ..settings.settings import Settings
    from ..settings.values import MountsFile
    from .argv import Lines
    from .identity import Identity
    from .plan import Plan, Target


def prepare(
    invocation: Invocation, defaults: Mapping[str, Any], make_target: Callable[[Settings], Target],
    of_file: Callable[[MountsFile], MountsFile] | None = None, *, is_launched: bool = True,
) -> tuple[Plan, str]:
    """(the plan, the form of a dry run or ''). `make_target` says what is launched with the settings.

    `of_file` leaves of the mounts file what counts; `is_launched` tells that the plan's own command is what runs, and
    not one that is made of it later. Raises UsageError and ConfigError for all that is wrong before docker is asked.
    """
    options, environ, here, output = invocation
    file, settings = _settings(invocation, defaults, of_file)
    if settings.sources['dry_run'].kind == 'variable' and settings.dry_run:
        output.say_dry_run()
    words, notice = alias.actual(settings.engine, environ)
    settings = settings._replace(engine=words, notices=(*settings.notices, *([notice] if notice else [])))
    engine = with_init(daemon.find(settings.engine, environ, here.home, host.json_file))
    settings = _with_notices(settings, engine, environ)
    if output.is_verbose:
        from .verbose import say_settings

        say_settings(invocation, file, engine)
    faults: list[Fatal] = []
    settings = _with_free_gpus(settings, engine, invocation, faults)
    target = make_target(settings)
    if _wants_host_network(target, settings) and daemon.remaps_users(engine, host.json_file):
        target = target._replace(network='', notices=(*target.notices, _NO_HOST_NETWORK))
    made = _planned(target, settings, engine, invocation, faults)
    if '@' in made.image and not engine.profile.is_child:
        made = _bundled(made, here)
    if settings.dry_run and not engine.profile.is_child:
        _say_terminal(made, here, output)
    if output.is_verbose:
        from .verbose import say_plan

        say_plan(made, here, output)
    made = tried(faults, lambda: kinds.checked(made, engine, invocation), made)
    if faults:
        raise _all(faults, made if is_launched else None)
    if settings.host_paths and not engine.profile.is_child:
        from .host_paths import translated

        made = translated(made)
    return made, settings.dry_run


def _settings(
    invocation: Invocation, defaults: Mapping[str, Any], of_file: Callable[[MountsFile], MountsFile] | None,
) -> tuple[MountsFile, Settings]:
    """(the mounts file, or what of it counts; the settings with it)."""
    options, environ, here, _ = invocation
    file, notices = read_mounts_file(invocation)
    if of_file:
        file = of_file(file)
    settings = merge(options, environ, file, defaults, here.cwd, here.home)
    return file, settings._replace(notices=(*notices, *settings.notices))


def _all(faults: list[Fatal], made: Plan | None) -> Fatal:
    """One error for the faults, and for what the command line cannot say of the plan, if it is to say it."""
    nothing: Lines = []
    if made:
        tried(faults, lambda: kinds.lines(made), nothing)
    return together(faults)


def _planned(
    target: Target, settings: Settings, engine: Daemon, invocation: Invocation, faults: list[Fatal],
) -> Plan:
    """The plan; what is wrong with it goes to `faults`."""
    here, environ = invocation.here, invocation.environ
    if settings.same_paths and engine.profile.kind != NO_ENGINE:  # which has them anyway
        given = settings
        settings = tried(faults, lambda: _at_same_paths(target, given, engine, invocation), given)
    who = tried(faults, lambda: _identity(settings.user, here, engine), identity.Identity())
    made = plan.make(target, settings, here, engine, who, environ)
    faults += made.faults
    return made._replace(notices=(*made.notices, *_of_words(made, target, settings, environ)), faults=())


def _with_notices(settings: Settings, engine: Daemon, environ: Mapping[str, str]) -> Settings:
    """The settings with what is to be said of sudo and of a registry."""
    more: list[str] = []
    if engine.is_sudo:
        from ..engine import withheld

        more += withheld.notices(settings.engine, environ)
    if settings.registry:
        from ..settings import registries

        more += registries.notices(settings, engine.profile)
    return settings._replace(notices=(*settings.notices, *more)) if more else settings


def _with_free_gpus(settings: Settings, engine: Daemon, invocation: Invocation, faults: list[Fatal]) -> Settings:
    """The settings with idle GPUs, where such are wanted."""
    if not (settings.gpus and settings.gpus.kind == 'free'):
        return settings
    from .free_gpus import with_free_gpus

    return tried(faults, lambda: with_free_gpus(settings, engine, invocation.environ, invocation.output), settings)


def _at_same_paths(target: Target, settings: Settings, engine: Daemon, invocation: Invocation) -> Settings:
    """The settings of --same_paths; without what links would show where a network file system does not answer."""
    from ..base.patience import Late, within
    from .checks import PATIENCE
    from .same_paths import applied

    def looked() -> Settings:
        return applied(target, settings, engine, host.current_folder(invocation.environ), host.RealPaths())

    try:
        return within(PATIENCE, looked)
    except Late:
        return applied(target, settings, engine, (invocation.here.cwd,), str)


_NO_HOST_NETWORK = 'docker remaps container users (userns-remap), so the job gets a bridge, not the host\'s network'


_SHELL_STARTS = frozenset('\'"&|;<>2')  # how quotes and operators for a shell begin; 2>


def _wants_host_network(target: Target, settings: Settings) -> bool:
    """Whether the job gets the host's network by default."""
    return target.network == 'host' and not (settings.ports or 'network' in settings.passed or target.is_service)


def _of_words(made: Plan, target: Target, settings: Settings, environ: Mapping[str, str]) -> Sequence[str]:
    """Notices about the job's words and values; at a glance there is none."""
    command, variables, found = target.command, settings.variables, []
    words = (*command, *(one.given(environ) for one in variables))
    if any(word[:1] in _SHELL_STARTS for word in words) or len(command) == 1 and ' ' in command[0]:
        from . import quoting

        found += quoting.notices(command, variables, by_runner=bool(target.program))
    if not (made.profile.is_child or ''.join(words).isascii()):
        from . import other_bytes

        found += other_bytes.notices(command, variables, environ)
    return found


def _bundled(made: Plan, here: Host) -> Plan:
    """The plan by image id, where a bundle brought the image: docker load loses registry digests (moby#22011)."""
    from ..engine.references import REMEMBERED, proven, remembered

    known = host.json_file(f'{here.home}/{REMEMBERED}')
    found = remembered(known).get(made.image)
    if made.passed.get('pull') == 'always' or not found:
        return made
    if made.image in proven(known):
        notice = f'{made.image} came with a bundle: used by its id, and not pulled (--pull always would)'
    else:
        notice = (
            f'{made.image} came with a bundle, unproven: nothing shows that this image is the one of that digest; '
            'used by its id, and not pulled (tao pull, or --pull always, would)'
        )
    return made._replace(image=found, passed={**made.passed, 'pull': 'never'}, notices=(*made.notices, notice))


def _identity(user: str, here: Host, engine: Daemon) -> Identity:
    """Who launches and who the job runs as; names and groups are only looked up where they are needed."""
    own = bool(user) and identity.is_caller(user, here)
    uid = str(here.uid) if own else user.partition(':')[0]
    name = ''
    groups: tuple[int, ...] = ()
    if uid.isdigit():
        from ..base import users

        name, groups = users.user_name(int(uid)), users.supplementary_groups(here) if own else ()
    found = identity.identity(user, here, engine, name, groups)
    if engine.is_remote:
        from ..base import users

        found = found._replace(owner=users.name_at_host(here))
    return found


def _say_terminal(made: Plan, here: Host, output: Output) -> None:
    here_is_one = here.terminals._replace(stdout=True, stderr=True)
    if not made.tty and not made.detach and all(here_is_one) and not all(here.terminals):
        output.notice('a run on this terminal gets -it; the redirected dry run does not')
