"""tao clean: remove the caller's ended jobs."""
from __future__ import annotations

from .engine import Engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..output import Output


def clean(engine: Engine, dry_run: bool, output: Output) -> int:
    """Remove the containers of own jobs that have ended, and print their ids."""
    ended = [job for job in engine.jobs(all_users=False, ended=True) if job.has_ended]
    if not ended:
        output.say('no ended jobs')
        return 0
    words = ('rm', '-v', *(job.id for job in ended))
    if dry_run:
        output.result(output.line((*engine.words, *words)))
        return 0
    answer = engine.ask(*words)
    left = {job.id for job in engine.jobs(all_users=False, ended=True)}
    output.result(''.join(f'{job.id}\n' for job in ended if job.id not in left))
    if any(job.id in left for job in ended):
        raise engine.failure(answer)
    return 0
