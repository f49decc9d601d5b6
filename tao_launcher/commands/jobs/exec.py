"""tao exec: a command, or a shell, in a running job's container."""
from __future__ import annotations

from ...base import host
from ...base.errors import EmptyWord, UsageError
from ...engine.client import Engine
from ...engine.foreground import become, show
from ...engine.signals import Unwinding
from ...launch.plan import NO_INPUT, SHELL, check_tty
from ..help.verb_parser import add_dry_run
from .asked import JOB, asked
from .find import named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from ...base.output import Output
    from ...settings.invocation import Invocation
    from ...settings.option import Values
    from ..help.verb_parser import Parser

HELP = "run a command, or a shell, in a job's container"


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    add_dry_run(parser)
    parser.add_argument('job', metavar='JOB', help=JOB)
    parser.add_argument('command', nargs='*', default=[], metavar='COMMAND', help='with its words (default: a shell)')


def split(words: list[str]) -> tuple[list[str], list[str]]:
    """(the words up to JOB, the command after it) of exec: argparse would not leave a command as it is."""
    for i, word in enumerate(words):
        if i and (not word.startswith('-') or word == '--'):
            end = i + (2 if word == '--' else 1)
            return words[:end], words[end:]
    return words, []


def _look_at(given: Namespace) -> None:
    """What follows exec's JOB is the command, untouched; but a dry run must never turn into a run."""
    if given.command[:1] in (['--dry-run'], ['--dry_run']):
        given.dry_run = bool(given.command.pop(0))
    if given.command[:1] == ['--']:
        del given.command[0]
    elif given.command and given.command[0].startswith('-'):
        raise UsageError(f'exec: {given.command[0]} is no command', advice='tao exec --help; options go before JOB')
    if given.command[:1] == ['']:
        raise EmptyWord('the command', advice='tao exec JOB COMMAND [ARGS...]')


def run(given: Namespace, invocation: Invocation) -> int:
    """Run the verb. Returns its exit code; raises Fatal."""
    _look_at(given)
    engine, dry_run = asked(given, invocation)
    return exec_(engine, given.job, given.command, invocation.options, invocation.output, dry_run=dry_run)


def exec_(
    engine: Engine, wanted: str, command: Sequence[str], options: Values, output: Output, *, dry_run: bool,
) -> int:
    """Run the engine's `exec`; a terminal is passed on by the rule of a launch. Negative when a signal ended it."""
    streams = _streams(options)
    (job,) = named(engine, [wanted], engine.owner, running=True)
    if not (command or streams):
        output.notice(NO_INPUT)
    words = (*engine.words, 'exec', *streams, job.id, *(command or [SHELL]))
    if dry_run:
        output.result(output.line(words))
        return 0
    if '-it' in streams:
        return become(words, engine.environ)
    # not by becoming it: docker's client of today ends with 0 when it is interrupted
    try:
        with Unwinding():
            code = show(words, engine.environ, has_errors=False).code or 0
    except (KeyboardInterrupt, SystemExit) as e:  # TERM, HUP or QUIT, of which the launcher then dies itself
        output.notice(f'left; the command goes on in container {job.id[:12]}')
        if isinstance(e, SystemExit):
            return 128 - int(e.code or 0)
        raise
    return code if code >= 0 else 128 - code


def _streams(options: Values) -> list[str]:
    """As plan.terminal: -t never without a terminal, and input only with it or when asked for."""
    terminals = host.terminals()
    check_tty(terminals, asked=bool(options.get('tty')))
    if options.get('tty') or (all(terminals) and not options.get('no_tty')):
        return ['-it']
    return ['-i'] if options.get('interactive') else []
