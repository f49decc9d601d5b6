"""tao logs: what a job has written."""
from __future__ import annotations

from ...engine import process
from ...engine.client import Engine
from .find import chosen, jobs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...base.output import Output


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
