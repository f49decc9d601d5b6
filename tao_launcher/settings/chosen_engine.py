"""The engine that options and variables name, for commands that launch nothing."""
from __future__ import annotations

from ..base import host, users
from ..base.errors import EngineError
from ..engine import alias, daemon
from ..engine.client import Engine
from ..engine.profile import NO_ENGINE
from .alone import engine_words, source_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..engine.profile import Profile
    from .invocation import Invocation

# What tells of jobs without an engine.
OTHERWISE = 'tao history, tao progress RESULTS_FOLDER; or --engine docker, where there is one'


def engine(invocation: Invocation, task: str = '') -> Engine:
    """The engine that --engine, TAO_ENGINE and docker's own settings name.

    `task` is what it has to do, where that is not to tell of jobs: 'builds images'. Raises UsageError, and EngineError
    where they say that there is none, or one that does no such thing.
    """
    options, environ, here, _ = invocation
    words, _ = alias.actual(engine_words(options, environ), environ)
    found = daemon.find(words, environ, here.home, host.json_file)
    if found.profile.is_child:
        source = str(source_of('engine', options, environ))
        raise _unfit(found.profile, source, task) if task else _childs(found.profile, source)
    if found.is_sudo:
        from ..engine import withheld

        for notice in withheld.notices(words, environ):
            invocation.output.notice(notice)
    owner = users.name_at_host(here) if found.is_remote else str(here.uid)
    return Engine(words, environ, found, owner)


def _unfit(profile: Profile, source: str, task: str) -> EngineError:
    """The error for what only an engine with a daemon, or podman, can do."""
    none = profile.kind == NO_ENGINE
    what = 'there is no engine' if none else f'{profile.name} is not an engine'
    why = [f'with --engine {NO_ENGINE} a command runs on this machine, in no container'] if none else []
    return EngineError(
        f'{what} that {task} ({source})', *why, advice='--engine docker or --engine podman, on a machine that has it',
    )


def _childs(profile: Profile, source: str) -> EngineError:
    """The error for a question about jobs or images where jobs are processes of their launchers."""
    if profile.kind == NO_ENGINE:
        return EngineError(
            f'there is no engine to be asked ({source})',
            f'with --engine {NO_ENGINE} a job is a process of this machine: it has no container and no image',
            advice=OTHERWISE,
        )
    return EngineError(
        f'{profile.name} keeps no list of jobs that could be asked ({source})',
        'a job is a process of its launcher, and ends with it',
        advice=OTHERWISE,
    )
