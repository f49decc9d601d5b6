"""Where each argument of docker comes from: the words of a plan's argv, with the reason for each."""
from __future__ import annotations

from ..base.masking import masked_words
from ..base.shell import join, quote
from ..base.text import plain
from ..settings.container_values import is_file
from ..settings.options import BY_KEY, ROWS
from ..settings.values import OWN, Source
from .argv import engine
from .host_paths import known
from .plan import image

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import List, Tuple

    from ..settings.values import Mount
    from .argv import Lines
    from .plan import Plan

    Explained = List[Tuple[Tuple[str, ...], str]]

WIDEST = 80  # columns: a longer argument does not push the others' reasons away
ALWAYS = {
    'tao.job': 'always: what runs, for tao list, stop and logs',
    'tao.user': 'always: whose job it is',
    'tao.plan': 'always: digest of the other words, to find the container by',
}
SERVICE = Source('option', '--run_as_service, --port_mapping')  # of a port that no setting publishes
KEYS = {row.docker: row.key for row in ROWS if row.docker.startswith('-')}
REMOVE = 'always, except with --detach: the container is removed when it exits'
LAUNCH_ID = 'always: a random value made at launch that identifies this container'


def explained(plan: Plan, lines: Lines) -> Explained:
    """(words, reason) for each of docker's arguments; `lines` are docker.run's, and all words in a row the argv."""
    image = -2 if plan.command else -1
    end = len(lines) + image - len(plan.extra_args)
    return [
        *_command(plan, lines[0]),
        *_options(plan, lines[1:end]),
        *(((word,), source_reason(plan, f'extra_args.{word}')) for word in plan.extra_args),
        (lines[image], image_reason(plan)),
        *([(lines[-1], command_reason(plan))] if plan.command else []),
    ]


def text(found: Explained) -> str:
    """The words of each argument as a shell takes them, without secrets; the reason after a second "#".

    Each on a line that is a comment: what is pasted must run nothing, least of all the job's command on this machine.
    A zsh, to which "#" is no comment, finds no command of that name.
    """
    quoted = [join(masked_words(words)) for words, _ in found]
    width = max(len(words) for words in quoted if len(words) <= WIDEST)
    return ''.join(f'# {words:<{width}}  # {plain(reason)}\n' for words, (_, reason) in zip(quoted, found))


def _command(plan: Plan, words: tuple[str, ...]) -> Explained:
    names = engine(plan)
    context = ', context: --context' if plan.settings.context else ''
    found: Explained = [(names, f'the engine: {source_reason(plan, "engine")}{context}')]
    if names != plan.engine:
        found = [
            (names[:1], found[0][1]), (names[1:2], 'sudo passes these variables on'), (names[2:], found[0][1]),
        ]
    found.append((words[len(names):len(names) + 1], 'always'))
    for word in words[len(names) + 1:]:
        found.append(((word,), REMOVE if word == '--rm' else _stream(plan)))
    return found


def _stream(plan: Plan) -> str:
    if not plan.tty:
        return '--interactive'
    return '--tty' if 'tty' in plan.settings.flags else 'stdin, stdout and stderr are terminals, and in the foreground'


def _options(plan: Plan, lines: Lines) -> Explained:
    """Each option of docker run by its name; those that repeat are in the order of the plan."""
    repeated: dict[str, Iterator[str]] = {
        '-v': (mount_reason(plan, mount) for mount in plan.mounts),
        '-e': (variable(plan, word, origin) for word, origin in zip(plan.variables, plan.origins)),
        '--ulimit': (source_reason(plan, f'ulimits.{limit.name}') for limit in plan.ulimits),
        '-p': (source_reason(plan, f'ports.{port.container}/{port.protocol}') for port in plan.ports),
        '--group-add': (_group(plan, group) for group in plan.groups),
    }
    repeated['--mount'] = repeated['-v']
    found = []
    for words in lines:
        name = words[0].partition('=')[0]
        if words in plan.gpus:
            reason = gpus_reason(plan)
        elif name in repeated:
            reason = next(repeated[name])
        elif name == '--label':
            reason = ALWAYS[words[1].partition('=')[0]]
        else:
            reason = option(plan, name)
        found.append((words, reason))
    return found


def option(plan: Plan, name: str) -> str:
    """Where an option of docker run comes from, which is told once."""
    if name == '--init':
        return f'{source_reason(plan, "init")}: signals reach the job and zombie processes are reaped'
    if name == '--userns':
        return f'{source_reason(plan, "user")}: how podman keeps your uid'
    key = KEYS.get(name, name[2:])
    if name == '--pull' and key not in plan.settings.passed:
        return 'the image came with a bundle'
    source = plan.settings.sources.get(key)
    if source and source.kind == 'setting':
        return f'{source_reason(plan, source.name)}: the current folder, which is below a source'
    if key in plan.passed and key not in plan.settings.passed:
        return _default(plan)  # a developer runner's own
    return name if name == '--detach' else source_reason(plan, key)


def source_reason(plan: Plan, key: str) -> str:
    """Where a setting comes from."""
    found = plan.settings.sources.get(key, SERVICE)
    is_own = found.kind == 'default' and plan.settings.passed.get(key, BY_KEY[key].default) != BY_KEY[key].default
    return _default(plan) if is_own else _shown(found)


def _shown(source: Source) -> str:
    return str(source._replace(name=quote(source.name)) if source.kind == 'file' else source)


def _default(plan: Plan) -> str:
    return f'default of {plan.target.program}' if plan.target.program else 'default'


def mount_reason(plan: Plan, mount: Mount) -> str:
    """Where a mount comes from."""
    if mount.here:
        path = known(mount.here, plan.settings.host_paths)
        reason = mount_reason(plan, mount._replace(source=mount.here, here=''))
        return f'{reason}; {mount.here} here ({path and path.origin})'
    if mount.origin.kind == 'setting':
        return f'{source_reason(plan, mount.origin.name)}: every source at its own path too'
    same = mount.origin.kind == 'option' and mount.source == mount.destination
    return _shown(mount.origin) + ', at the same path in the container' * same


def gpus_reason(plan: Plan) -> str:
    """Where the GPUs come from."""
    return plan.allocation or source_reason(plan, 'gpus')


def variable(plan: Plan, word: str, origin: Source) -> str:
    """Where a variable comes from, by its word for -e and its origin."""
    if origin == OWN:
        return LAUNCH_ID
    if origin == Source('setting', 'user'):
        return f'{source_reason(plan, "user")}: a uid that the image does not know has no home and no name'
    if origin == Source('setting', 'gpus'):
        return f'{gpus_reason(plan)}: how {"CUDA" if plan.profile.is_child else "the container"} is told'
    hidden = '; by name, as its value may be a secret' if word in plan.export else ''
    return f'{_shown(origin)}{hidden}'


def _group(plan: Plan, group: str) -> str:
    key = f'group_add.{group}'
    if key in plan.settings.sources:
        return source_reason(plan, key)
    return f'{source_reason(plan, "user")}: a group of yours'


def image_reason(plan: Plan) -> str:
    """Where the image comes from."""
    settings = plan.settings
    if settings.image:
        found = source_reason(plan, 'image')
    else:
        found = plan.target.image_from
        if settings.release:
            found += f' ({source_reason(plan, "release")})'
        found += f', registry: {source_reason(plan, "registry")}' if settings.registry else ''
        found += f', tag: {source_reason(plan, "tag")}' if settings.tag else ''
    if plan.image == image(plan.target.image, settings) or is_file(settings.image):
        return found
    how = 'the file that it was pulled into' if is_file(plan.image) else 'by its id, as its bundle had it'
    return f'{found}; {how}'


def command_reason(plan: Plan) -> str:
    """Where the command comes from."""
    if not plan.target.command:
        return 'no command was given: a shell'
    return '--run_as_service' if plan.target.is_service else 'the command line'
