"""tao exec: a command, or a shell, in a running job's container."""
from __future__ import annotations

from ...base import host
from ...engine import process
from ...engine.client import Engine
from ...launch.plan import SHELL, check_tty
from .find import chosen, jobs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...base.output import Output
    from ...settings.option import Values


def exec_(
    engine: Engine, wanted: str, command: Sequence[str], options: Values, output: Output, *, dry_run: bool,
) -> int:
    """Become the engine's `exec`; a terminal is passed on by the rule of a launch."""
    streams = _streams(options)
    (job,) = chosen(jobs_of(engine, all_users=True, ended=True), [wanted], engine.owner, running=True)
    words = (*engine.words, 'exec', *streams, job.id, *(command or [SHELL]))
    if dry_run:
        output.result(output.line(words))
        return 0
    return process.become(words, engine.environ)


def _streams(options: Values) -> list[str]:
    """As plan.terminal: -t never without a terminal, and input only with it or when asked for."""
    terminals = host.terminals()
    check_tty(terminals, asked=bool(options.get('tty')))
    if options.get('tty') or (all(terminals) and not options.get('no_tty')):
        return ['-it']
    return ['-i'] if options.get('interactive') else []
