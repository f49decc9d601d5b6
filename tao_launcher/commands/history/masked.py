"""The words of a launch with what was masked in them given again. Pure."""
from __future__ import annotations

from ...base.errors import UsageError
from ...base.record import Record
from ...base.shell import join, quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .entries import PastLaunch

HIDDEN = '***'
# Options whose NAME=VALUE may be NAME alone, for the value of the environment.
BY_NAME = ('--env', '--build-arg', '--build_arg', '--build-secret', '--build_secret')


class Masked(Record):
    """A word that is not whole: its option ('' for none), the words that it takes the place of, and how to write it."""

    option: str
    first: int
    last: int
    example: tuple[str, ...] = ()
    name: str = ''  # of the variable that may have the value


def restored(launch: PastLaunch, more: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """The words of a launch without those that `more`, which follows them, has anew; values of variables go by name.

    Raises UsageError that names every word that is still to be given.
    """
    words: list[str | None] = [*launch.words]
    faults: list[str] = []
    examples: list[str] = []
    exports: list[str] = []
    for at in launch.masked:
        if not 0 <= at < len(launch.words):
            continue
        found = _masked(launch.words, at)
        if found.name and found.name in environ:
            words[at] = launch.words[at].partition(f'={HIDDEN}')[0]
        elif not found.name and found.option and _has(more, found.option):
            words[found.first:found.last] = [None] * (found.last - found.first)
        else:
            faults.append(f'word {at + 1}: {" ".join(launch.words[found.first:found.last])}')
            exports += [found.name] if found.name else []
            examples += found.example
            if not found.name and not found.example:
                faults[-1] += ', which cannot be given anew: see tao history LAUNCH --format shell'
    if faults:
        raise _asking(launch.id, faults, exports, examples)
    return [word for word in words if word is not None]


def check(more: Sequence[str]) -> None:
    """Raise UsageError for a word whose whole value is what is shown in place of a secret, as when it was copied."""
    for word in more:
        if word in (HIDDEN, f'-k{HIDDEN}') or word.endswith(f'={HIDDEN}'):
            raise UsageError(f'"{word}": {HIDDEN} is only shown in place of a secret: write the value itself')


def _asking(id: str, faults: Sequence[str], exports: Sequence[str], examples: Sequence[str]) -> UsageError:
    what = f'launch {id} had secrets, which the history does not keep'
    if exports:
        return UsageError(what, *faults, advice=f'export {join(exports)}')
    if examples:
        return UsageError(what, *faults, advice=f'tao again {quote(id)} -- {join(examples)}')
    return UsageError(what, *faults)


def _masked(words: Sequence[str], at: int) -> Masked:
    word, before = words[at], words[at - 1] if at else ''
    option, equals, value = word.partition('=')
    if before in BY_NAME and value == HIDDEN:
        return Masked(before, at - 1, at + 1, name=option)
    if option in BY_NAME and value.endswith(f'={HIDDEN}'):
        return Masked(option, at, at + 1, name=value.partition('=')[0])
    if word == HIDDEN and before.startswith('-'):
        return Masked(before, at - 1, at + 1, (before, 'VALUE'))
    if equals and value == HIDDEN:
        return Masked(option, at, at + 1, (f'{option}=VALUE',))
    if word == f'-k{HIDDEN}':
        return Masked('-k', at, at + 1, ('-k', 'VALUE'))
    return Masked('', at, at + 1)


def _has(words: Sequence[str], option: str) -> bool:
    """Whether the option is among the words, with its value joined to it or not."""
    return any(
        word == option or word.startswith(f'{option}=') or option == '-k' and word.startswith('-k') for word in words
    )
