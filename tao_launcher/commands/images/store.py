"""tao images: the images that tasks need, and which of them are here."""
from __future__ import annotations

from ...base.errors import EngineError
from ...base.record import Record
from ...engine import answers
from ...engine.client import Engine
from ...engine.references import with_registry
from ...settings.parsers import is_digest
from ...tasks.catalogue import Catalogue, find, moved
from .documents import content

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...base.output import Output


class Needed(Record):
    """An image of the catalogue, the release it is taken from, and the tasks (GROUP/TASK) that run in it."""

    reference: str
    release: str
    tasks: tuple[str, ...]


class Here(Record):
    """An image on the engine, which knows it as `name`; size in bytes."""

    name: str
    id: str
    size: int
    digests: tuple[str, ...]
    content: str = ''  # see documents.content


class Store(Record):
    """The engine whose images these are, and the ids of those that bundles brought, by reference, kept in `memory`."""

    engine: Engine
    remembered: Mapping[str, str]
    dry_run: bool
    no_check: bool
    output: Output
    memory: str = ''
    platform: str = ''  # of the images that are pulled, where it is not to be the machine's

    def present(self, references: Sequence[str]) -> dict[str, Here]:
        """The images that the engine has, by the references asked for, in one question. Raises EngineError."""
        if not references:
            return {}
        answer = self.engine.ask(*self.inspect_words(references))
        found = answers.parsed(answer.out or '[]')
        if not isinstance(found, list):
            raise self.engine.failure(answer)
        known = {name: facts for image in found for name, facts in _names(image).items()}
        if not found and answer.code != 0:  # none of them is here, or there is no engine to say so
            alive = self.engine.ask('version') if answer.code is not None else answer
            if alive.code != 0:
                raise self.engine.failure(alive)
        names = {
            reference: reference if reference in known else self.remembered.get(reference, '')
            for reference in references
        }
        return {reference: known[name]._replace(name=name) for reference, name in names.items() if name in known}

    def genuine(self, references: Sequence[str]) -> dict[str, Here]:
        """The images that the engine itself has under these references, whatever bundles said. Raises EngineError."""
        return self._replace(remembered={}).present(references)

    def inspect_words(self, references: Sequence[str]) -> tuple[str, ...]:
        """The words of that question."""
        ids = (self.remembered[reference] for reference in references if reference in self.remembered)
        return ('image', 'inspect', *dict.fromkeys((*references, *ids)))

    def line(self, *words: str) -> str:
        """A command of the engine as a line that a shell takes."""
        return self.output.line((*self.engine.words, *words))


def _names(image: object) -> dict[str, Here]:
    """What an image can be asked for by: its tags, its digests, its id, which podman writes without sha256:."""
    digests, found = answers.texts(image, 'RepoDigests'), answers.text(image, 'Id')
    full = found if ':' in found else f'sha256:{found}'
    if not is_digest(full):
        return {}  # it is a word for the engine's command line
    layers = answers.texts(image, 'RootFS', 'Layers')
    made_of = content(list(layers), answers.fields(image, 'Config'))
    facts = Here('', full, answers.number(image, 'Size'), tuple(dict.fromkeys(digests)), made_of)
    names = (*answers.texts(image, 'RepoTags'), *digests)
    # docker leaves its own registry out, podman does not
    return {name: facts for given in (*names, full) for name in (given, f'docker.io/{given}')}


def needed(known: Catalogue, tasks: Sequence[str], release: str, registry: str) -> tuple[list[Needed], list[str]]:
    """(the images that the tasks (GROUP/TASK or TASK; none: every one) need, each once; notices).

    A TASK in several groups needs the images of all of them. Without a release each comes from the
    newest that has it. Raises UsageError for what is not known.
    """
    found: dict[str, list[str]] = {}
    releases: dict[str, list[str]] = {}
    notices = []
    for group, task in _named(known, tasks, release):
        place = find(known, group, task, '', release)
        found.setdefault(place.image, []).append(f'{group}/{task}')
        releases.setdefault(place.image, []).append(place.release)
        notices += [moved(known, place)] if tasks and not release else []
    order = list(known.releases)
    return [
        Needed(
            with_registry(image, registry) if registry else image, max(releases[image], key=order.index), tuple(names),
        )
        for image, names in found.items()
    ], [notice for notice in notices if notice]


def _named(known: Catalogue, tasks: Sequence[str], release: str) -> list[tuple[str, str]]:
    releases = [release] if release in known.releases else list(known.releases)
    every = dict.fromkeys(
        (group, task) for name in releases for group in known.groups()
        for listed in known.releases[name].get(group, {}).values() for task in listed
    )
    if not tasks:
        return sorted(every)
    named: list[tuple[str, str]] = []
    for word in tasks:
        group, slash, task = word.rpartition('/')
        find(known, group if slash else '', task, '', release)  # words what is unknown
        named += [pair for pair in every if pair[1] == task and group in ('', pair[0])]
    return list(dict.fromkeys(named))


def missing(wanted: Sequence[Needed], here: Mapping[str, Here]) -> list[Needed]:
    """Those that are not here."""
    return [image for image in wanted if image.reference not in here]


def check_code(code: int | None, what: str, error: str) -> None:
    """Raise EngineError, with the end of what the engine said, unless its code is 0."""
    if code != 0:
        raise EngineError(what, *error.strip()[-300:].splitlines())
