"""Options, variables, the mounts file and defaults merged: option > variable > file > default."""
from __future__ import annotations

from functools import partial

from ..base.errors import UsageError
from ..base.record import Record
from ..engine import profiles
from . import layers, parsers
from .options import OPTIONS
from .repeatable import Problems, entry_key, place, words_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from .mounts_file import MountsFile
    from .options import Values
    from .repeatable import Given
    from .values import Gpus, Mount, Port, Ulimit, Variable


class Settings(Record):
    """Every setting of a launch, and in `sources` where each came from."""

    mounts: tuple[Mount, ...]
    file_variables: tuple[Variable, ...]
    variables: tuple[Variable, ...]
    ulimits: tuple[Ulimit, ...]
    ports: tuple[Port, ...]
    extra_args: tuple[str, ...]
    group_add: tuple[str, ...]
    flags: frozenset[str]
    engine: tuple[str, ...]
    context: str
    gpus: Gpus | None
    shm_size: str
    network: str
    user: str
    ipc: str
    workdir: str
    privileged: bool
    init: bool
    tty: bool
    tag: str
    image: str
    release: str
    registry: str
    pull: str
    name: str
    stop_timeout: int
    dry_run: str
    color: str
    sources: Mapping[str, str]
    file: str  # the mounts file's path, or ''
    notices: tuple[str, ...]


class Rule(Record):
    """How one setting with one value is read: its parser, its default, its variable."""

    parse: Callable[[str], Any]
    default: Any = ''
    variable: str = ''


RULES = {
    'engine': Rule(parsers.engine, ('docker',), 'TAO_ENGINE'),
    'context': Rule(parsers.word),
    'gpus': Rule(parsers.gpus, None, 'TAO_GPUS'),
    'shm_size': Rule(parsers.size),
    'network': Rule(parsers.word),
    'user': Rule(parsers.user),
    'ipc': Rule(parsers.word),
    'workdir': Rule(parsers.destination),
    'privileged': Rule(bool, default=False),
    'init': Rule(bool, default=True),
    'tty': Rule(bool, default=True),
    'tag': Rule(parsers.tag),
    'image': Rule(parsers.image),
    'release': Rule(parsers.word, '', 'TAO_RELEASE'),
    'registry': Rule(parsers.registry, '', 'OVERRIDE_REGISTRY'),
    'pull': Rule(parsers.pull, 'missing', 'TAO_PULL'),
    'name': Rule(parsers.container_name),
    'stop_timeout': Rule(parsers.seconds, 30),
    'dry_run': Rule(parsers.dry_run, '', 'TAO_DRY_RUN'),
    'color': Rule(parsers.color, 'auto'),
}
NAMES = {option.key: option.name for option in OPTIONS}
FLAGS = (
    'run_as_user', 'detach', 'tty', 'no_tty', 'interactive', 'no_check', 'quiet', 'verbose',
    'explain',
)
CONTRADICTIONS = (
    ('run_as_user', 'user'), ('tag', 'image'), ('tag', 'cached'), ('image', 'cached'), ('tty', 'no_tty'),
    ('detach', 'tty'), ('detach', 'interactive'), ('quiet', 'verbose'),
    ('dry_run', 'explain'),
)


def merge(
    options: Values, environ: Mapping[str, str], file: MountsFile, defaults: Mapping[str, Any], cwd: str, home: str,
) -> Settings:
    """The settings of a launch.

    `defaults` are a developer runner's own; a relative --volume source is relative to `cwd`.
    Raises UsageError with every fault of the options and variables.
    """
    problems = Problems()
    problems.found += [
        f'{NAMES[a]} and {NAMES[b]} exclude each other' for a, b in CONTRADICTIONS
        if a in options and b in options
    ]
    flags = frozenset(flag for flag in FLAGS if options.get(flag))
    sources: dict[str, str] = {}
    single = {
        key: _single(key, options, environ, file, defaults, sources, problems) for key in RULES
    }
    single['engine'] = _placed(single['engine'], single['context'], problems)
    problems.found += _unknown_pull(single['engine'], single['pull'], sources['pull'])
    given = words_of(options, cwd, home, problems)
    ports, clashes = layers.ports(file.options.get('ports', ()), given.ports)
    problems.found += clashes
    if problems.found:
        raise UsageError(problems.found[0], *problems.found[1:])
    _add_sources(sources, file, given)
    notices: list[str] = list(file.notices)
    return Settings(
        mounts=layers.mounts(file.path, file.mounts, given.mounts, notices),
        file_variables=layers.variables(file.path, file.variables, notices),
        variables=layers.variables('command line', given.variables, notices),
        ulimits=layers.ulimits(file.options.get('ulimits', ()), given.ulimits),
        ports=ports,
        extra_args=layers.docker_words(file.options.get('extra_args', ()), given.extra_args),
        group_add=file.options.get('group_add', ()),
        flags=flags,
        sources=sources,
        file=file.path,
        notices=tuple(notices),
        **single,
    )


def _add_sources(sources: dict[str, str], file: MountsFile, given: Given) -> None:
    """Where the entries of the lists come from, that do not say so themselves."""
    for key, option, words in (
        ('ulimits', '--ulimit', given.ulimits), ('ports', '--port', given.ports),
        ('extra_args', '--docker-arg', given.extra_args), ('group_add', '', ()),
    ):
        in_file = file.options.get(key, ())
        sources.update((entry_key(key, entry), f'{file.path}: {place(key, entry)}') for entry in in_file)
        sources.update((entry_key(key, entry), option) for entry in words)


def engine_words(options: Values, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The engine's words alone, for commands that launch nothing. Raises UsageError."""
    problems = Problems()
    engine, context = (
        _single(key, options, environ, None, {}, {}, problems) for key in ('engine', 'context')
    )
    found = _placed(engine, context, problems)
    if problems.found:
        raise UsageError(problems.found[0], *problems.found[1:])
    return found


def dry_run_form(options: Values, environ: Mapping[str, str]) -> str:
    """The form of a dry run alone, '' for none. Raises UsageError."""
    return str(_alone('dry_run', options, environ))


def registry_and_release(options: Values, environ: Mapping[str, str]) -> tuple[str, str]:
    """These two alone, '' where they are not given. Raises UsageError."""
    return str(_alone('registry', options, environ)), str(_alone('release', options, environ))


def _alone(key: str, options: Values, environ: Mapping[str, str]) -> Any:
    problems = Problems()
    found = _single(key, options, environ, None, {}, {}, problems)
    if problems.found:
        raise UsageError(*problems.found)
    return found


def _single(
    key: str, options: Values, environ: Mapping[str, str], file: MountsFile | None, defaults: Mapping[str, Any],
    sources: dict[str, str], problems: Problems,
) -> Any:
    for source, given, is_text in candidates(key, options, environ, file, defaults):
        sources[key] = source
        return problems.parsed(source, given, RULES[key].parse) if is_text else given


def candidates(
    key: str, options: Values, environ: Mapping[str, str], file: MountsFile | None, defaults: Mapping[str, Any],
) -> Iterator[tuple[str, Any, bool]]:
    """(source, value, whether it is a text that is still to be parsed) of a setting; the first counts, the last is
    its default."""
    rule = RULES[key]
    if key == 'user' and options.get('run_as_user'):
        yield '--run_as_user', 'host', False
    if key == 'dry_run' and options.get('explain'):
        yield '--explain', 'explain', False
    for name in (key, 'cached') if key == 'image' else (key,):
        given = options.get(name)
        if isinstance(given, str):
            yield NAMES.get(name, f'--{name}'), given, True
        elif given is True and key == 'dry_run':
            yield '--dry-run', 'shell', False
    if rule.variable and environ.get(rule.variable):
        yield rule.variable, environ[rule.variable], True
    if file and file.options.get(key) is not None:
        yield f'{file.path}: DockerOptions.{key}', file.options[key], False
    yield 'default', defaults.get(key, rule.default), False


def _placed(engine: tuple[str, ...] | None, context: str | None, problems: Problems) -> tuple[str, ...]:
    """The engine's words, with the context."""
    engine = engine or ('docker',)  # refused already
    return problems.parsed('--context', context or '', partial(profiles.at, engine)) or engine


def _unknown_pull(engine: tuple[str, ...], policy: str | None, source: str) -> list[str]:
    known = profiles.profile(engine)
    if not policy or policy in known.pull:
        return []
    return [f'{source}: "{policy}": {parsers.one_of(*known.pull)} with {known.name}']
