"""Checks of this machine as the place where tasks run without an engine."""
from __future__ import annotations

from ...base import host, machine, surroundings
from ...base.errors import ConfigError
from ...base.record import Record
from ...engine import profiles
from ...engine.profile import NO_ENGINE
from ...launch import here_mounts
from .findings import Finding, asking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import Gathered, MachineFacts

SHOWN = 8  # names of tasks


class Tasks(Record):
    """The tasks that are commands here, the TAO release that is, and what its image calls itself; '' for not known."""

    names: tuple[str, ...] = ()
    release: str = ''
    product: str = ''


def is_without_engine(facts: MachineFacts) -> bool:
    """Whether tasks are commands of this machine."""
    return profiles.profile(facts.engine).kind == NO_ENGINE


def _tasks(gathered: Gathered) -> Tasks:
    if not is_without_engine(gathered.facts):
        return Tasks()
    from ...tasks.load import builtin_catalogue, load_catalogue

    try:
        known = load_catalogue(gathered.invocation.here, gathered.invocation.output)
    except ConfigError:  # which has a check of its own
        known = builtin_catalogue()
    images = [images for groups in known.releases.values() for images in groups.values()]
    names = sorted({name for tasks_of in images for tasks in tasks_of.values() for name in tasks})
    environ = gathered.facts.environ
    return Tasks(
        tuple(name for name in names if machine.which(name, environ)), *surroundings.release_here(environ),
    )


def tasks(facts: MachineFacts, found: Tasks) -> Finding | None:
    """Whether there is a task to be run."""
    if not is_without_engine(facts):
        return None
    if not found.names:
        return Finding(
            'engine', 'fail', 'none, and no task of TAO is on PATH here',
            'run this in a container of TAO, or with --engine docker (or TAO_ENGINE=docker)',
        )
    more = f' and {len(found.names) - SHOWN} more' if len(found.names) > SHOWN else ''
    what = f'none: tasks run as commands of this machine, {", ".join(found.names[:SHOWN])}{more}'
    return Finding('engine', 'ok', f'{what}; TAO here: {found.product or found.release or "unknown"}')


def _places(gathered: Gathered) -> tuple[str, ...]:
    if not is_without_engine(gathered.facts):
        return ()
    found = here_mounts.placed(gathered.settings.mounts, host.look, surroundings.is_same, with_links=False)
    lacking = (here_mounts.ABSENT, here_mounts.NOWHERE)
    return tuple(each.mount.destination for each in found if each.state in lacking)


def places(facts: MachineFacts, missing: tuple[str, ...]) -> Finding | None:
    """Whether the mounts' destinations are here."""
    if not missing:
        return None
    what = f'not on this machine: {", ".join(missing)}'
    return Finding('destinations', 'fail', what, '--link or --same_paths before the task name')


TASKS, PLACES = asking(_tasks, tasks), asking(_places, places)
