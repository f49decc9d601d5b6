"""Options that are not known: what each may mean, and whether a value follows it. Pure."""
from __future__ import annotations

from ..base.errors import UsageError
from ..base.suggest import did_you_mean, nearest
from .options import SUBMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Mapping, Sequence

    from .option import Option


def refusal(names: Sequence[str], program: str, known: Mapping[str, Option]) -> UsageError:
    """The error that names them all."""
    where = f'tao {program} --help' if ' ' in program else f'{program} --help options'
    if len(names) == 1:
        return UsageError(f'unknown option {names[0]}', *_hint(names[0], known), advice=where)
    hints = (f'{name}: {hint}' for name in names for hint in _hint(name, known))
    return UsageError(f'unknown options {", ".join(names)}', *hints, advice=where)


def skipped(name: str, equals: str, rest: deque[str], known: Mapping[str, Option]) -> bool:
    """Whether the words after one can be read on: when what it may mean tells whether its value follows, which goes."""
    meant = [known[each] for each in _meant(name, known)]
    takes_value = {bool(option.value) and not option.optional for option in meant}
    if takes_value == {True} and not equals and rest and not rest[0].startswith('-'):
        rest.popleft()
    return len(takes_value) == 1


def _hint(name: str, known: Mapping[str, Option]) -> list[str]:
    if not name.startswith('--'):
        return []
    key = name[2:].replace('-', '_')
    owners = [owner for option in SUBMIT if option.key == key for owner in option.programs]
    if owners:
        return [f'it is an option of tao {" and ".join(owners)}, and goes after that']
    meant = _meant(name, known)
    return [did_you_mean(meant)] if meant else []


def _meant(name: str, known: Mapping[str, Option]) -> list[str]:
    """The options that one abbreviates, as argparse takes them, or else is a slip of."""
    start = name.replace('-', '_')
    whole = {option.name for option in known.values() if option.name.replace('-', '_').startswith(start)}
    if whole and len(name) > 3:
        return sorted(whole)
    # the dashes would make every option look alike
    return [f'--{each}' for each in nearest(name[2:], {option.name[2:] for option in known.values()})]
