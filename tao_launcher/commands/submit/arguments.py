"""The words that `tao submit` takes."""
from __future__ import annotations

import argparse

from ...settings.programs import KUBERNETES, SLURM
from ...settings.submit_options import SUBMIT
from ..help.verb_parser import HelpAsked, Parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...settings.invocation import Invocation


HELP = 'run a task on a cluster'


def help_text(program: str) -> str:
    """What --help says of 'submit slurm' or 'submit kubernetes'."""
    top = Parser(prog='tao submit', add_help=False)
    add(top)
    try:
        top.parse_args([program.split()[1], '--help'])
    except HelpAsked as e:
        return str(e)
    raise AssertionError(program)


def add(parser: Parser) -> None:
    """Add the clusters, each with its options, to the parser of `tao submit`."""
    engines = parser.add_subparsers(dest='engine', required=True, parser_class=Parser)
    for program, text in (
        (SLURM, 'run a task as a batch job of Slurm: a container on each of its nodes'),
        (KUBERNETES, 'run a task as a Job of Kubernetes: a pod for each node'),
    ):
        one = engines.add_parser(
            program.split()[1], help=text, description=text, allow_abbrev=False,
            usage=f'tao {program} [options] [GROUP] TASK SUBTASK [ARGS...]',
            epilog="The launcher's options (tao --help options) may be given here or before submit; --dry-run prints "
                   'what is handed over.',
        )
        for option in (option for option in SUBMIT if program in option.programs):
            names = dict.fromkeys((option.name, '--' + option.name[2:].replace('_', '-')))
            if option.value:
                action, more = ('append', ' (repeatable)') if option.repeatable else ('store', '')
                one.add_argument(*names, metavar=option.value, action=action, help=option.help + more)
            else:
                one.add_argument(*names, action='store_true', help=option.help)
        one.add_argument('words', nargs=argparse.REMAINDER, metavar='TASK', help='a task and what belongs to it')


def run(given: argparse.Namespace, invocation: Invocation) -> int:
    """Never: what follows `submit slurm` is not for a parser, and goes to submit.submit directly."""
    raise AssertionError(given)
