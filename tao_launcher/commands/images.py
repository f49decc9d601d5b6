"""tao images: the images that tasks need, and which of them are here."""
from __future__ import annotations

import json

from .. import machine
from ..catalogue import Catalogue, find
from ..images import with_registry
from ..progress import size
from ..record import Record
from ..table import table
from .engine import Engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..output import Output


class Needed(Record):
    """An image of the catalogue, the release it is taken from, and the tasks (GROUP/TASK) that run in it."""

    reference: str
    release: str
    tasks: tuple[str, ...]


class Here(Record):
    """An image on the engine; size in bytes."""

    id: str
    size: int
    digests: tuple[str, ...]


def images(
    tasks: Sequence[str], release: str, registry: str, as_json: bool, known: Catalogue, engine: Engine, output: Output,
) -> int:
    """Print the images that `tasks` (none: all of the catalogue) need. Raises UsageError and EngineError."""
    wanted = needed(known, tasks, release, registry)
    here = present(engine, [image.reference for image in wanted])
    if as_json:
        output.result(json.dumps([_as_json(image, here) for image in wanted], indent=2) + '\n')
        return 0
    rows = [('IMAGE', 'HERE', 'SIZE', 'ID', 'RELEASE', 'TASKS')]
    for image in wanted:
        found = here.get(image.reference)
        shown = ('yes', size(found.size), found.id.partition(':')[2][:12]) if found else ('no', '', '')
        rows.append((image.reference, *shown, image.release, ' '.join(image.tasks)))
    output.result(table(rows, machine.columns()))
    return 0


def _as_json(image: Needed, here: Mapping[str, Here]) -> dict[str, Any]:
    found = here.get(image.reference)
    return {
        'reference': image.reference, 'present': found is not None, 'size': found.size if found else None,
        'id': found.id if found else None, 'digests': list(found.digests) if found else [],
        'release': image.release, 'tasks': list(image.tasks),
    }


def needed(known: Catalogue, tasks: Sequence[str], release: str, registry: str) -> list[Needed]:
    """The images that the tasks (GROUP/TASK or TASK; none: every one) need, each once.

    A TASK in several groups needs the images of all of them. Without a release each comes from the
    newest that has it. Raises UsageError for what is not known.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for group, task in _named(known, tasks, release):
        place = find(known, group, task, '', release)
        found.setdefault((place.image, place.release), []).append(f'{group}/{task}')
    return [
        Needed(with_registry(image, registry) if registry else image, place, tuple(names))
        for (image, place), names in found.items()
    ]


def _named(known: Catalogue, tasks: Sequence[str], release: str) -> list[tuple[str, str]]:
    releases = [release] if release in known.releases else list(known.releases)
    every = dict.fromkeys(
        (group, task) for name in releases for group in known.groups()
        for listed in known.releases[name].get(group, {}).values() for task in listed
    )
    if not tasks and not release:
        return sorted(every)
    named: list[tuple[str, str]] = [] if tasks else sorted(every)
    for word in tasks:
        group, slash, task = word.rpartition('/')
        find(known, group if slash else '', task, '', release)  # words what is unknown
        named += [pair for pair in every if pair[1] == task and group in ('', pair[0])]
    return list(dict.fromkeys(named))


def present(engine: Engine, references: Sequence[str]) -> dict[str, Here]:
    """The images that the engine has, by the references asked for, in one question. Raises EngineError."""
    if not references:
        return {}
    answer = engine.ask('image', 'inspect', *references)
    try:
        found = json.loads(answer.out or '[]')
    except ValueError:
        raise engine.failure(answer) from None
    if not found and answer.code != 0 and engine.ask('version').code != 0:
        raise engine.failure(engine.ask('version'))
    here: dict[str, Here] = {}
    for image in found:
        digests = tuple(image.get('RepoDigests') or ())
        facts = Here(_id(str(image.get('Id', ''))), int(image.get('Size') or 0), digests)
        for name in (*(image.get('RepoTags') or ()), *digests, facts.id):
            here[name] = facts
    return {reference: here[reference] for reference in references if reference in here}


def _id(text: str) -> str:
    """An image id as docker writes it; podman leaves the algorithm out."""
    return text if ':' in text else f'sha256:{text}'
