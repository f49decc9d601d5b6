"""The jobs that words name, and what the engine is asked for them."""
from __future__ import annotations

from ...base.errors import NothingMatched, UsageError
from ...base.late import re
from ...engine import answers
from ...engine.client import owner_name
from .job import FEW, Job, Named, OtherUsers, choose, line, matches, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ...engine.client import Engine

ROW = '{{.ID}} {{.Names}} '  # and the label tao.job


def jobs_of(
    engine: Engine, *, all_users: bool, ended: bool, meanwhile: Callable[[], None] | None = None,
) -> list[Job]:
    """The caller's jobs, or everyone's, the newest first. Raises EngineError when there is no answer.

    It takes two questions, and for thousands of jobs a few more. `meanwhile` is called while the first is answered.
    """
    ids = ids_of(engine, all_users=all_users, ended=ended, meanwhile=meanwhile)
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


def ids_of(
    engine: Engine, *, all_users: bool, ended: bool, meanwhile: Callable[[], None] | None = None,
) -> list[str]:
    """The ids alone, the newest first, in one question; `meanwhile` is called while it is answered.

    Raises EngineError.
    """
    words = list_words(engine.owner, all_users=all_users, ended=ended)
    listed = engine.ask(*words, meanwhile=meanwhile)
    found = list(dict.fromkeys(answers.ids(listed.out)))
    if listed.code != 0 or (listed.out.strip() and not found):
        raise engine.failure(listed)
    return found


def list_words(owner: str, *, all_users: bool, ended: bool) -> tuple[str, ...]:
    """The engine's words that list the ids of the jobs of `owner`, or of everyone."""
    label = 'label=tao.job' if all_users else f'label=tao.user={owner}'
    return ('ps', '-q', '--no-trunc', *(['-a'] if ended else []), '--filter', 'label=tao.plan', '--filter', label)


def named(engine: Engine, wanted: Sequence[str], owner: str | None, *, running: bool) -> list[Job]:
    """The jobs that several JOB words name, each once; no other is looked at, unless a word names none.

    Raises as jobs.choose does, and EngineError.
    """
    ids = dict.fromkeys(row.id for row in _rows(engine) if any(not row.name or matches(row, word) for word in wanted))
    found = [job for some in answers.batches(list(ids)) for job in inspected(engine, some)]
    try:
        return chosen(found, wanted, owner, running=running)
    except NothingMatched:  # it says which jobs there are
        return chosen(jobs_of(engine, all_users=True, ended=True), wanted, owner, running=running)


def _rows(engine: Engine) -> Iterator[Named]:
    """What everyone's jobs are called, once for each name; without one where the engine's list does not tell it."""
    words = [word for word in list_words(engine.owner, all_users=True, ended=True) if word != '-q']
    listed = engine.ask(*words, '--format', ROW + engine.daemon.profile.job_label)
    rows = [(*line.split(' ', 2), '', '')[:3] for line in listed.out.splitlines()]
    rows = [row for row in rows if answers.ids(row[0])]
    if listed.code != 0 or (listed.out.strip() and not rows):
        raise engine.failure(listed)
    for id, names, label in rows:
        task = answers.text({'task': answers.parsed(label)}, 'task')
        yield from (Named(id, name, task) for name in (names.split(',') if task else ['']))


def chosen(found: Sequence[Job], wanted: Sequence[str], owner: str | None, *, running: bool) -> list[Job]:
    """The jobs that several JOB words name, each once. Raises as jobs.choose does."""
    own = {job.id: job for job in found if owner in (None, job.owner) and not (running and job.has_ended)}
    try:
        jobs = (own.get(word) or choose(found, word, owner, running=running) for word in wanted)
        return list(dict.fromkeys(jobs))
    except OtherUsers as e:
        owners = [f'{line(job)}, of {owner_name(job.owner)}' for job in e.found[:FEW]]
        raise UsageError(e.what, *owners) from None
