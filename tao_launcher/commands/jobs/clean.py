"""tao clean: remove the caller's ended jobs, and what never became one."""
from __future__ import annotations

from ...base import machine
from ...base.errors import EngineError
from ...engine import answers
from ...engine.client import Engine
from ..help.verb_parser import add_dry_run
from .asked import asked
from .find import ids_of, jobs_of
from .job import lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from ...base.output import Output
    from ...settings.invocation import Invocation
    from ..help.verb_parser import Parser

HELP = 'remove your ended jobs'


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    add_dry_run(parser)


def run(given: Namespace, invocation: Invocation) -> int:
    """Run the verb. Returns its exit code; raises Fatal."""
    engine, dry_run = asked(given, invocation)
    return clean(engine, invocation.output, dry_run=dry_run)


def clean(engine: Engine, output: Output, *, dry_run: bool) -> int:
    """Remove the containers of own jobs that have ended or never started, and print their ids.

    Returns 0; raises EngineError.
    """
    now = machine.now()
    ended = [job for job in jobs_of(engine, all_users=False, ended=True) if job.has_ended or job.is_forgotten(now)]
    if not ended:
        output.say('no ended jobs')
        return 0
    commands = [('rm', '-v', *ids) for ids in answers.batches([job.id for job in ended])]
    if dry_run:
        output.result(''.join(output.line((*engine.words, *words)) for words in commands))
        return 0
    said = [line for words in commands for line in engine.ask(*words).err.splitlines()]
    # what the client says does not matter: someone else may have removed one meanwhile
    there = set(ids_of(engine, all_users=False, ended=True))
    output.result(''.join(f'{job.id}\n' for job in ended if job.id not in there))
    left = [job for job in ended if job.id in there]
    if left:
        raise EngineError(
            f'{len(left)} of {len(ended)} could not be removed', *lines(left), *said[:5],
        )
    return 0
