"""The command line: launcher options, then a task and what belongs to it.

argparse cannot keep the three rules that matter here: the launcher's options end at the first
other word, an optional value (--dry-run=json) is joined by "=" only, and what follows the
task name stays untouched, byte for byte, on every Python version.
"""
from __future__ import annotations

from ..base.errors import EmptyWord, UsageError
from ..base.record import Record
from ..base.shell import quote
from .option import Option
from .options import ALSO_LATE, NEVER_LATE, TASKS_OWN, of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from .option import Values
    from .unknown_options import UnknownOption

HELP = ('-h', '--help')


class Call(Record):
    """What follows the launcher's options: a task and its words.

    form is 'task' (words are [SUBTASK] ARGS...), 'run' (words are any command), 'shell' or 'help'.
    """

    form: str
    group: str = ''
    task: str = ''
    subtask: str = ''
    words: tuple[str, ...] = ()
    forced: bool = False  # the subtask comes after a "--"


def table(program: str) -> dict[str, Option]:
    """The program's options by every accepted spelling of their names."""
    found = {}
    for option in of(program):
        for name in (option.name, option.name[2:].replace('_', '-'), option.name[2:].replace('-', '_')):
            found['--' + name.lstrip('-')] = option
        if option.short:
            found[option.short] = option
    return found


def parse(words: Sequence[str], program: str, into: Values | None = None) -> tuple[Values, list[str]]:
    """The launcher's options at the start of `words`, added to `into`, and the words after them.

    A "--" that ends the options stays as the first of the rest. Raises UsageError, with every option that is unknown
    as far as they can be told from their values.
    """
    known = table(program)
    values: Values = {} if into is None else into
    rest = list(reversed(words))  # the next word is the last
    unknown: list[UnknownOption] = []
    while rest and rest[-1].startswith('-') and rest[-1] not in ('-', '--'):
        name, equals, value = rest.pop().partition('=')
        option = known.get(name)
        if option is None:
            from . import unknown_options  # only where there is one

            unknown.append(unknown_options.UnknownOption(name, value if equals else None, ('', *rest)[-1]))
            if unknown_options.skipped(unknown[-1], rest, program, known):
                continue
            break
        if not option.value and equals:
            raise UsageError(f'{name} takes no value, found "{value}"')
        if option.value and not option.optional and not equals:
            if not _has_value(option, rest, known):
                raise UsageError(f'{name} needs a value: {name} {option.value}')
            value = rest.pop()
        add(values, option, _value(option, name, equals, value))
    if unknown:
        raise unknown_options.refusal(unknown, program, known, rest[::-1])
    return values, list(reversed(rest))


def _has_value(option: Option, rest: Sequence[str], known: Mapping[str, Option]) -> bool:
    """Whether its value follows an option, as the last of `rest`.

    An option in its place is a forgotten value, but for those that take such.
    """
    takes_options = option.key in ('docker_arg', 'sbatch_arg', 'srun_arg')
    return bool(rest) and rest[-1] != '--' and (takes_options or rest[-1].partition('=')[0] not in known)


def _value(option: Option, name: str, equals: str, value: str) -> str | bool:
    """What an option is set to; an optional value that is written, but empty, must not count as none."""
    if option.optional and equals and not value:
        raise UsageError(f'{name}= needs a value, or no "="')
    return value if option.value and (equals or not option.optional) else True


def add(values: Values, option: Option, value: str | bool) -> None:
    """Set an option's value; a repeatable one collects a list, of others the last counts."""
    if option.repeatable:
        collected = values.setdefault(option.key, [])
        if isinstance(collected, list):
            collected.append(str(value))
    else:
        values[option.key] = value


def call(
    words: Sequence[str], groups: Collection[str], subtasks: dict[str, tuple[str, ...]], values: Values,
) -> Call:
    """The task in `words`, and what the launcher still takes from after its name, into `values`.

    `groups` are the known groups, `subtasks` the known subtasks by task name.
    Raises UsageError when there is no task.
    """
    rest = list(words)
    untouched = rest[:1] == ['--']
    if untouched:
        del rest[0]
    group = rest.pop(0) if rest and rest[0] in groups else ''
    if not rest and not group:
        raise UsageError('which task?', advice='tao --help')
    if not rest:
        raise UsageError(f'which task of {group}?', advice=f'tao {quote(group)} --help')
    task = rest.pop(0)
    if not task:
        raise EmptyWord('the task', advice='tao tasks')
    if task in HELP:
        return Call('help', group)
    taken = [] if untouched else _late(rest, task, subtasks.get(task, ()), values)
    if not untouched:
        rest = taken
    if not rest:
        return Call('shell', group, task)
    if rest[0] in HELP and not untouched:
        return Call('help', group, task)
    if rest[0] == 'run':
        return Call('run', group, task, 'run', _command(rest[1:], quote(task)))
    forced = rest[0] == '--'
    if forced:
        del rest[0]
    if not rest:
        return Call('shell', group, task)
    if not rest[0]:
        raise EmptyWord('the subtask', advice=f'tao {quote(task)} --help')
    if not is_subtask(rest[0]):
        return Call('task', group, task, '', tuple(rest), forced)
    if rest[1:2] == ['--'] and not forced:
        del rest[1]
    return Call('task', group, task, rest[0], tuple(rest[1:]), forced)


def _command(words: list[str], task: str) -> tuple[str, ...]:
    """The command after `run`. Raises UsageError when there is none."""
    command = tuple(words[1:] if words[:1] == ['--'] else words)
    if not command:
        raise UsageError('run what?', advice=f'tao {task} run COMMAND [ARGS...], or tao {task} for a shell')
    if not command[0]:
        raise EmptyWord('the command', advice=f'tao {task} run COMMAND [ARGS...]')
    return command


def is_subtask(word: str) -> bool:
    """Whether the first word after a task can be a subtask: no option, no path and no empty word is one."""
    return bool(word) and not word.startswith('-') and '/' not in word


def _late(words: Sequence[str], task: str, subtasks: Collection[str], values: Values) -> list[str]:
    """The task's words without the launcher's; those before a "--" and a "run" are looked at."""
    if words[:1] == ['run']:
        return list(words)
    known = table('tao')
    without_subtask = bool(subtasks) and not is_subtask((*words, '')[0])
    kept: list[str] = []
    misplaced: list[tuple[str, str]] = []  # each with the word for its value
    rest = list(reversed(words))  # the next word is the last
    while rest and rest[-1] != '--':
        if rest[-1] == 'run' and not kept:
            return list(reversed(rest))
        word = rest.pop()
        name, equals, value = word.partition('=')
        option = known.get(name) if name.startswith('--') else None
        if option and option.key in ALSO_LATE:
            if option.value and not option.optional and not equals:
                if not _has_value(option, rest, known):
                    raise UsageError(f'{name} needs a value: {name} {option.value}')
                value = rest.pop()
            add(values, option, _value(option, name, equals, value))
        elif option and _misplaced(option, without_subtask=without_subtask):
            misplaced.append((name, option.value))
            if option.value and not equals and _has_value(option, rest, known):
                rest.pop()
        else:
            kept.append(word)
    if misplaced:
        words = ' '.join(part for pair in misplaced for part in pair if part)
        raise UsageError(
            f'{", ".join(name for name, _ in misplaced)}: launcher options go before the task name',
            f'to pass them to the task, put them after a bare "--": tao {quote(task)} SUBTASK -- {words}',
            advice=f'tao {words} {quote(task)} …',
        )
    return [*kept, *reversed(rest)]


def _misplaced(option: Option, *, without_subtask: bool) -> bool:
    if option.key in NEVER_LATE:
        return True
    return without_subtask and option.key not in TASKS_OWN and option.key != 'help'
