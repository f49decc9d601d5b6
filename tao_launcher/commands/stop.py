"""tao stop: end jobs. The caller's own, unless told otherwise."""
from __future__ import annotations

from .. import machine
from ..errors import EngineError, NothingMatched, UsageError
from .engine import Engine, chosen, owner_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..jobs import Job
    from ..output import Output


def stop(
    engine: Engine, wanted: Sequence[str], all_jobs: bool, all_users: bool, yes: bool, seconds: int, dry_run: bool,
    output: Output,
) -> int:
    """Stop the jobs that `wanted` names, or all; each has `seconds` to end by itself.

    Returns 0 once they have ended. Raises NothingMatched when there is nothing to stop, UsageError
    for another user's job.
    """
    if bool(wanted) == all_jobs:
        raise UsageError('which job?', advice='tao stop JOB…, or tao stop --all; tao list shows them')
    found = engine.jobs(all_users=True, ended=True)
    if all_jobs:
        jobs = [job for job in found if not job.has_ended and (all_users or job.owner == engine.owner)]
    elif all_users:
        jobs = [job for word in wanted for job in chosen(found, [word], _owner_of(found, word, engine), running=True)]
    else:
        jobs = chosen(found, wanted, engine.owner, running=True)
    if not jobs:
        raise NothingMatched('no jobs to stop', advice='tao list')
    words = (*engine.words, 'stop', '-t', str(seconds), *(job.id for job in jobs))
    if dry_run:
        output.result(output.line(words))
        return 0
    _confirm(jobs, engine, yes)
    answer = engine.ask(*words[len(engine.words):], timeout=seconds + 60.0)
    left = {job.id for job in engine.jobs(all_users=True, ended=False)} & {job.id for job in jobs}
    for job in jobs:
        if job.id not in left:
            output.result(f'{job.id}\n')
    if left:
        raise EngineError(f'{len(left)} of {len(jobs)} did not stop', *sorted(left), answer.err.strip()[:200])
    return 0


def _owner_of(found: Sequence[Job], word: str, engine: Engine) -> str:
    from ..jobs import matches

    owners = [job.owner for job in found if matches(job, word)]
    return owners[0] if owners and engine.owner not in owners else engine.owner


def _confirm(jobs: Sequence[Job], engine: Engine, yes: bool) -> None:
    """Ask before other users' jobs are stopped. Raises UsageError when nobody agrees."""
    others = [job for job in jobs if job.owner != engine.owner]
    if not others or yes:
        return
    lines = [f'{job.id[:12]}  {job.task}, of {owner_name(job.owner)}' for job in others]
    if not machine.agrees(f'Stop {len(others)} jobs of other users?\n' + '\n'.join(lines) + '\n[y/N] '):
        raise UsageError('other users\' jobs are not stopped without being told so', *lines, advice='--yes')
