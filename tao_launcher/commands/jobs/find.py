"""The jobs that words name, and what the engine is asked for them."""
from __future__ import annotations

import re

from ...base.errors import UsageError
from ...engine.client import owner_name
from .job import FEW, Job, OtherUsers, choose, line, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...engine.client import Engine

def jobs_of(engine: Engine, *, all_users: bool, ended: bool) -> list[Job]:
    """The caller's jobs, or everyone's, in two questions. Raises EngineError when there is no answer."""
    ids = ids_of(engine, all_users=all_users, ended=ended)
    if not ids:
        return []
    inspected = engine.ask('inspect', '--type', 'container', *ids)
    try:
        found = parse(inspected.out)
    except ValueError:
        raise engine.failure(inspected) from None
    # those that vanished meanwhile are reported one by one; else the engine is gone
    vanished = len(re.findall('no such container', inspected.err, re.IGNORECASE))
    if len(found) + vanished < len(ids):
        raise engine.failure(inspected)
    return found


def ids_of(engine: Engine, *, all_users: bool, ended: bool) -> list[str]:
    """The ids alone, in one question. Raises EngineError."""
    listed = engine.ask(*list_words(engine.owner, all_users=all_users, ended=ended))
    if listed.code != 0:
        raise engine.failure(listed)
    return listed.out.split()


def list_words(owner: str, *, all_users: bool, ended: bool) -> tuple[str, ...]:
    """The engine's words that list the ids of the jobs of `owner`, or of everyone."""
    label = 'label=tao.job' if all_users else f'label=tao.user={owner}'
    return ('ps', '-q', '--no-trunc', *(['-a'] if ended else []), '--filter', 'label=tao.plan', '--filter', label)


def chosen(found: Sequence[Job], wanted: Sequence[str], owner: str | None, *, running: bool) -> list[Job]:
    """The jobs that several JOB words name, each once. Raises as jobs.choose does."""
    try:
        return list(dict.fromkeys(choose(found, word, owner, running=running) for word in wanted))
    except OtherUsers as e:
        owners = [f'{line(job)}, of {owner_name(job.owner)}' for job in e.found[:FEW]]
        raise UsageError(e.what, *owners) from None
