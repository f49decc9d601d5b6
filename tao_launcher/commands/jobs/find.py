"""The jobs that words name, and what the engine is asked for them."""
from __future__ import annotations

import re

from ...base.errors import UsageError
from ...engine import answers
from ...engine.client import owner_name
from .job import FEW, Job, OtherUsers, choose, line, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...engine.client import Engine


def jobs_of(engine: Engine, *, all_users: bool, ended: bool) -> list[Job]:
    """The caller's jobs, or everyone's, the newest first. Raises EngineError when there is no answer.

    It takes two questions, and for thousands of jobs a few more.
    """
    ids = ids_of(engine, all_users=all_users, ended=ended)
    found = [job for some in answers.batches(ids) for job in inspected(engine, some)]
    return sorted(found, key=lambda job: job.started, reverse=True)


def inspected(engine: Engine, ids: Sequence[str]) -> list[Job]:
    """The jobs of these containers as they are now, without those that are gone. Raises EngineError."""
    inspected = engine.ask('inspect', '--type', 'container', *ids)
    asked = set(ids)
    try:
        found = [job for job in parse(inspected.out) if job.id in asked]
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
    found = list(dict.fromkeys(answers.ids(listed.out)))
    if listed.code != 0 or (listed.out.strip() and not found):
        raise engine.failure(listed)
    return found


def list_words(owner: str, *, all_users: bool, ended: bool) -> tuple[str, ...]:
    """The engine's words that list the ids of the jobs of `owner`, or of everyone."""
    label = 'label=tao.job' if all_users else f'label=tao.user={owner}'
    return ('ps', '-q', '--no-trunc', *(['-a'] if ended else []), '--filter', 'label=tao.plan', '--filter', label)


def chosen(found: Sequence[Job], wanted: Sequence[str], owner: str | None, *, running: bool) -> list[Job]:
    """The jobs that several JOB words name, each once. Raises as jobs.choose does."""
    own = {job.id: job for job in found if owner in (None, job.owner) and not (running and job.has_ended)}
    try:
        jobs = (own.get(word) or choose(found, word, owner, running=running) for word in wanted)
        return list(dict.fromkeys(jobs))
    except OtherUsers as e:
        owners = [f'{line(job)}, of {owner_name(job.owner)}' for job in e.found[:FEW]]
        raise UsageError(e.what, *owners) from None
