"""tao wait: wait for jobs and come back with their exit code."""
from __future__ import annotations

from ...base.errors import EngineError
from ...engine import answers, process
from ...engine.client import Engine
from ..help.verb_parser import add_dry_run
from .asked import JOB, asked
from .find import chosen, jobs_of
from .job import Job, lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from ...base.output import Output
    from ...settings.invocation import Invocation
    from ..help.verb_parser import Parser

HELP = 'wait for jobs, exit with the first code that is not 0'


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    add_dry_run(parser)
    parser.add_argument('jobs', nargs='+', metavar='JOB', help=JOB)


def run(given: Namespace, invocation: Invocation) -> int:
    """Run the verb. Returns its exit code; raises Fatal."""
    engine, dry_run = asked(given, invocation)
    return wait(engine, given.jobs, invocation.output, dry_run=dry_run)


def wait(engine: Engine, wanted: Sequence[str], output: Output, *, dry_run: bool) -> int:
    """Wait until the jobs have ended. Returns the first exit code, in their order, that is not 0.

    Negative when a signal ended the waiting. Raises EngineError when the engine does not know how one
    of them ended.
    """
    jobs = chosen(jobs_of(engine, all_users=True, ended=True), wanted, engine.owner, running=False)
    # the client waits for one after the other, and a job with --rm takes its code with it
    groups = [[job for job in jobs if not job.auto_remove], *([job] for job in jobs if job.auto_remove)]
    groups = [list(some) for group in groups for some in answers.batches(group)]
    commands = [(*engine.words, 'wait', *(job.id for job in group)) for group in groups]
    if dry_run:
        output.result(''.join(map(output.line, commands)))
        return 0
    number, told = process.watch((), commands, engine.environ)
    if number:
        return -number
    codes: dict[Job, int] = {}
    for group, answer in zip(groups, told):
        found = list(map(answers.exit_code, answer.split()))
        if len(found) != len(group) or None in found:
            raise EngineError('the engine does not know how all of them ended', *lines(group), advice='tao list -a')
        codes.update((job, code) for job, code in zip(group, found) if code is not None)
    return next((codes[job] for job in jobs if codes[job]), 0)
