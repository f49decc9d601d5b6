"""The texts of --help and --version, from the tables that the program itself works with."""
from __future__ import annotations

import os
import textwrap

from .catalogue import Catalogue, Found, find
from .errors import UsageError
from .options import OPTIONS, VARIABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH = 100


def tao(catalogue: Catalogue, words: Sequence[str]) -> str:
    """The help for `tao WORDS --help`: a topic, a group, a task, or the overview.

    Raises UsageError for an unknown name.
    """
    rest = [word for word in words if word not in ('-h', '--help')]
    if not rest:
        return _overview(catalogue)
    if rest[0] == 'options':
        return options('tao')
    if rest[0] == 'environment':
        return environment()
    if rest[0] in catalogue.groups():
        return _group(catalogue, rest[0]) if len(rest) == 1 else _task(catalogue, rest[0], rest[1])
    return _task(catalogue, '', rest[0])


def runner(program: str, root_variable: str, words: Sequence[str]) -> str:
    """The help of a developer runner."""
    if words and words[0] == 'environment':
        return environment()
    return (
        f'usage: {program} [options] [-- COMMAND [ARGS...]]\n\n'
        f'Runs COMMAND, or a shell, in the developer container of a backend checkout.\n'
        f'The checkout is the folder in {root_variable}, or found from the current folder upwards.\n\n'
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
            lines.append(f'  {name:<34} {option.help}{more}')
    return '\n'.join(lines) + '\n'


def environment() -> str:
    """The variables that are read, a line each."""
    lines = ['environment (an option beats its variable, a variable the mounts file; empty is unset):']
    lines += [f'  {variable.name:<20} {variable.help}' for variable in VARIABLES]
    return '\n'.join(lines) + '\n'


def version() -> str:
    """The version: of the checkout that this is run from, else of the installed package."""
    import configparser
    from importlib import metadata

    config = configparser.ConfigParser()
    config.read(os.path.join(os.path.dirname(__file__), '..', 'setup.cfg'))
    if config.get('metadata', 'name', fallback='') == 'tao-launcher':
        return config['metadata']['version']
    return metadata.version('tao-launcher')


def _overview(catalogue: Catalogue) -> str:
    lines = [
        'usage: tao [options] [GROUP] TASK SUBTASK [ARGS...]        run a task',
        '       tao [options] [GROUP] TASK run COMMAND [ARGS...]    run any command in its container',
        '       tao [options] [GROUP] TASK                          a shell in its container',
        '       tao list | stop | logs | attach | wait | exec | clean      your jobs',
        '       tao info | images | pull | bundle                          releases, their images, air gap',
        '       tao doctor | config path                                   this machine, paths',
        '',
        'Runs NVIDIA TAO containers: one exact docker run, printed (--dry-run) or run.',
        'Options stand before the task name; what follows it belongs to the task.',
        '',
    ]
    for group, tasks in _tasks(catalogue).items():
        lines += [f'{group}:', *_wrapped(sorted(tasks))]
    lines += [
        '',
        'often used:',
        '  --dry-run[=shell|pretty|json]   print the command, run nothing',
        '  --gpus 0,1                      which GPUs (default: all)',
        '  --volume SRC:DST                mount a folder, beside those in ~/.tao_mounts.json',
        '  --run_as_user                   files written by the job belong to you',
        '  --release X.Y.Z                 an older TAO release (default: the newest that has the task)',
        '',
        'more: tao --help options, tao --help environment, tao GROUP|TASK|VERB --help',
    ]
    return '\n'.join(lines) + '\n'


def _tasks(catalogue: Catalogue) -> dict[str, dict[str, Found]]:
    """Group → task → where it is found, over all releases."""
    found: dict[str, dict[str, Found]] = {}
    for release, groups in catalogue.releases.items():
        for group in catalogue.groups():
            for task in {task for tasks in groups.get(group, {}).values() for task in tasks}:
                found.setdefault(group, {})[task] = Found(group, task, release, catalogue.image(release, group, task))
    return {group: found[group] for group in catalogue.groups() if group in found}


def _wrapped(names: Iterable[str]) -> list[str]:
    return textwrap.wrap(
        ' '.join(names), WIDTH, initial_indent='  ', subsequent_indent='  ',
        break_on_hyphens=False, break_long_words=False,
    )


def _group(catalogue: Catalogue, group: str) -> str:
    by_image: dict[tuple[str, str], list[str]] = {}
    for task, found in sorted(_tasks(catalogue)[group].items()):
        by_image.setdefault((found.release, found.image), []).append(task)
    lines = [f'usage: tao [options] {group} TASK SUBTASK [ARGS...]', '']
    for (release, image), tasks in sorted(by_image.items(), key=lambda item: -len(item[1])):
        lines += [f'{image} (release {release}):', *_wrapped(tasks)]
    return '\n'.join(lines) + '\n'


def _task(catalogue: Catalogue, group: str, task: str) -> str:
    """A task's subtasks and image in every group that has it."""
    if not any(task in tasks for name, tasks in _tasks(catalogue).items() if group in ('', name)):
        find(catalogue, group, task, '', '')
        raise UsageError(f'no help for {task}')
    lines = []
    for name, tasks in _tasks(catalogue).items():
        if task in tasks and group in ('', name):
            found = tasks[task]
            subtasks = catalogue.known_subtasks(name, task)
            lines += [
                f'usage: tao [options] {name} {task} {"SUBTASK " if subtasks else ""}[ARGS...]',
                f'  subtasks  {", ".join(subtasks) or "none are known; its arguments follow its name"}',
                f'  image     {found.image}',
                f'  release   {found.release} (of {", ".join(catalogue.releases_with(task, name))})',
                '',
            ]
    lines.append(f"tao {task} SUBTASK --help shows the container's own help")
    return '\n'.join(lines) + '\n'
