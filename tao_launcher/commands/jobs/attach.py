"""tao attach: come back to a job. No way of leaving it reaches the job."""
from __future__ import annotations

from ...base import host, machine
from ...base.errors import EngineError
from ...engine import answers, foreground, process, profiles
from ...engine.client import Engine
from ...engine.watch import UNSHOWN, watch
from ..help.verb_parser import add_dry_run
from .again import AT_ONCE, OVERLAP, Again, has_no_log, went_on
from .asked import JOB, asked, patience
from .find import ids_of, named
from .job import line
from .starting import as_they_are, started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from ...base.output import Output
    from ...settings.invocation import Invocation
    from ..help.verb_parser import Parser
    from .job import Job

HELP = 'come back to a job; leaving it never ends it'


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    add_dry_run(parser)
    parser.add_argument('job', metavar='JOB', help=JOB)


def run(given: Namespace, invocation: Invocation) -> int:
    """Run the verb. Returns its exit code; raises Fatal."""
    engine, dry_run = asked(given, invocation)
    seconds = patience(invocation)
    (job,) = named(engine, [given.job], engine.owner, running=True)
    if not dry_run:
        (job,) = started([job], engine)
    code = attach(engine, job, seconds, invocation.output, dry_run=dry_run)
    if code > 0:
        from .says import explain

        explain([job], engine, invocation)
    return code


def attach(engine: Engine, job: Job, seconds: int, output: Output, *, dry_run: bool) -> int:
    """Follow a job to its end and return its exit code; a job on a terminal gets this terminal.

    Any other is followed by its log, because an attached client would pass Ctrl-C and a hang-up on to
    it; an engine whose connection is lost is asked again for `seconds`. Negative when a signal ended the
    following.
    """
    if job.tty and all(host.terminals()):
        words = (*engine.words, 'attach', '--sig-proxy=false', job.id)
        if dry_run:
            output.result(output.line(words))
            return 0
        output.notice('Ctrl-P Ctrl-Q leaves the job running')
        if engine.daemon.profile.attach_tells_code:
            return foreground.become(words, engine.environ)
        return _on_terminal(words, job, engine, output)
    follow: tuple[str, ...] = (*engine.words, 'logs', '-f', '--tail', '20', job.id)
    waiting = (*engine.words, 'wait', job.id)
    if dry_run:
        output.result(output.line(follow) + output.line(waiting))
        return 0
    again = Again(engine, seconds, output)
    while True:
        begun = process.clock()
        number, told = watch(follow, [waiting], engine.environ)
        if number:
            output.notice(f'left; the job runs on ({profiles.tao(engine.words)} attach {job.id[:12]})')
            return -number
        code, lost_at = answers.exit_code(''.join(told)), machine.now()
        if code is not None:
            return code
        is_silent = not ''.join(told).strip()
        if follow and is_silent and _cannot_be_followed(job, engine, process.clock() - begun):
            output.notice(f'its log cannot be shown; waiting for its end ({profiles.tao(engine.words)} wait does, too)')
            follow = ()
            continue
        there = again.look([job]) if is_silent else []  # an answer, if no code, is no lost connection
        if not there:
            raise _untold(job, engine)
        if follow:
            follow = (*engine.words, 'logs', '-f', '--since', f'{lost_at - OVERLAP:.6f}', job.id)
        if there[0].has_ended:
            if follow and went_on(there[0], lost_at):
                foreground.follow(follow, engine.environ)  # the rest
            return there[0].exit_code


def _cannot_be_followed(job: Job, engine: Engine, seconds: float) -> bool:
    """Whether a job that is there has no log to follow, as following it ended after so many seconds."""
    is_early = seconds < AT_ONCE + UNSHOWN
    return is_early and has_no_log(job, engine) and bool(as_they_are([job], engine))


def _on_terminal(words: Sequence[str], job: Job, engine: Engine, output: Output) -> int:
    """Attach this terminal to a job; its exit code, or 0 when it was left. Raises EngineError."""
    number, told = watch(words, [(*engine.words, 'wait', job.id)], engine.environ, on_terminal=True)
    if number:
        return -number
    code = answers.exit_code(''.join(told))
    if code is not None:
        return code
    if job.id not in ids_of(engine, all_users=True, ended=False):
        raise _untold(job, engine)  # it ended before its code could be asked for
    output.notice('left; the job runs on')
    return 0


def _untold(job: Job, engine: Engine) -> EngineError:
    return EngineError(
        'the job could not be followed to its end', line(job),
        advice=f'{profiles.tao(engine.words)} wait {job.id[:12]}',
    )
