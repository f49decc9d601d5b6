"""The jobs that words name, and what the engine is asked for them."""
from __future__ import annotations

from ...base import machine
from ...base.errors import NothingMatched, UsageError
from ...base.late import re
from ...engine import answers
from ...engine.client import owner_name
from .job import ENDED, FEW, GOING, NEVER_STARTED, Job, Named, OtherUsers, choose, line, matches, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ...engine.client import Engine

ROW = '{{.ID}} {{.Names}} '  # and the label tao.job
ANY = ('-q',)
STATES = ('--format', '{{.ID}} {{.State}}')


def jobs_of(
    engine: Engine, *, all_users: bool, ended: bool, meanwhile: Callable[[], None] | None = None,
) -> list[Job]:
    """The caller's jobs, or everyone's, the newest first: those that run or are about to, with `ended` all.

    Raises EngineError when there is no answer.

    It takes two questions, and for thousands of jobs a few more. `meanwhile` is called while the first is answered.
    """
    ids = [id for id, _ in _listed(engine, all_users=all_users, ended=ended, meanwhile=meanwhile)]
    found = [job for some in answers.batches(ids) for job in inspected(engine, some)]
    now = machine.now()
    return sorted(
        (job for job in found if ended or job.is_alive(now)), key=lambda job: job.started, reverse=True,
    )


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
    """The ids alone, the newest first, in one question; in two where a job has not started yet, or never will.

    `meanwhile` is called while it is answered. Raises EngineError.
    """
    found = _listed(engine, all_users=all_users, ended=ended, meanwhile=meanwhile)
    unstarted = {id: state for id, state in found if state in NEVER_STARTED}
    now = machine.now()
    jobs = [job for some in answers.batches(list(unstarted)) for job in inspected(engine, some)]
    alive = {job.id for job in jobs if job.is_alive(now)}
    return [id for id, _ in found if id in alive or id not in unstarted]


def _listed(
    engine: Engine, *, all_users: bool, ended: bool, meanwhile: Callable[[], None] | None,
) -> list[tuple[str, str]]:
    """The ids of jobs with their states, '' where all are asked for, the newest first. Raises EngineError."""
    listed = engine.ask(*list_words(engine, all_users=all_users, ended=ended), meanwhile=meanwhile)
    rows = [row.partition(' ') for row in map(str.strip, listed.out.splitlines())]
    found = {id: state_of(state) for id, _, state in rows if answers.is_id(id)}
    if listed.code != 0 or (listed.out.strip() and not found):
        raise engine.failure(listed)
    return [(id, state) for id, state in found.items() if ended or not is_over(state)]


def state_of(shown: str) -> str:
    """A state as `ps` shows it: podman's older releases write "Exited (3) 2 hours ago"."""
    return shown.partition(' ')[0].lower()


def is_over(state: str) -> bool:
    """Whether a job of that state has ended."""
    return state in (*ENDED, GOING)


def list_words(engine: Engine, *, all_users: bool, ended: bool, form: Sequence[str] | None = None) -> tuple[str, ...]:
    """The engine's words that list the caller's jobs, or everyone's: `form` is how it shows them.

    Without `ended` it may show some that have ended too, each with its state.
    """
    label = 'label=tao.job' if all_users else f'label=tao.user={engine.owner}'
    which = ('-a',) if ended else engine.daemon.profile.unended
    if form is None:
        form = ANY if ended else STATES
    return ('ps', *form, '--no-trunc', *which, '--filter', 'label=tao.plan', '--filter', label)


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
    form = ('--format', ROW + engine.daemon.profile.job_label)
    listed = engine.ask(*list_words(engine, all_users=True, ended=True, form=form))
    rows = [(*line.split(' ', 2), '', '')[:3] for line in listed.out.splitlines()]
    rows = [row for row in rows if answers.ids(row[0])]
    if listed.code != 0 or (listed.out.strip() and not rows):
        raise engine.failure(listed)
    for id, names, label in rows:
        task = answers.text({'task': answers.parsed(label)}, 'task')
        yield from (Named(id, name, task) for name in (names.split(',') if task else ['']))


def chosen(found: Sequence[Job], wanted: Sequence[str], owner: str | None, *, running: bool) -> list[Job]:
    """The jobs that several JOB words name, each once. Raises as jobs.choose does."""
    now = machine.now()
    own = {
        job.id: job for job in found
        if owner in (None, job.owner) and not (running and (job.has_ended or job.is_forgotten(now)))
    }
    try:
        jobs = (own.get(word) or choose(found, word, owner, running=running, now=now) for word in wanted)
        return list(dict.fromkeys(jobs))
    except OtherUsers as e:
        owners = [f'{line(job)}, of {owner_name(job.owner)}' for job in e.found[:FEW]]
        raise UsageError(e.what, *owners) from None
