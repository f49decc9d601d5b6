"""What is looked for on this machine before a command is run on it: its program, and the places of the mounts."""
from __future__ import annotations

from ..base import host, surroundings
from ..base.errors import CannotExecute, CommandMissing, ConfigError
from ..base.patience import Late, within
from ..base.text import plural
from ..engine.profile import NO_ENGINE
from ..settings.values import Mount
from . import here, here_mounts, path_notices
from .here_mounts import ABSENT, NOWHERE, OTHER, Placed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..base.errors import Fatal
    from ..settings.invocation import Invocation
    from .plan import Plan

PATIENCE = 5.0  # seconds for all that is looked for


def check(made: Plan, invocation: Invocation) -> Plan:
    """The plan with the links to make first, and with notices about what is otherwise here than in a container.

    Raises CommandMissing or CannotExecute for a command that cannot be started, ConfigError for mounts whose place is
    not here and for a spec file that is missing.
    """
    here.refuse(made)
    limits = {limit.name: surroundings.soft_limit(limit.name) for limit in made.ulimits}
    lower = here.lower_limits(made, surroundings.shared_memory(), limits)
    release, _ = surroundings.release_here(invocation.environ)
    found = [*here.notices(made, lower), *_other_release(made, release)]
    is_checked = 'no_check' not in made.settings.flags
    if is_checked:
        _find_command(made, invocation)
    try:
        before, more = within(PATIENCE, lambda: _places(made, invocation, is_checked=is_checked))
    except Late:
        before, more = (), ['a file system does not answer, like one whose server is gone: paths are not checked']
    # which image this is, is not known
    return made._replace(
        notices=(*_of_here(made), *found, *more), before=(*made.before, *before), image='', release=release,
    )


def _of_here(made: Plan) -> list[str]:
    """The plan's notices without those about the image that the task would be taken from."""
    return [notice for notice in made.notices if notice not in made.target.about_image]


def _other_release(made: Plan, release: str) -> list[str]:
    """A notice that another release was asked for than is here, which nothing changes."""
    asked = made.settings.release
    if asked in ('', release):
        return []
    is_here = f'TAO {release} is here' if release else 'which release of TAO is here is unknown'
    return [f'{is_here}; {made.settings.sources["release"]} {asked} does not change that']


def _find_command(made: Plan, invocation: Invocation) -> None:
    """Raise CommandMissing or CannotExecute for a command that cannot be started."""
    command = here.command(made)[0]
    workdir = str(made.passed.get('workdir', '')) or invocation.here.cwd
    found = surroundings.found_program(command, here.environment(made, invocation.environ), workdir)
    if found is None:
        raise CannotExecute(f'{command} is not executable')
    if not found:
        raise missing(made, invocation)


def missing(made: Plan, invocation: Invocation) -> Fatal:
    """The error for a command that is not here: of a task's own, with the images that have it."""
    command = here.command(made)[0]
    where = 'is not here' if '/' in command else 'is not on PATH'
    source = made.settings.sources['engine']
    asked = f'{source.name}={invocation.environ[source.name]}' if source.kind == 'variable' else f'--engine {NO_ENGINE}'
    group, _, rest = made.job.partition('/')
    if made.target.program or command != rest.partition('/')[0]:
        return CommandMissing(
            f'{command} {where}', f'with {asked} a command runs on this machine',
            advice='' if source.kind == 'option' else '--engine docker, for a container',
        )
    from ..tasks.load import load_catalogue

    known = load_catalogue(invocation.here, invocation.output)
    release = made.release if made.release in known.releases else ''
    images = [
        f'{image} has it (release {release})' for image in dict.fromkeys(
            known.image(release, name, command) for name in (group, *known.groups())
        ) if image
    ] if release else [f'{made.image} may have it']
    others = [one for one in known.releases_with(command) if one != release]
    return CommandMissing(
        f'{command} {where}: with {asked} a task is a command of this machine', *images,
        *([f'other releases with it: {", ".join(reversed(others))}'] if others else []),
        advice='run this in a container of such an image, or with an engine: --engine docker',
    )


def _places(
    made: Plan, invocation: Invocation, *, is_checked: bool,
) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], list[str]]:
    """(the commands to run first, as in Plan.before; notices). Raises ConfigError."""
    flags = made.settings.flags
    mounts = [mount for mount in made.mounts if mount.origin.kind != 'setting']
    found = here_mounts.placed(mounts, host.look, surroundings.is_same, with_links='link' in flags)
    links = [each for each in found if each.state == ABSENT] if 'link' in flags else []
    notices = [
        f'{each.mount.destination} becomes a link to {each.mount.source}, and stays one ({each.mount.origin})'
        for each in links
    ]
    if is_checked:
        by_host_paths = made.settings.same_paths
        if not by_host_paths or links:
            _refuse(found, links, is_needed=not by_host_paths)
        notices += [] if by_host_paths else [
            f'{each.mount.destination} is here already, and is not {each.mount.source} ({each.mount.origin}): '
            'the job uses it as it is; --same_paths, or a bind mount, for the other'
            for each in found if each.state == OTHER
        ]
        notices += _arguments(made, links, invocation)
    return tuple(('', words) for words in here_mounts.commands(links, host.look)), notices


def _refuse(found: list[Placed], links: list[Placed], *, is_needed: bool) -> None:
    """Raise ConfigError with every mount that has no place here, and every link that cannot be made."""
    lacking = [each for each in found if each.state in (ABSENT, NOWHERE) and each not in links] if is_needed else []
    wrong = [
        f'{each.mount.destination} ({each.mount.origin}), whose source {each.mount.source} is '
        + ('here' if each.state == ABSENT else 'not here either') for each in lacking
    ]
    if wrong:
        raise ConfigError(
            f'{plural(len(wrong), "mount destination")} not found on this machine', *wrong,
            advice='--link, which makes them links to their sources; --same_paths, for arguments that name the host\'s '
            'own paths; or --no-check',
        )
    impossible = [each for each in links if host.is_there(each.path) or not surroundings.may_make(each.path)]
    if impossible:
        from ..base.unreadable import nearest_parent

        raise ConfigError(f'{plural(len(impossible), "link")} cannot be made', *(
            f'{each.mount.destination}: ' + (
                'a broken link is there' if host.is_there(each.path)
                else f'you may not write to {nearest_parent(each.path)}'
            ) for each in impossible
        ), advice='--same_paths, for arguments that name the host\'s own paths; or as root')


def _arguments(made: Plan, links: list[Placed], invocation: Invocation) -> list[str]:
    """Notices about the task's arguments, whose paths are this machine's, and those of the links."""
    here_now = invocation.here
    mounts = [Mount('/', '/'), *(each.mount for each in links)]
    target = made.target
    place = path_notices.Place(
        target.command[0] if target.arguments else '', mounts, host.look, host.link, here_now.cwd, here_now.home,
        str(made.passed.get('workdir', '')) or here_now.cwd, host.RealPaths(),
    )
    return path_notices.check(target.arguments, place)
