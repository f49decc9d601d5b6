"""Releases, their groups, images and tasks: which image a task runs in."""
from __future__ import annotations

from ..base.errors import UnknownRelease, UsageError
from ..base.record import Record
from ..settings.programs import OTHERS_WORDS, VERBS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

GROUPS = ('model', 'dataset', 'deploy')


class Catalogue(Record):
    """Release → group → image → tasks, the newest release last; subtasks by GROUP/TASK.

    path is the file that replaces the built-in releases, or ''. `added` has the files of releases beside those, by
    release, and `newest` is the newest release without them. `published` has the days of those that say theirs.
    """

    releases: Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]
    subtasks: Mapping[str, Sequence[str]]
    path: str = ''
    added: Mapping[str, str] = {}
    newest: str = ''
    published: Mapping[str, str] = {}

    def groups(self) -> list[str]:
        """The names of all groups, the usual three first."""
        named = [group for release in self.releases.values() for group in release]
        return [*GROUPS, *sorted(set(named) - set(GROUPS))]

    def known_subtasks(self, group: str, task: str) -> tuple[str, ...]:
        """The known subtasks of a task; those of the flat releases where the group has none."""
        found = self.subtasks.get(f'{group}/{task}')
        return tuple(self.subtasks.get(f'flat/{task}', ()) if found is None else found)

    def subtasks_by_name(self) -> dict[str, tuple[str, ...]]:
        """All known subtasks of a task name, whatever its group."""
        found: dict[str, tuple[str, ...]] = {}
        for key, subtasks in self.subtasks.items():
            name = key.partition('/')[2]
            found[name] = (*found.get(name, ()), *subtasks)
        return found

    def image(self, release: str, group: str, task: str) -> str:
        """The task's image in that release, or ''. Of several images that list it the last wins."""
        found = ''
        for image, tasks in self.releases[release].get(group, {}).items():
            if task in tasks:
                found = image
        return found

    def releases_with(self, task: str, group: str = '') -> list[str]:
        """The releases that have the task (in that group), oldest first."""
        return [
            release for release, groups in self.releases.items()
            if any(group in ('', name) and self.image(release, name, task) for name in groups)
        ]


class UnknownTask(UsageError):
    """No release has the task that is asked for, or not the one, or not in the group."""


class CatalogueEntry(Record):
    """A task found in the catalogue."""

    group: str
    task: str
    release: str
    image: str


def builtin(releases: Mapping[str, Any], subtasks: Mapping[str, Sequence[str]]) -> Catalogue:
    """The catalogue of the package's own data files."""
    return Catalogue(
        {name: release['groups'] for name, release in releases.items()}, subtasks, newest=[*releases][-1],
        published={name: release['published'] for name, release in releases.items() if release.get('published')},
    )


def find(catalogue: Catalogue, group: str, task: str, subtask: str, release: str) -> CatalogueEntry:
    """The task's group (if none is given), release (the newest that has it) and image.

    Raises UsageError for a release that is not known, UnknownTask for a task, with what was meant.
    """
    if release and release not in catalogue.releases:
        where = f' in {catalogue.path}' if catalogue.path else ''
        known = f'known: {", ".join(catalogue.releases)}'
        raise UnknownRelease(release, f'unknown release {release}{where}', known)
    releases = [release] if release else list(reversed(list(catalogue.releases)))
    groups = [
        name for name in ([group] if group else catalogue.groups())
        if any(catalogue.image(r, name, task) for r in releases)
    ]
    if not groups:
        raise _unknown_task(catalogue, group, task, release)
    having = [name for name in groups if subtask in catalogue.known_subtasks(name, task)]
    chosen = (having or groups)[0]
    newest = next(r for r in releases if catalogue.image(r, chosen, task))
    return CatalogueEntry(chosen, task, newest, catalogue.image(newest, chosen, task))


def moved(catalogue: Catalogue, found: CatalogueEntry) -> str:
    """A notice when the newest release has the task no more, or ''."""
    names = list(catalogue.releases)
    newest = catalogue.newest or names[-1]
    if names.index(found.release) >= names.index(newest):
        return ''
    where = f'it is taken from {found.release}, the last that has it'
    return f'{found.group} {found.task} is not in release {newest}; {where}'


def check_subtask(catalogue: Catalogue, found: CatalogueEntry, subtask: str) -> None:
    """Raise UsageError for a subtask that is one slip away from a known one of the task."""
    known = catalogue.known_subtasks(found.group, found.task)
    if subtask in known:
        return
    from ..base.suggest import one_slip_apart

    meant = [name for name in known if one_slip_apart(name, subtask)]
    if meant:
        from ..base.shell import quote

        task = f'tao {quote(found.task)}'
        raise UsageError(
            f'unknown subtask {subtask} of {found.task}',
            f'did you mean {" or ".join(meant)}? known: {", ".join(known)}',
            advice=f'{task} {quote(meant[0])} …, or {task} -- {quote(subtask)} … to run it as it is',
        )


def unknown_subtask(catalogue: Catalogue, found: CatalogueEntry, subtask: str) -> str:
    """A notice when the task is not known to have the subtask, with the group that has it or what is known; or ''."""
    known = catalogue.known_subtasks(found.group, found.task)
    if not subtask or not known or subtask in known:
        return ''
    for group in catalogue.groups():
        releases = catalogue.releases_with(found.task, group)
        if releases and subtask in catalogue.known_subtasks(group, found.task):
            return (
                f'{subtask} is not a known subtask of {found.group} {found.task}; '
                f'{group} {found.task} has it, in release {releases[-1]}'
            )
    return f'{subtask} is not a known subtask of {found.group} {found.task}; known: {", ".join(known)}'


def _unknown_task(catalogue: Catalogue, group: str, task: str, release: str) -> UnknownTask:
    everywhere = catalogue.releases_with(task)
    where = f' in release {release}' if release else ''
    source = f' (the catalogue is {catalogue.path})' if catalogue.path else ''
    what = f'no task {task}{f" in group {group}" if group else ""}{where}{source}'
    if everywhere:
        from ..base.shell import join

        groups = sorted({g for r in everywhere for g in catalogue.releases[r] if catalogue.image(r, g, task)})
        having = catalogue.releases_with(task, group)
        noun = 'group' if len(groups) == 1 else 'groups'
        return UnknownTask(
            what,
            *([f'releases that have it: {", ".join(having)}'] if release and having else []),
            *([f'it is in {noun} {" and ".join(groups)}'] if group and group not in groups else []),
            advice=join(('tao', *([groups[0] if group not in groups else group] if group else []), task)) + ' …'
            if not (release and having) else f'{join(("tao", "--release", having[-1], task))} …',
        )
    if not group and task in (*VERBS, 'help'):  # after a "--"
        return UnknownTask(what, 'it is a command', advice=f'tao {task}')
    if not group and task in OTHERS_WORDS:
        verb = OTHERS_WORDS[task]
        return UnknownTask(what, f'did you mean {verb}?', advice=f'tao {verb} --help')
    from ..base.suggest import nearest

    images = [images for groups in catalogue.releases.values() for images in groups.values()]
    names = sorted({name for tasks_of in images for tasks in tasks_of.values() for name in tasks})
    meant = nearest(task, [*names, *catalogue.groups(), *([] if group else [*VERBS, 'help'])])
    lines = [
        f'did you mean {name}? (release {", ".join(catalogue.releases_with(name)[-3:])})'
        if catalogue.releases_with(name) else f'did you mean {"the group " * (name in catalogue.groups())}{name}?'
        for name in meant
    ]
    return UnknownTask(what, *lines, advice='tao tasks')


def from_override(document: Any, path: str, subtasks: Mapping[str, Sequence[str]]) -> Catalogue:
    """The catalogue in ~/.tao/config.json, in NVIDIA's formats 1.0, 2.0 and 3.0.

    A format without groups puts every task into group model. An entry with a digest is used
    by digest. Raises ConfigError with every fault.
    """
    from .override import read

    version, groups = read(document, path)
    return Catalogue({version: groups}, subtasks, path)
