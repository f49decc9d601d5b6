"""Users by name, their homes and groups; whose a file is, and whose one becomes that is made for the caller of sudo."""
from __future__ import annotations

import os

from . import host
from .text import encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .host import Host


def user_name(uid: int) -> str:
    """The passwd name of a uid, or ''. On a host that asks a directory server this takes its time."""
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OverflowError):
        return ''


def home_of(uid: int) -> str:
    """The home of a uid as passwd has it, or ''."""
    import pwd

    try:
        return pwd.getpwuid(uid).pw_dir
    except (KeyError, OverflowError):
        return ''


def name_at_host(here: Host) -> str:
    """NAME@HOST of the caller: whose job it is on a remote daemon, where the uid may be anyone's."""
    return f'{user_name(here.uid) or here.uid}@{here.hostname}'


def supplementary_groups(here: Host) -> tuple[int, ...]:
    """The caller's groups without the primary and docker's, in ascending order.

    Membership of group docker is worth root on the host and is no business of the job.
    """
    import grp

    if here.uid == os.getuid():
        gids = set(os.getgroups())
    else:
        name = user_name(here.uid)
        gids = set(os.getgrouplist(name, here.gid)) if name else set()
    try:
        gids.discard(grp.getgrnam('docker').gr_gid)
    except KeyError:
        pass  # no such group here
    return tuple(sorted(gids - {here.gid}))


def own_uids() -> frozenset[int]:
    """The users whose files count as the caller's: the caller, root, and under sudo the one who called it."""
    called = host.sudo_caller(os.environ)
    return frozenset((os.geteuid(), 0, *(called[:1] if called else ())))


def name(uid: int) -> str:
    """A user as people call them: by name, else by number."""
    return user_name(uid) or f'uid {uid}'


def foreign_owner(*paths: str, follows: bool = True) -> str:
    """The first user who is not one of `own_uids` and owns one of these paths, or the link there; '' for nobody.

    With `follows` what a link leads to counts as well.
    """
    ours = own_uids()
    for path in paths:
        for look in (os.lstat, os.stat) if follows else (os.lstat,):
            try:
                uid = look(encoded(path)).st_uid
            except OSError:
                continue  # what is not there is nobody's
            if uid not in ours:
                return name(uid)
    return ''


def new_owner(path: str) -> tuple[int, int] | None:
    """(uid, gid) that a new file at this absolute path gets, where they are not the process's own.

    With sudo and the user's HOME kept, what is made in it belongs to that user.
    """
    called = host.sudo_caller(os.environ)
    home = os.environ.get('HOME', '')
    if not called or not home:
        return None
    try:
        is_theirs = os.stat(home).st_uid == called[0]
    except OSError:
        return None
    folder = os.path.realpath(encoded(os.path.dirname(path) or '.'))
    return called if is_theirs and (folder + b'/').startswith(os.path.realpath(encoded(home)) + b'/') else None


def give_to_new_owner(number: int, path: str) -> None:
    """Give an open file to the `new_owner` of its path, where there is one. Raises OSError."""
    owner = new_owner(path)
    if owner and os.fstat(number).st_uid != owner[0]:
        os.fchown(number, *owner)
