"""tao stop: end jobs. The caller's own, unless told otherwise."""
from __future__ import annotations

from ...base import machine
from ...base.errors import EngineError, UsageError
from ...base.text import plain, plural
from ...engine.client import Engine, owner_name
from ..help.verb_parser import add_dry_run
from . import starting
from .asked import JOB, asked, count
from .find import jobs_of, named
from .job import CLEAN, line, lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from ...base.output import Output
    from ...settings.invocation import Invocation
    from ..help.verb_parser import Parser
    from .job import Job

HELP = 'stop jobs'


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    add_dry_run(parser)
    parser.add_argument('jobs', nargs='*', metavar='JOB', help=JOB)
    parser.add_argument(
        '--container_id', '--container-id', nargs='+', action='extend', default=[], metavar='ID', help='jobs by id',
    )
    parser.add_argument('--all', action='store_true', help='all your jobs')
    parser.add_argument('--all-users', '--all_users', action='store_true', help="other users' jobs too")
    parser.add_argument('--yes', action='store_true', help='do not ask')
    parser.add_argument(
        '--time', type=count, default=30, metavar='SECONDS', help='until a job is killed (default: 30)',
    )


def run(given: Namespace, invocation: Invocation) -> int:
    """Run the verb. Returns its exit code; raises Fatal."""
    engine, dry_run = asked(given, invocation)
    wanted = [i for word in (*given.jobs, *given.container_id) for i in word.split(',') if i or not word]
    return stop(
        engine, wanted, given.time, invocation.output, all_jobs=given.all, all_users=given.all_users, yes=given.yes,
        dry_run=dry_run,
    )


def stop(
    engine: Engine, wanted: Sequence[str], seconds: int, output: Output, *, all_jobs: bool, all_users: bool, yes: bool,
    dry_run: bool,
) -> int:
    """Stop the jobs that `wanted` names, or all; each has `seconds` to end by itself.

    Prints the ids of those that ended, and returns 0, also where all jobs are none. Raises NothingMatched when
    nothing is what `wanted` names, UsageError for another user's job, EngineError when one does not stop.
    """
    if bool(wanted) == all_jobs:
        raise UsageError('which job?', advice='tao stop JOB…, or tao stop --all; tao list shows them')
    if all_jobs:
        jobs = jobs_of(engine, all_users=all_users, ended=False)
    else:
        jobs = named(engine, wanted, None if all_users else engine.owner, running=True)
    if not jobs:
        output.say('no jobs to stop')
        return 0
    if dry_run:
        commands = starting.stop_commands(jobs, engine, seconds)
        output.result(''.join(output.line((*engine.words, *words)) for words in commands))
        return 0
    if not yes:
        _confirm(jobs, engine, output)
    running, said = starting.stop(jobs, engine, seconds, output)
    left = {job.id for job in running}
    output.result(''.join(f'{job.id}\n' for job in jobs if job.id not in left))
    if running:
        advice = CLEAN if all(job.is_unstarted for job in running) else ''
        raise EngineError(f'{len(running)} of {len(jobs)} did not stop', *lines(running), *said[:5], advice=advice)
    return 0


def _confirm(jobs: Sequence[Job], engine: Engine, output: Output) -> None:
    """Ask before other users' jobs are stopped. Raises UsageError when nobody agrees."""
    others = [f'{line(job)}, of {owner_name(job.owner)}' for job in jobs if job.owner != engine.owner]
    if not others:
        return
    shown = ''.join(f'    {plain(other)}\n' for other in others)
    question = f'Stop {plural(len(others), "job")} of other users?\n{shown}[y/N] '
    if not machine.agrees(question, output.ask):
        raise UsageError("other users' jobs are stopped only when you say so", *others, advice='--yes')
