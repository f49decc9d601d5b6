"""tao logs: what a job has written."""
from __future__ import annotations

from ...engine import process
from ...engine.client import Engine
from ..help.verb_parser import add_dry_run
from .asked import JOB, asked, tail
from .find import chosen, jobs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from ...base.output import Output
    from ...settings.invocation import Invocation
    from ..help.verb_parser import Parser

HELP = 'show what a job has written'


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    add_dry_run(parser)
    parser.add_argument('job', metavar='JOB', help=JOB)
    parser.add_argument('-f', '--follow', action='store_true', help='go on until the job ends')
    parser.add_argument('--tail', type=tail, metavar='N', help='only the last N lines')


def run(given: Namespace, invocation: Invocation) -> int:
    """Run the verb. Returns its exit code; raises Fatal."""
    engine, dry_run = asked(given, invocation)
    return logs(engine, given.job, given.tail or '', invocation.output, follow=given.follow, dry_run=dry_run)


def logs(engine: Engine, wanted: str, tail: str, output: Output, *, follow: bool, dry_run: bool) -> int:
    """Become the engine's `logs` of the job. Leaving it leaves the job alone."""
    (job,) = chosen(jobs_of(engine, all_users=True, ended=True), [wanted], engine.owner, running=False)
    words = (
        *engine.words, 'logs', *(['-f'] if follow else []), *(['--tail', tail] if tail else []), job.id,
    )
    if dry_run:
        output.result(output.line(words))
        return 0
    return process.become(words, engine.environ)
