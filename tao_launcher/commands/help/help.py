"""The texts of --help and --version, from the tables that the program itself works with."""
from __future__ import annotations

import textwrap

from ...base.errors import UsageError
from ...base.suggest import did_you_mean, nearest
from ...settings.environment import VARIABLES
from ...settings.options import OPTIONS
from ...settings.programs import RUNNER_VERBS, RUNNERS, TAO
from ...tasks.catalogue import find
from ...tasks.listing import by_group
from .topics import EXIT_CODES, FILES, GUIDES, TOPICS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...tasks.catalogue import Catalogue

WIDTH = 80


def tao(catalogue: Catalogue, words: Sequence[str]) -> str:
    """The help for `tao WORDS --help`: a topic, a group or a task. Raises UsageError for an unknown name."""
    rest = [word for word in words if word not in ('-h', '--help')]
    if not rest[0]:
        raise UsageError('no help for an empty word: was a variable not set?', advice='tao help topics')
    if rest[0] in TOPICS:
        return topic('tao', rest[0])
    if rest[0] in catalogue.groups():
        return _group(catalogue, rest[0]) if len(rest) == 1 else _task(catalogue, rest[0], rest[1])
    if rest[0] in RUNNERS:
        raise UsageError(f'{rest[0]} is a program of its own', advice=f'{rest[0]} --help')
    meant = [] if catalogue.releases_with(rest[0]) else nearest(rest[0], (*TOPICS, *GUIDES))
    if meant:
        raise UsageError(f'no help for {rest[0]}', f'did you mean {meant[0]}?', advice='tao help topics')
    return _task(catalogue, '', rest[0])


def runner(program: str, root_variable: str, words: Sequence[str]) -> str:
    """The help of a developer runner, or on a topic. Raises UsageError for an unknown one."""
    if words and words[0] in TOPICS:
        return topic(program, words[0])
    if words and not words[0].startswith('-'):
        meant = did_you_mean(nearest(words[0], (*TOPICS, *GUIDES, *RUNNER_VERBS)))
        raise UsageError(f'no help for {words[0]}', *filter(None, [meant]), advice=f'{program} help topics')
    return (
        f'usage: {program} [options] [-- COMMAND [ARGS...]]\n'
        f'       {program} build [--push]                base image (docker/Dockerfile)\n'
        f'       {program} release --tag TAG [--wheel]   release image (release/docker)\n'
        f'       {program} check                         check that all is there\n\n'
        f'Runs COMMAND, or a shell, in the developer container of a backend checkout:\n'
        f'the folder in {root_variable}, or found from the current one upwards.\n'
        f'more: {program} help {"|".join(TOPICS)}|build|release|check\n\n'
        + options(program)
    )


def options(program: str) -> str:
    """The program's options, a line each."""
    lines = ['options (before the task name; - and _ are the same in them):' if program == 'tao' else 'options:']
    for option in OPTIONS:
        if program in option.programs:
            value = f'[={option.value}]' if option.optional else f' {option.value}' if option.value else ''
            name = f'{option.short + ", " if option.short else ""}{option.name}{value}'
            more = ' (repeatable)' if option.repeatable else ''
            lines += _pairs(31, [(name, option.help + more)])
    return '\n'.join(lines) + '\n'


def topic(program: str, name: str) -> str:
    """One of TOPICS."""
    if name == 'topics':
        return topics(program)
    return options(program) if name == 'options' else environment() if name == 'environment' else exit_codes()


def topics(program: str) -> str:
    """What there is help on, a line each."""
    also = 'also: tao help NAME of a task, a group or a command' if program == TAO[0] else f'also: man {program}'
    return '\n'.join([
        f'topics ({program} help TOPIC):', *_pairs(15, TOPICS.items()), '',
        'guides, which man has as tao-GUIDE too:', *_pairs(15, GUIDES.items()), '', also,
    ]) + '\n'


def environment() -> str:
    """The variables that are read, and the files, a line each."""
    lines = ['environment (options override it, it overrides the mounts file; empty is unset):']
    lines += _pairs(20, ((variable.name, variable.help) for variable in VARIABLES))
    return '\n'.join([*lines, '', 'files:', *_pairs(32, FILES)]) + '\n'


def exit_codes() -> str:
    """The exit codes, a line each."""
    return '\n'.join(['exit codes:', *_pairs(15, EXIT_CODES)]) + '\n'


def _pairs(width: int, pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Names, and what they mean in a column of its own that is wrapped."""
    lines = []
    for name, meaning in pairs:
        lines += textwrap.wrap(
            meaning, WIDTH, initial_indent=f'  {name:<{width}} ', subsequent_indent=' ' * (width + 3),
            break_on_hyphens=False, break_long_words=False,
        )
    return lines


def wrapped(names: Iterable[str]) -> list[str]:
    """Lines that are filled with names."""
    return textwrap.wrap(
        ' '.join(names), WIDTH, initial_indent='  ', subsequent_indent='  ',
        break_on_hyphens=False, break_long_words=False,
    )


def _group(catalogue: Catalogue, group: str) -> str:
    by_image: dict[tuple[str, str], list[str]] = {}
    for task, found in sorted(by_group(catalogue)[group].items()):
        by_image.setdefault((found.release, found.image), []).append(task)
    lines = [f'usage: tao [options] {group} TASK SUBTASK [ARGS...]', '']
    for (release, image), tasks in sorted(by_image.items(), key=lambda item: -len(item[1])):
        lines += [f'{image} (release {release}):', *wrapped(tasks)]
    return '\n'.join(lines) + '\n'


def _task(catalogue: Catalogue, group: str, task: str) -> str:
    """A task's subtasks and image in every group that has it."""
    if not any(task in tasks for name, tasks in by_group(catalogue).items() if group in ('', name)):
        find(catalogue, group, task, '', '')
        raise UsageError(f'no help for {task}')
    lines = []
    for name, tasks in by_group(catalogue).items():
        if task in tasks and group in ('', name):
            found = tasks[task]
            subtasks = catalogue.known_subtasks(name, task)
            lines += [
                f'usage: tao [options] {name} {task} {"SUBTASK " if subtasks else ""}[ARGS...]',
                *_pairs(9, (
                    ('subtasks', ', '.join(subtasks) or 'none are known; its arguments follow its name'),
                    ('image', found.image),
                    ('release', f'{found.release} (of {", ".join(catalogue.releases_with(task, name))})'),
                )),
                '',
            ]
    lines.append(f"tao {task} SUBTASK --help shows the container's own help")
    return '\n'.join(lines) + '\n'
