"""What can be at the cursor of a command line. Pure: what the world holds is asked through `World`.

The launcher's own parser says where the cursor is: it reads the words before it, and CURSOR in its place.
"""
from __future__ import annotations

from ...base.errors import UsageError
from ...settings import command_line
from ...settings.options import ALSO_LATE, OPTIONS, of
from ...settings.programs import KUBERNETES, RUNNERS, SLURM, TAO
from ..help.topics import GUIDES, TOPICS
from .paths import argument, container
from .types import NOTHING, Candidate, Completions
from .values import named, option_value, options_of, release_of, subtasks, tasks
from .verbs import verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...settings.option import Values
    from ...tasks.catalogue import Catalogue
    from .types import World

CURSOR = '\0'  # no word of a command line can be this one
LATE = tuple(option for option in OPTIONS if option.key in ALSO_LATE)
LATE_OR_HELP = tuple(option for option in OPTIONS if option.key in (*ALSO_LATE, 'help'))


def complete(program: str, words: Sequence[str], word: str, world: World) -> Completions:
    """What can be put in place of `word`, the part of a word up to the cursor, after `words`.

    The words are those after the program's name, as the program would get them.
    """
    return _program(program if program in RUNNERS else TAO[0], words, word, {}, world)


def _program(program: str, words: Sequence[str], word: str, given: Values, world: World) -> Completions:
    """As `complete`; the program may be `submit slurm` too, whose options come after those `given`."""
    try:
        options, rest = command_line.parse([*words, CURSOR], program)
    except UsageError:
        return NOTHING
    options = {**given, **options}
    for key, value in options.items():
        if value == CURSOR or isinstance(value, list) and value[-1:] == [CURSOR]:
            return option_value(key, word, _without(options, key), world)
    del rest[-1:]
    if rest:
        return _rest(program, rest, word, options, world)
    name, equals, value = word.partition('=')
    option = command_line.table(program).get(name)
    if equals and option and option.value:
        return option_value(option.key, value, options, world).behind(f'{name}=')
    if word.startswith('-'):
        return options_of(of(program), word, options)
    return _first(program, word, options, world)


def _without(options: Values, key: str) -> Values:
    """The options without the one whose value is at the cursor."""
    value = options[key]
    others = {name: found for name, found in options.items() if name != key}
    return {**others, key: value[:-1]} if isinstance(value, list) and value[1:] else others


def _first(program: str, word: str, options: Values, world: World) -> Completions:
    """The first word after the options: a group, a task or a verb."""
    if program in RUNNERS:
        helps = _topics() if options.get('help') else []
        return Completions('', (*helps, *named(world.verbs()['runner']), Candidate('--', 'a command follows')))
    known = world.catalogue()
    found = [Candidate(group, 'group of tasks') for group in known.groups()]
    found += [Candidate(name, where) for name, where in tasks(known, '', release_of(options, world)).items()]
    if program in TAO:
        found += [*named(world.verbs()['tao']), Candidate('help', 'help on a topic, a task or a command')]
    if options.get('help'):
        found += _topics()
    return Completions('', tuple(found))


def _topics() -> list[Candidate]:
    return [Candidate(name, about) for name, about in (*TOPICS.items(), *GUIDES.items())]


def _rest(program: str, rest: list[str], word: str, options: Values, world: World) -> Completions:
    """Behind the first word that is no option."""
    if program in RUNNERS:
        if rest == ['help']:
            return _first(program, word, {**options, 'help': True}, world)
        entry = world.verbs()['runner'].get(rest[0])
        return verb(rest[0], entry, rest[1:], word, options, world) if entry else NOTHING
    if program in TAO:
        if rest[0] == 'help':
            options, rest = {**options, 'help': True}, rest[1:]
            if not rest:
                return _first(program, word, options, world)
        if ' '.join(rest[:2]) in (SLURM, KUBERNETES) and not options.get('help'):
            return _program(' '.join(rest[:2]), rest[2:], word, options, world)
        entry = world.verbs()['tao'].get(rest[0])
        if entry:
            return verb(rest[0], entry, rest[1:], word, options, world)
    known = world.catalogue()
    if options.get('help'):
        names = tasks(known, rest[0], '') if rest == [rest[0]] and rest[0] in known.groups() else {}
        return Completions('', tuple(Candidate(name, where) for name, where in names.items()))
    return _task(known, rest, word, options, world)


def _task(known: Catalogue, rest: list[str], word: str, options: Values, world: World) -> Completions:
    """A task's name, its subtask or what belongs to it."""
    if '--' in rest[1:]:
        return NOTHING  # nothing after it is looked at
    volumes = options.get('volume')
    options = {**options, 'volume': [*volumes] if isinstance(volumes, list) else []}
    try:
        call = command_line.call([*rest, CURSOR], known.groups(), known.subtasks_by_name(), options)
    except UsageError:
        return NOTHING
    volumes = options['volume']
    if isinstance(volumes, list) and volumes[-1:] == [CURSOR]:
        return option_value('volume', word, {**options, 'volume': volumes[:-1]}, world)
    release = release_of(options, world)
    if call.task == CURSOR:
        names = tasks(known, call.group, release)
        return Completions('', tuple(Candidate(name, where) for name, where in names.items()))
    if call.task not in tasks(known, call.group, release):
        return NOTHING
    if call.form == 'run':
        return container(word, world.mounts(options), world) if word.startswith('/') else NOTHING
    is_late = rest[0] != '--' and word.startswith('-') and '=' not in word
    if call.subtask == CURSOR and not word.startswith('/') and '=' not in word:
        return options_of(LATE_OR_HELP, word, options) if is_late else subtasks(known, call.group, call.task, release)
    name, equals, value = word.partition('=')
    late = next((option for option in LATE if equals and command_line.table(TAO[0]).get(name) == option), None)
    if late:
        return option_value(late.key, value, options, world).behind(f'{name}=')
    if is_late:
        return options_of(LATE, word, options)
    return argument((*rest, '')[-2] if len(rest) > 1 else '', word, world.mounts(options), world)
