"""The values that can be at the cursor: of options, of the words of verbs and tasks. Pure."""
from __future__ import annotations

from ...engine import profiles
from ...settings.options import ROWS
from ...settings.submit_options import SUBMIT
from . import paths
from .types import NOTHING, Candidate, Completions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from ...engine.profile import Profile
    from ...settings.option import Option, Values
    from ...tasks.catalogue import Catalogue
    from .types import World

# The fixed values of options.
CHOICES = {row.key: dict(row.choices) for row in (*ROWS, *SUBMIT) if row.choices}


def option_value(key: str, text: str, options: Values, world: World) -> Completions:
    """What can be the value of a launcher's option; `options` are the others."""
    if key in CHOICES:
        known = _profile(options, world).pull if key == 'pull' else CHOICES[key]
        return Completions('', tuple(Candidate(value, CHOICES[key].get(value, '')) for value in known))
    if key == 'context':
        names = world.contexts() if _profile(options, world).has_contexts else ()
        return Completions('', tuple(map(Candidate, names)))
    if key in ('mounts_file', 'patch'):
        return paths.host(text, world)
    if key == 'host_path':
        return paths.host(text, world, only_folders=True) if '=' not in text else NOTHING
    if key == 'volume':
        return paths.volume(text, world.mounts(options), world)
    if key == 'env':
        return Completions('', tuple(Candidate(name) for name in sorted(world.environ))) if '=' not in text else NOTHING
    if key == 'release':
        return Completions('', tuple(Candidate(name) for name in world.catalogue().releases))
    if key in ('image', 'cached'):
        return Completions('', tuple(Candidate(image, f'release {name}') for image, name in images(world.catalogue())))
    return NOTHING


def _profile(options: Values, world: World) -> Profile:
    words = str(options.get('engine') or world.environ.get('TAO_ENGINE') or '').split()
    return next(filter(None, (profiles.known(profiles.named(word) or word) for word in words)), profiles.PROFILES[0])


def images(known: Catalogue) -> list[tuple[str, str]]:
    """(image, the newest release that has it) of the whole catalogue."""
    found = {
        image: release for release, groups in known.releases.items() for named in groups.values() for image in named
    }
    return list(found.items())


def by_kind(
    kind: str, text: str, options: Values, world: World, jobs: tuple[bool, bool, Sequence[str]],
) -> Completions:
    """What can be put where a verb says JOB, TASK, PATH, …; jobs are (ended too, everybody's, named already)."""
    if kind in ('JOB', 'ID'):
        ended, everybody, named = jobs
        found = world.jobs(options, ended=ended, everybody=everybody)
        return Completions('', tuple(Candidate(word, what) for word, what in found if word not in named))
    if kind == 'LAUNCH':
        return Completions('', tuple(Candidate(*pair) for pair in world.launches()))
    if kind == 'JOB|PATH':
        here = paths.host(text, world)
        ours = () if here.head else by_kind('JOB', text, options, world, jobs).candidates
        return here._replace(candidates=(*ours, *here.candidates))
    if kind == 'TASK':
        return group_or_task(text, options, world)
    if kind == 'DIR:DST[:MODE]':
        return option_value('volume', text, options, world)
    if kind in ('DIR', 'DIR[:DST]'):
        return paths.host(text, world, only_folders=True)
    if kind in ('PATH', 'FILE', 'KEY'):
        return paths.host(text, world)
    if kind == 'NAME[=VALUE]':
        return option_value('env', text, options, world)
    if kind == 'PLATFORM[,...]':
        from ...checkouts.platforms import ARM, X86

        return Completions('', tuple(map(Candidate, (X86, ARM, f'{X86},{ARM}'))))
    if kind == 'GROUP':
        return Completions('', tuple(map(Candidate, world.catalogue().groups())))
    if kind == 'RELEASE':
        return Completions('', tuple(map(Candidate, world.catalogue().added)))
    key = {'X.Y.Z': 'release', 'IMAGE': 'image'}.get(kind, '')
    return option_value(key, text, options, world) if key else NOTHING


def group_or_task(text: str, options: Values, world: World) -> Completions:
    """TASK or GROUP/TASK."""
    known = world.catalogue()
    group, slash, _ = text.rpartition('/')
    if slash and group not in known.groups():
        return NOTHING
    release = release_of(options, world)
    found = tuple(Candidate(name, where) for name, where in tasks(known, group, release).items())
    if slash:
        return Completions(f'{group}/', found)
    return Completions('', (*found, *(Candidate(f'{name}/', 'group of tasks') for name in known.groups())))


def release_of(options: Values, world: World) -> str:
    """The release that is asked for, or ''."""
    return str(options.get('release') or world.environ.get('TAO_RELEASE') or '')


def tasks(known: Catalogue, group: str, release: str) -> dict[str, str]:
    """Every task (of a group, of a release) with its groups and its newest release, for people."""
    groups: dict[str, dict[str, None]] = {}
    newest: dict[str, str] = {}
    for name, by_group in known.releases.items():
        for of_group, by_image in by_group.items() if release in ('', name) else ():
            for task in (task for found in by_image.values() for task in found if group in ('', of_group)):
                groups.setdefault(task, {})[of_group] = None
                newest[task] = name
    return {task: f'{", ".join(groups[task])} ({newest[task]})' for task in sorted(groups)}


def subtasks(known: Catalogue, group: str, task: str, release: str) -> Completions:
    """What can follow a task's name."""
    found: dict[str, list[str]] = {}
    for name in [group] if group else known.groups():
        if task in tasks(known, name, release):
            for subtask in known.known_subtasks(name, task):
                found.setdefault(subtask, []).append(name)
    candidates = [Candidate(name, f'subtask in {", ".join(groups)}') for name, groups in found.items()]
    return Completions('', (*candidates, Candidate('run', "any command in the task's container")))


def options_of(options: Iterable[Option], word: str, given: Values) -> Completions:
    """The options that can still be given, in the spelling that the word has begun."""
    found: list[Candidate] = []
    for option in options:
        if option.key not in given or option.repeatable:
            names = ['--' + option.name[2:].replace(*pair) for pair in (('-', '_'), ('_', '-'))]
            found += spelled([option.name, *names, *([option.short] if option.short else [])], word, option.help)
            if option.optional and word in names:
                found += [Candidate(f'{word}={value}', what) for value, what in CHOICES[option.key].items()]
    return Completions('', tuple(found))


def spelled(names: Sequence[str], word: str, help: str) -> list[Candidate]:
    """An option by its first long name, or by the other spelling that was begun; and by its letter."""
    long = [name for name in names if name.startswith('--')]
    fits = [name for name in long if name.startswith(word)]
    letters = [name for name in names if name not in long] if word in ('', '-') else []
    return [Candidate(name, help) for name in (*letters, *(fits or long)[:1])]


def named(verbs: Mapping[str, Any]) -> tuple[Candidate, ...]:
    """Verbs with their help."""
    return tuple(Candidate(name, entry['help']) for name, entry in verbs.items())
