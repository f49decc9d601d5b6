"""Quotes and operators that were meant for a shell, which launchers before this one had run the command. Pure."""
from __future__ import annotations

from ..base.shell import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..settings.values import Variable

OPERATORS = frozenset(('&&', '||', '|', ';', '&', '>', '>>', '<', '2>', '2>&1', '&>'))
# To these some of them are words like any other.
TAKE_THEM = {'find': (';',), 'expr': ('|', '&', '<', '>'), 'test': ('<', '>'), '[': ('<', '>')}


def notices(command: Sequence[str], variables: Sequence[Variable], *, by_runner: bool) -> list[str]:
    """What to say of a command and of the variables of --env; `by_runner` that it is a developer runner's."""
    found = [
        f'--env {variable.name}: the quotes around its value are part of it in the job; no shell takes them away here'
        for variable in variables if by_runner and _is_quoted(variable.value or '')
    ]
    for option, script in zip(command, command[1:]):
        if option == '-c' and _is_quoted(script) and (script[0] == "'" or '"' not in script[1:-1] and ' ' in script):
            outer, inner = ('"', "'") if script[0] == "'" else ("'", '"')
            found.append(
                f'quotes are passed through unchanged: write bash -c {outer}…{outer} without the inner {inner}…{inner}'
            )
    return [*found, *(_operators(command) if by_runner else [])]


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] and text[0] in '\'"'


def _operators(command: Sequence[str]) -> list[str]:
    """A notice for operators of a shell that are words of the command, or for a command that is one word."""
    program = command[0].rpartition('/')[2] if command else ''
    operators = OPERATORS.difference(TAKE_THEM.get(program, ()))
    used = [word for word in dict.fromkeys(command[1:]) if word in operators]
    if used and '-c' not in command[1:2]:
        text = ' '.join(word if word in operators else quote(word) for word in _without_secrets(command))
        are = 'is a word' if len(used) == 1 else 'are words'
        shown = ' and '.join(used)
        return [f'{shown} {are} of the command, as no shell runs it: for one, write bash -c {quote(text)}']
    if len(command) == 1 and len(command[0].split()) > 1 and '/' not in command[0].split()[0]:
        return [f'the command is one word, which nothing splits: write bash -c {quote(_without_secrets(command)[0])}']
    return []


def _without_secrets(command: Sequence[str]) -> Sequence[str]:
    from ..base.masking import masked_words

    return masked_words(command)
