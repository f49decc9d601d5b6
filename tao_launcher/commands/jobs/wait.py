"""tao wait: wait for jobs and come back with their exit code."""
from __future__ import annotations

from ...base.errors import EngineError
from ...engine import answers
from ...engine.client import Engine
from ...engine.watch import watch
from ..help.verb_parser import add_dry_run
from .again import Again
from .asked import JOB, asked, patience
from .find import named
from .job import Job, lines
from .starting import started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Sequence

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
    return wait(engine, given.jobs, invocation, dry_run=dry_run)


def wait(
    engine: Engine, wanted: Sequence[str], invocation: Invocation, *, dry_run: bool,
    tick: Callable[[], None] | None = None,
) -> int:
    """Wait until the jobs have ended, and say why where they do. Returns the first exit code, in their order, but 0.

    An engine whose connection is lost is asked again. `tick` is called now and then, and shows what there is to be
    said. Negative when a signal ended the waiting. Raises EngineError when the engine does not know how one of them
    ended.
    """
    seconds, output = patience(invocation), invocation.output
    jobs = named(engine, wanted, engine.owner, running=False)
    # the client waits for one after the other, and a job with --rm takes its code with it
    groups = [[job for job in jobs if not job.auto_remove], *([job] for job in jobs if job.auto_remove)]
    groups = [list(some) for group in groups for some in answers.batches(group)]
    if dry_run:
        output.result(''.join(output.line(_command(engine, group)) for group in groups))
        return 0
    started(jobs, engine, tick)
    again = Again(engine, seconds, output)
    codes: dict[str, int] = {}
    while groups:
        number, told = watch((), [_command(engine, group) for group in groups], engine.environ, tick=tick)
        if number:
            return -number
        lost = []
        for group, answer in zip(groups, told):
            found = list(map(answers.exit_code, answer.split()))
            if len(found) == len(group) and None not in found:
                codes.update((job.id, code) for job, code in zip(group, found) if code is not None)
                continue
            there = [] if answer.strip() else again.look(group)  # an answer, if not of codes, is no lost connection
            if not there:
                raise EngineError('the engine does not know how all of them ended', *lines(group), advice='tao list -a')
            codes.update((job.id, job.exit_code) for job in there if job.has_ended)
            lost.append([job for job in there if not job.has_ended])
        groups = [group for group in lost if group]
    failed = [job for job in jobs if codes[job.id]]
    if failed and not tick:
        from .says import explain

        explain(failed, engine, invocation)
    return codes[failed[0].id] if failed else 0


def _command(engine: Engine, jobs: Sequence[Job]) -> tuple[str, ...]:
    return (*engine.words, 'wait', *(job.id for job in jobs))
