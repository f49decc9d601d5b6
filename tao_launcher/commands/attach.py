"""tao attach: come back to a job. No way of leaving it reaches the job."""
from __future__ import annotations

from .. import process
from .engine import Engine, chosen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..output import Output


def attach(engine: Engine, wanted: str, dry_run: bool, output: Output) -> int:
    """Follow a job to its end and return its exit code; a job on a terminal gets this terminal.

    Without a terminal of its own a job is followed by its log: an attached client would pass
    Ctrl-C and a hang-up on to it.
    """
    (job,) = chosen(engine.jobs(all_users=True, ended=True), [wanted], engine.owner, running=True)
    if job.tty:
        words = (*engine.words, 'attach', '--sig-proxy=false', job.id)
        if dry_run:
            output.result(output.line(words))
            return 0
        output.notice('Ctrl-P Ctrl-Q leaves the job running')
        return process.become(words, engine.environ)
    follow = (*engine.words, 'logs', '-f', '--tail', '20', job.id)
    waiting = (*engine.words, 'wait', job.id)
    if dry_run:
        output.result(output.line(follow) + output.line(waiting))
        return 0
    code = process.follow(follow, waiting, engine.environ)
    if code is None:
        output.notice(f'left; the job runs on (tao attach {job.id[:12]})')
        return -process.INTERRUPT
    return code
