"""What is looked for on this host before a launch: sources that are missing is an error, the rest are notices."""
from __future__ import annotations

from ..base import host
from ..base.errors import ConfigError
from ..base.patience import Late, within
from ..base.text import plural
from ..settings.values import clean_path
from . import path_notices
from .paths import FILLED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..base.host import Host
    from ..engine.daemon import Daemon
    from ..settings.invocation import Invocation
    from .mount_notices import JobUser
    from .path_notices import Look, Place
    from .plan import Plan

PATIENCE = 5.0  # seconds for all that is looked for


def check(made: Plan, engine: Daemon, invocation: Invocation) -> Plan:
    """The plan, once its sources were found on this host; with a notice about what cannot be seen.

    Raises ConfigError with every source that is missing: -v would create it, as an empty folder of root's;
    and for a spec file that is missing under a mount.
    """
    if 'no_check' in made.settings.flags or engine.is_remote:
        return made
    asked = ['']
    follow = host.RealPaths()

    def look(path: str) -> bool | None:
        asked[0] = path
        return host.look(path)

    def real(path: str) -> str:
        asked[0] = path
        return follow(path)

    try:
        notices = within(PATIENCE, lambda: _notices(made, engine, invocation, look, real))
    except Late:
        notices = [f'{asked[0]} does not answer, like a network file system that is gone: paths are not checked']
    return made._replace(notices=(*made.notices, *notices))


def _notices(
    made: Plan, engine: Daemon, invocation: Invocation, look: Look, real: Callable[[str], str],
) -> list[str]:
    """All of them, in the order of what they are about. Raises ConfigError."""
    notices = [*_sources(made, look), *_container(made, engine)]
    target, here = made.target, invocation.here
    task = target.command[0] if target.arguments else ''
    place = path_notices.Place(task, made.mounts, look, host.link, here.cwd, here.home, _workdir(made), real)
    notices += path_notices.check(target.arguments, place)
    user = _job_user(made, engine, here)
    if user or target.mounts or any(mount.destination in FILLED for mount in made.mounts):
        notices += _mounts(made, user, place, engine, invocation)
    return notices


def _sources(made: Plan, look: Look) -> list[str]:
    """Notices about sources that the caller may not see. Raises ConfigError with those that are missing."""
    seen = [(mount, look(mount.source)) for mount in made.mounts if mount.origin.kind != 'setting']
    missing = [mount for mount, exists in seen if exists is False]
    if missing:
        from ..base.unreadable import nearest_parent

        raise ConfigError(
            f'{plural(len(missing), "mount source")} not found',
            *(f'{mount.source} ({mount.origin}; nearest existing folder: {nearest_parent(mount.source)})'
              for mount in missing),
            advice='correct or create them (daemon elsewhere? --no-check)',
        )
    return [
        f'{mount.source} cannot be inspected by you; the daemon will check it'
        for mount, exists in seen if exists is None
    ]


def _container(made: Plan, engine: Daemon) -> list[str]:
    """A notice where the launcher is in a container and the daemon is not, so that paths may not be the same."""
    if not made.mounts or not engine.profile.service:
        return []
    mark = host.container_mark(engine.address.partition('://')[2] or '/var/run/docker.sock')
    if not mark:
        return []
    from .host_paths import may_be_others

    return may_be_others(made.mounts, made.settings.host_paths, mark)


def _workdir(made: Plan) -> str:
    """The container's working directory, '' for the image's own."""
    words = (word.partition('=') for word in made.extra_args)
    given = [value for name, _, value in words if name in ('--workdir', '-w')]
    found = str(made.passed.get('workdir', '')) or ''.join(given[:1])
    return clean_path(found) if found else ''


def _job_user(made: Plan, engine: Daemon, here: Host) -> JobUser | None:
    """Who the job is to the files of this host; None for root, and where that is not known."""
    is_named = made.user[:1] == ('--user',)
    if engine.profile.is_child:
        return _caller(here)
    if engine.is_rootless or (engine.maps_the_caller and not here.is_root):
        shown = '' if is_named or here.is_root else f'{here.uid}:{here.gid}'
    else:
        shown = made.user[1] if is_named else ''
    uid, _, gid = shown.partition(':')
    if not uid.isdigit() or int(uid) == 0:
        return None
    from .mount_notices import JobUser

    words = (word.partition('=') for word in made.extra_args)
    named = ['0' if group == 'root' else group for group in (
        gid or '0', *made.groups, *(value for name, _, value in words if name == '--group-add'),
    )]
    # what gid another name has is the image's business
    groups = frozenset(map(int, named)) if all(map(str.isdecimal, named)) else None
    return JobUser(shown, int(uid), groups)


def _caller(here: Host) -> JobUser | None:
    """The caller, who may be root."""
    from ..base.users import supplementary_groups
    from .mount_notices import JobUser

    groups = frozenset((here.gid, *supplementary_groups(here)))
    return JobUser(f'{here.uid}:{here.gid}', here.uid, groups) if here.uid else None


def _mounts(made: Plan, user: JobUser | None, place: Place, engine: Daemon, invocation: Invocation) -> list[str]:
    """Notices about mounts over files of the image, and about those that are of no use to the job's user."""
    from ..base import access
    from . import mount_notices

    notices = mount_notices.hiding(made)
    if not user:
        return notices
    notices += mount_notices.in_roots_home(made, user)
    outputs = path_notices.outputs(made.target.arguments, place)
    found = mount_notices.unwritable(
        outputs, made.mounts, place.link, place.look,
        lambda path: user.groups is None or access.writable_by(path, user.uid, user.groups),
    )
    if not found:
        return notices
    from ..engine.daemon import remaps_users
    from ..engine.installed import for_remedies
    from ..engine.remedies import as_root

    if remaps_users(engine, host.json_file):
        return notices  # its users are others here
    machine = for_remedies(invocation.here, invocation.environ)
    for path, host_path, there in found:
        what = f'{path} is not writable by {user.shown}, the user the job runs as'
        if host_path != there:
            what = f'{path} cannot be made by {user.shown}, the user the job runs as: {there} is not writable'
        if access.is_read_only(there):
            notices.append(f'{what}; its file system is read-only here')
            continue
        is_own = access.owner(there) == user.uid
        line = mount_notices.remedy(host_path, there, user, is_own=is_own)
        notices.append(f'{what}; {line if is_own else as_root(machine, line)}')
    return notices
