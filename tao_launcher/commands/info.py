"""tao info: the releases of the catalogue, their task groups, images and tasks."""
from __future__ import annotations

import json

from ..base.table import table
from ..tasks.catalogue import Catalogue, find
from ..tasks.load import load_catalogue
from ..tasks.newer import at_release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any

    from ..base.host import Host
    from ..base.output import Output
    from ..settings.invocation import Invocation
    from .help.verb_parser import Parser

FORMAT_VERSION = '3.0'  # of NVIDIA's catalogue, whose names these are

HELP = 'the releases, their tasks and images'


def add(parser: Parser) -> None:
    """Add what follows the verb's name."""
    parser.add_argument('task', nargs='?', default='', metavar='TASK', help='where TASK or GROUP/TASK is found')
    parser.add_argument('--verbose', action='store_true', help='with every image and task')
    parser.add_argument('--releases', action='store_true', help='all releases')
    parser.add_argument('--format', choices=('table', 'json'), default='table', help='how it is printed')


def run(given: Namespace, invocation: Invocation) -> int:
    """Run the verb. Returns its exit code; raises Fatal."""
    release = str(invocation.options.get('release') or invocation.environ.get('TAO_RELEASE') or '')
    return info(
        given.task, release, invocation.here, invocation.output, verbose=given.verbose, releases=given.releases,
        as_json=given.format == 'json',
    )


def info(task: str, release: str, here: Host, output: Output, *, verbose: bool, releases: bool, as_json: bool) -> int:
    """Print a release ('' is the newest), all releases, or where one task is found. Returns 0; raises UsageError."""
    known, notice = at_release(load_catalogue(here, output), release, *_group_and_task(task))
    if notice:
        output.notice(notice)
    if task:
        document = _task(known, task, release)
    else:
        document = _releases(known, release, every=releases, verbose=verbose)
    if as_json:
        output.result(json.dumps(document, indent=2) + '\n')
        return 0
    output.result('\n'.join(_lines(document, 0)) + '\n' if task or not releases else _table(known))
    return 0


def _releases(
    known: Catalogue, release: str, *, every: bool, verbose: bool,
) -> dict[str, Any]:
    """As NVIDIA's launcher shows its configuration; `every` adds one entry for each release."""
    if every:
        shown = [_release(known, name, verbose=verbose) for name in known.releases]
        return {'format_version': FORMAT_VERSION, 'releases': shown}
    return _release(known, release or list(known.releases)[-1], verbose=verbose)


def _release(known: Catalogue, name: str, *, verbose: bool) -> dict[str, Any]:
    groups: Any = {
        group: {'dockers': {image: {'tasks': list(tasks)} for image, tasks in images.items()}}
        for group, images in known.releases[name].items()
    }
    return {
        'format_version': FORMAT_VERSION,
        'toolkit_version': name,
        'published_date': known.published.get(name, ''),
        'task_group': groups if verbose else list(groups),
    }


def _task(known: Catalogue, word: str, release: str) -> dict[str, Any]:
    """Where TASK, or GROUP/TASK, is found: in the release, else in the newest that has it."""
    group, task = _group_and_task(word)
    first = find(known, group, task, '', release)  # raises when there is none, and words what was meant
    found: dict[str, Any] = {}
    for name in [group] if group else known.groups():
        releases = known.releases_with(task, name)
        having = [each for each in releases if release in ('', each)]
        if having:
            found[name] = {
                'image': known.image(having[-1], name, task),
                'release': having[-1],
                'releases': releases,
                'subtasks': list(known.known_subtasks(name, task)),
            }
    return {'task': first.task, 'groups': found}


def _group_and_task(word: str) -> tuple[str, str]:
    """TASK, or GROUP/TASK."""
    group, _, task = word.rpartition('/')
    return group, task


def _lines(value: Any, depth: int) -> list[str]:
    """A JSON value for a person: indented names, lists on one line."""
    lines = []
    for key, item in value.items():
        if isinstance(item, dict):
            lines += [f'{"  " * depth}{key}:', *_lines(item, depth + 1)]
        else:
            lines.append(f'{"  " * depth}{key}: {", ".join(item) if isinstance(item, list) else item}')
    return lines


def _table(known: Catalogue) -> str:
    rows = [('RELEASE', 'PUBLISHED', 'TASKS', 'IMAGES')]
    for name, groups in known.releases.items():
        images = [image for tasks_of in groups.values() for image in tasks_of]
        tasks = {task for tasks_of in groups.values() for listed in tasks_of.values() for task in listed}
        rows.append((name, known.published.get(name, ''), str(len(tasks)), str(len(set(images)))))
    return table(rows, 0)
