"""Who the job runs as: the user's words for the engine and the variables that user needs."""
from __future__ import annotations

from ..base.errors import UsageError
from ..base.record import Record
from ..settings.values import Source, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..base.host import Host
    from ..engine.daemon import Daemon

USER = Source('setting', 'user')


class Identity(Record):
    """The user part of a plan; empty when the image's own user is used.

    owner labels whose job it is, where the caller's uid would not tell (a remote daemon).
    """

    words: tuple[str, ...] = ()  # --user UID:GID or --userns=keep-id
    groups: tuple[int, ...] = ()
    variables: tuple[Variable, ...] = ()
    notice: str = ''
    owner: str = ''


def is_caller(user: str, host: Host) -> bool:
    """Whether a user setting means the caller: "host", or the caller's own uid."""
    return user == 'host' or user.partition(':')[0] == str(host.uid)


def identity(user: str, host: Host, daemon: Daemon, name: str, groups: tuple[int, ...]) -> Identity:
    """The identity for a user setting ('' for none, 'host', UID[:GID] or a name of the image).

    `name` is the host's passwd name of that uid (or ''), `groups` the caller's supplementary ones.
    """
    if not user or daemon.profile.is_child:
        return Identity()
    if daemon.is_remote:
        return _there(user, daemon)
    own = is_caller(user, host)
    uid = str(host.uid) if own else user.partition(':')[0]
    if own and daemon.maps_the_caller and not host.is_root:
        return Identity(daemon.profile.own_user, (), _variables(uid, name))
    if own and daemon.is_rootless:
        return Identity()  # root in the container is the caller outside already
    words = ('--user', f'{host.uid}:{host.gid}' if user == 'host' else user)
    if not uid.isdigit():
        return Identity(words)
    notice = ''
    if not own:
        notice = (
            f'the job runs as {user}, not as you ({host.uid}:{host.gid}); '
            '"user": "host" (or --run_as_user) means whoever launches'
        )
    return Identity(words, groups if own else (), _variables(uid, name), notice)


def _there(user: str, daemon: Daemon) -> Identity:
    """The identity on another machine, whose users are not this one's: only what was named."""
    if user == 'host':
        raise UsageError(
            f'the daemon is remote ({daemon.shown_address}): your user there is not known here',
            '--run_as_user and "user": "host" mean the caller, whose uid may be someone else\'s there',
            advice='--user UID:GID, as `id` prints them there',
        )
    uid = user.partition(':')[0]
    return Identity(('--user', user), (), _variables(uid, '') if uid.isdigit() else ())


def _variables(uid: str, name: str) -> tuple[Variable, ...]:
    """A uid without a passwd entry has HOME=/ and no name, of which torch dies at import."""
    if int(uid) == 0:
        return ()
    name = name or f'uid{int(uid)}'
    return (
        Variable('HOME', '/tmp', USER), Variable('USER', name, USER), Variable('LOGNAME', name, USER),
    )
