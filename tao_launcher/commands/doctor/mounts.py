"""Checks of the mounts file and of what it mounts."""
from __future__ import annotations

from ...base import access, host, machine, unreadable, users
from ...base.record import Record
from ...base.shell import join, quote
from ...engine import profiles, remedies
from ...engine.profile import NO_ENGINE
from ...launch import identity
from ...launch.limits import refused
from .findings import Check, Finding, asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...settings.settings import Settings
    from .facts import Gathered, MachineFacts


class Sources(Record):
    """What is wrong with the folders that are mounted."""

    missing: tuple[str, ...] = ()
    can_create: bool = True  # the caller may create what is missing
    unwritable: tuple[str, ...] = ()
    job_user: str = ''


def mounts(facts: MachineFacts) -> Finding:
    """Which mounts file is read, and whether it can be used."""
    if facts.mounts_error:
        return Finding('mounts file', 'fail', facts.mounts_error, f'correct {quote(facts.mounts_path)}')
    if not facts.mounts_path:
        return Finding('mounts file', 'info', 'none: only --volume mounts anything; tao config init writes one')
    return Finding('mounts file', 'ok', facts.mounts_path)


def _look(gathered: Gathered) -> Sources:
    profile = gathered.daemon.profile
    if gathered.facts.is_remote or profile.kind == NO_ENGINE:
        return Sources()
    settings, here = gathered.settings, gathered.invocation.here
    missing = tuple(m.source for m in settings.mounts if host.look(m.source) is False)
    own = profile.is_child or bool(settings.user) and identity.is_caller(settings.user, here)
    user = f'{here.uid}:{here.gid}' if own else settings.user
    groups = users.supplementary_groups(here) if own else ()
    return Sources(
        missing=missing, can_create=all(machine.may_write(unreadable.nearest_parent(path)) for path in missing),
        unwritable=_unwritable(settings, user, groups, missing), job_user=user,
    )


def _unwritable(
    settings: Settings, user: str, groups: tuple[int, ...], missing: tuple[str, ...],
) -> tuple[str, ...]:
    """The sources that the job, as `user` (UID[:GID]), may not write to though they are mounted for writing."""
    uid, _, gid = user.partition(':')
    if not uid.isdigit() or uid == '0':
        return ()
    written = [m.source for m in settings.mounts if 'ro' not in m.mode.split(',') and m.source not in missing]
    every = {int(gid) if gid.isdigit() else 0, *groups}
    return tuple(path for path in written if not access.writable_by(path, int(uid), every))


def sources(facts: MachineFacts, looked: Sources) -> Finding | None:
    """Whether what is mounted is there, and open to the job's user."""
    if looked.missing:
        words = f'mkdir -p {join(looked.missing)}'
        fix = words if looked.can_create else remedies.as_root(facts.machine, words)
        return Finding('sources', 'fail', f'missing: {", ".join(looked.missing)}', fix)
    if looked.unwritable:
        user, folders = looked.job_user, looked.unwritable
        return Finding(
            'sources', 'warn', f'not writable by {user}, the user the job runs as: {", ".join(folders)}',
            remedies.as_root(facts.machine, f'chown {quote(user)} {join(folders)}'),
        )
    return Finding('sources', 'ok', 'all there') if facts.mounts_path and not facts.mounts_error else None


def _refused(gathered: Gathered) -> tuple[str, ...]:
    """The limits that the engine cannot set, each with where it was asked for."""
    asked, known = gathered.settings.ulimits, gathered.settings.sources
    return tuple(f'{name} ({known[f"ulimits.{name}"]})' for name in refused(asked, gathered.daemon))


def limits(facts: MachineFacts, names: tuple[str, ...]) -> Finding | None:
    """Whether the engine can set the limits that jobs are to have."""
    if not names:
        return None
    them, fix = ('it', 'leave it out') if len(names) == 1 else ('them', 'leave them out')
    what = f'{profiles.profile(facts.engine).name} cannot raise {them} here: {", ".join(names)}'
    return Finding('ulimits', 'fail', what, fix)


MOUNTS, SOURCES, LIMITS = Check(mounts), asking(_look, sources), asking(_refused, limits)
