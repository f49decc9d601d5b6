"""The verbs beside running a task. Each is a module of its own, which settings/programs.py names.

Such a module has HELP, `add(parser)` for the words and options that follow the verb's name, and
`run(given, invocation)`, which returns the exit code and raises Fatal. `split(words)`, where it has that, takes off
what the parser must not see.
"""
from __future__ import annotations

from importlib import import_module

from ..base.errors import UsageError
from ..settings.options import OPTIONS
from ..settings.programs import KUBERNETES, SLURM, VERBS, WITH_STEPS
from .help.verb_parser import HelpAsked, Parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable
    from typing import NoReturn, Protocol

    from ..settings.invocation import Invocation

    class Verb(Protocol):
        """A verb's module."""

        HELP: str

        def add(self, parser: Parser) -> None:
            """Add what follows the verb's name."""

        def run(self, given: Namespace, invocation: Invocation) -> int:
            """Do it."""


def module(verb: str) -> Verb:
    """The module of a verb."""
    return import_module(f'.{VERBS[verb]}', __package__)


def parser(verbs: Iterable[str] = VERBS) -> Parser:
    """The parser of these verbs, and of their options."""
    top = Parser(prog='tao', add_help=False, allow_abbrev=False)
    added = top.add_subparsers(dest='verb', parser_class=Parser)
    for verb in verbs:
        found = module(verb)
        found.add(added.add_parser(verb, help=found.HELP, description=found.HELP, allow_abbrev=False))
    return top


def verb(words: list[str], invocation: Invocation) -> int:
    """Run the verb in `words`. Returns its exit code; raises Fatal."""
    if ' '.join(words[:2]) in (SLURM, KUBERNETES) and words[2:3] not in (['-h'], ['--help']):
        from .submit.submit import submit

        return submit(' '.join(words[:2]), words[2:], invocation)
    if words[0] in WITH_STEPS and words[1:] and words[1].startswith('-') and words[1] not in ('-h', '--help'):
        _refuse(words[1], words[0], f'options go after the word that follows {words[0]}')
    found = module(words[0])
    split = getattr(found, 'split', None)
    words, command = split(words) if split else (words, [])
    try:
        given, unknown = parser(words[:1]).parse_known_args(words)
    except HelpAsked as e:
        invocation.output.result(str(e))
        return 0
    if unknown:
        step = getattr(given, 'action', '') or getattr(given, 'step', '')
        _refuse(unknown[0], f'{given.verb} {step}'.rstrip())
    if invocation.options.get('explain'):
        raise UsageError(f'--explain explains a launch, which {given.verb} does not do', advice='tao --explain TASK …')
    given.command = command
    return found.run(given, invocation)


def _refuse(word: str, verb: str, *why: str) -> NoReturn:
    name = word.partition('=')[0].replace('_', '-')
    for option in OPTIONS:
        if name in (option.name.replace('_', '-'), option.short or None):
            if verb == 'again':
                from .history.again import keeps_its_options

                raise keeps_its_options(option.name)
            raise UsageError(
                f'{word} is an option of the launcher and goes before {verb}',
                advice=f'tao {option.example} {verb} …',
            )
    raise UsageError(f'{verb}: unexpected "{word}"', *why, advice=f'tao {verb} --help')
