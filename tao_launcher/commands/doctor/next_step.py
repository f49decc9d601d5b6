"""What to do after `tao doctor`, for a person on a terminal."""
from __future__ import annotations

from ...base.shell import join
from ...engine import profiles
from ...engine.profile import NO_ENGINE
from ...tasks.listing import by_group
from ...tasks.load import load_catalogue
from .report import FIX_FIRST, has_failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...settings.invocation import Invocation
    from .facts import MachineFacts
    from .findings import Finding

USUAL = 'dino'  # of the tasks that are tried first


def next_step(findings: Sequence[Finding], facts: MachineFacts, invocation: Invocation) -> str:
    """The first fix, else the mounts file where there is none, else a dry run of a task; '' off a terminal."""
    options, output = invocation.options, invocation.output
    if output.quiet or not invocation.here.terminals.stdout:
        return ''
    if has_failed(findings):
        return FIX_FIRST.format('tao doctor')
    engine = ('--engine', str(options['engine'])) if options.get('engine') else ()
    if not facts.mounts_path and not profiles.profile(facts.engine).kind == NO_ENGINE:
        return join(('tao', *engine, 'config', 'init'))
    groups = by_group(load_catalogue(invocation.here, output))
    tasks = [task for found in groups.values() for task in sorted(found)]
    return join(('tao', *engine, '--dry-run=pretty', USUAL if USUAL in tasks else tasks[0], 'train'))
