"""argparse as the verbs use it."""
from __future__ import annotations

import argparse

from ...base import machine
from ...base.errors import UsageError
from ...base.suggest import did_you_mean, nearest
from ...settings.option import spellings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


class HelpAsked(Exception):
    """A verb's --help, with its text."""


class Formatter(argparse.HelpFormatter):
    """Help with one of the spellings of an option, with - or with _."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=machine.text_columns() - 2)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        from copy import copy  # only where help is shown

        shown = copy(action)
        shown.option_strings = spellings(action.option_strings)
        return super()._format_action_invocation(shown)


class Parser(argparse.ArgumentParser):
    """argparse with our errors, and with our way to write."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**{'formatter_class': Formatter, **named})

    def error(self, message: str) -> NoReturn:
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction) and message.endswith(f': {action.dest}'):
                message = f'{self.prog}: which {action.dest}? {", ".join(action.choices)}'
        message = message.replace('the following arguments are required:', f'{self.prog}: missing')
        raise UsageError(message, advice=f'{self.prog} --help')

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            name = ''.join(action.option_strings[:1]) or action.dest
            known = [str(choice) for choice in action.choices]
            raise UsageError(
                f'{self.prog}: {name} "{value}": expected {", ".join(known)}',
                *filter(None, [did_you_mean(nearest(value, known))]), advice=f'{self.prog} --help',
            )

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        """The value of an option or an argument, which an empty word never is; what has choices says which."""
        if action.choices is None and '' in arg_strings:
            raise argparse.ArgumentError(action, 'it is an empty word: was a variable not set?')
        return super()._get_values(action, arg_strings)

    def print_help(self, file: object = None) -> None:
        raise HelpAsked(self.format_help())


def add_dry_run(parser: Parser, help: str = "print the engine's command instead") -> None:
    """Add --dry-run to a verb's own options."""
    parser.add_argument('--dry-run', '--dry_run', action='store_true', help=help)
