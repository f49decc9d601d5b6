"""tao exec: a command, or a shell, in a running job's container."""
from __future__ import annotations

from .. import host, process
from ..plan import SHELL
from .engine import Engine, chosen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..output import Output


def exec_(
    engine: Engine, wanted: str, command: Sequence[str], interactive: bool, dry_run: bool, output: Output,
) -> int:
    """Become the engine's `exec`; a terminal is passed on by the rule of a launch."""
    (job,) = chosen(engine.jobs(all_users=True, ended=True), [wanted], engine.owner, running=True)
    streams = ['-it'] if all(host.terminals()) else ['-i'] if interactive else []
    words = (*engine.words, 'exec', *streams, job.id, *(command or [SHELL]))
    if dry_run:
        output.result(output.line(words))
        return 0
    return process.become(words, engine.environ)
