"""tao logs: what a job has written."""
from __future__ import annotations

from ...base import machine
from ...engine import foreground, process
from ...engine.client import Engine
from ...engine.signals import Unwinding
from ..help.verb_parser import add_dry_run
from .again import OVERLAP, Again, has_no_log, went_on
from .asked import JOB, asked, patience, tail
from .find import named
from .starting import check, started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from ...settings.invocation import Invocation
    from ..help.verb_parser import Parser
    from .job import Job

AT_ONCE = 1.0  # seconds: what ends so soon may have been refused, and not lost
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
    return logs(engine, given.job, given.tail or '', invocation, follow=given.follow, dry_run=dry_run)


def logs(engine: Engine, wanted: str, tail: str, invocation: Invocation, *, follow: bool, dry_run: bool) -> int:
    """Show the engine's `logs` of the job, and after them what an ended one says of its failure.

    Leaving it leaves the job alone. Followed, an engine whose connection is lost is asked again.
    """
    seconds, output = patience(invocation), invocation.output
    (job,) = named(engine, [wanted], engine.owner, running=False)
    words = (
        *engine.words, 'logs', *(['-f'] if follow else []), *(['--tail', tail] if tail else []), job.id,
    )
    if dry_run:
        output.result(output.line(words))
        return 0
    output.check_result()
    if follow:
        (job,) = started([job], engine)
    elif job.is_forgotten(machine.now()):
        check([job])
    has_failed = job.has_ended and job.exit_code != 0
    if not follow and not has_failed:
        return foreground.become(words, engine.environ)
    code, ended = _shown(words, job, Again(engine, seconds, output), engine)
    if ended:
        from .says import explain

        explain([ended], engine, invocation)
    return code


def _shown(words: tuple[str, ...], job: Job, again: Again, engine: Engine) -> tuple[int, Job | None]:
    """Show the log as long as the job runs: (the exit code, the job if it is known to have failed, or is gone)."""
    while True:
        begun = process.clock()
        try:
            with Unwinding():
                code = foreground.follow(words, engine.environ)
        except SystemExit as e:  # TERM or HUP, of which the launcher then dies itself
            return 128 - int(e.code or 0), None
        lost_at = machine.now()
        if job.has_ended or code > 128:  # nobody reads it
            return code, job if job.has_ended and job.exit_code and code <= 128 else None
        if code and process.clock() - begun < AT_ONCE and has_no_log(job, engine):
            return code, None
        there = again.look([job])
        if not there:
            return code, job
        if there[0].has_ended and code == 0 and not went_on(there[0], lost_at):
            return code, there[0] if there[0].exit_code else None
        (job,) = there  # of one that has ended meanwhile the rest is shown
        words = (*engine.words, 'logs', '-f', '--since', f'{lost_at - OVERLAP:.6f}', job.id)
