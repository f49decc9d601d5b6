"""tao logs: what a job has written."""
from __future__ import annotations

from .. import process
from .engine import Engine, chosen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..output import Output


def logs(engine: Engine, wanted: str, follow: bool, tail: str, dry_run: bool, output: Output) -> int:
    """Become the engine's `logs` of the job. Leaving it leaves the job alone."""
    (job,) = chosen(engine.jobs(all_users=True, ended=True), [wanted], engine.owner, running=False)
    words = (
        *engine.words, 'logs', *(['-f'] if follow else []), *(['--tail', tail] if tail else []), job.id,
    )
    if dry_run:
        output.result(output.line(words))
        return 0
    return process.become(words, engine.environ)
