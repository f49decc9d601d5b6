"""tao wait: wait for jobs and come back with their exit code."""
from __future__ import annotations

from .. import process
from .engine import Engine, chosen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..output import Output


def wait(engine: Engine, wanted: Sequence[str], dry_run: bool, output: Output) -> int:
    """Wait until the jobs have ended. Returns the first exit code, in their order, that is not 0.

    Raises EngineError when the engine goes away meanwhile.
    """
    jobs = chosen(engine.jobs(all_users=True, ended=True), wanted, engine.owner, running=False)
    words = (*engine.words, 'wait', *(job.id for job in jobs))
    if dry_run:
        output.result(output.line(words))
        return 0
    answer = process.ask(words, engine.environ, timeout=float('inf'))
    codes = [int(code) for code in answer.out.split() if code.isdigit()]
    if len(codes) != len(jobs):
        raise engine.failure(answer)
    return next((code for code in codes if code), 0)
