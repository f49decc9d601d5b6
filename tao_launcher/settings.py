"""Options, variables, the mounts file and defaults merged: option > variable > file > default."""
from __future__ import annotations

from functools import partial

from . import engines, layers, parsers
from .docker_words import check_word, word_name
from .errors import UsageError
from .options import OPTIONS
from .ports import ports as parse_ports
from .record import Record
from .values import Gpus, Mount, Port, Ulimit, Variable, clean_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeVar

    from .cli import Values
    from .config import MountsFile

    T = TypeVar('T')


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
    'privileged': Rule(bool, False),
    'init': Rule(bool, True),
    'tty': Rule(bool, True),
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
FLAGS = ('run_as_user', 'detach', 'tty', 'no_tty', 'interactive', 'no_check', 'quiet', 'verbose')
CONTRADICTIONS = (
    ('run_as_user', 'user'), ('tag', 'image'), ('tag', 'cached'), ('image', 'cached'), ('tty', 'no_tty'),
    ('detach', 'tty'), ('detach', 'interactive'), ('quiet', 'verbose'),
)


class Problems:
    """Collects what is wrong with options and variables, so that all is said at once."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def parsed(self, source: str, text: str, parse: Callable[[str], T]) -> T | None:
        try:
            return parse(text)
        except ValueError as e:
            self.found.append(f'{source}: "{word_name(text) if parse is check_word else text}": {e}')
            return None

    def all(self, source: str, texts: Sequence[str], parse: Callable[[str], T]) -> list[T]:
        return [found for text in texts for found in [self.parsed(source, text, parse)] if found is not None]


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
        key: _single(key, rule, options, environ, file, defaults, sources, problems) for key, rule in RULES.items()
    }
    single['engine'] = _placed(single['engine'], single['context'], problems)
    problems.found += _unknown_pull(single['engine'], single['pull'], sources['pull'])
    if 'run_as_user' in flags:
        single['user'], sources['user'] = 'host', '--run_as_user'
    notices: list[str] = list(file.notices)
    words = partial(_words, options)
    ulimits = problems.all('--ulimit', words('ulimit'), _ulimit)
    ports, clashes = layers.ports(file.options.get('ports', ()), [
        port for some in problems.all('--port', words('port'), parse_ports) for port in some
    ])
    problems.found += clashes
    volumes = problems.all('--volume', words('volume'), partial(_volume, cwd, home))
    extra = problems.all('--docker-arg', words('docker_arg'), check_word)
    variables = [
        Variable(name, value, '--env')
        for text in words('env') for name, value in [_variable(text, problems)] if name
    ]
    if problems.found:
        raise UsageError(problems.found[0], *problems.found[1:])
    return Settings(
        mounts=layers.mounts(file.path, file.mounts, volumes, notices),
        file_variables=layers.variables(file.path, file.variables, notices),
        variables=layers.variables('command line', variables, notices),
        ulimits=layers.ulimits(file.options.get('ulimits', ()), ulimits),
        ports=ports,
        extra_args=layers.docker_words(file.options.get('extra_args', ()), extra),
        group_add=file.options.get('group_add', ()),
        flags=flags,
        sources=sources,
        notices=tuple(notices),
        **single,
    )


def engine_words(options: Values, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The engine's words alone, for commands that launch nothing. Raises UsageError."""
    problems = Problems()
    engine, context = (
        _single(key, RULES[key], options, environ, None, {}, {}, problems) for key in ('engine', 'context')
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
    found = _single(key, RULES[key], options, environ, None, {}, {}, problems)
    if problems.found:
        raise UsageError(*problems.found)
    return found


def _single(
    key: str, rule: Rule, options: Values, environ: Mapping[str, str], file: MountsFile | None,
    defaults: Mapping[str, Any], sources: dict[str, str], problems: Problems,
) -> Any:
    given = options.get('cached' if key == 'image' and 'cached' in options else key)
    if isinstance(given, str):
        sources[key] = NAMES.get(key, f'--{key}')
        return problems.parsed(sources[key], given, rule.parse)
    if given is True and key == 'dry_run':
        sources[key] = '--dry-run'
        return 'shell'
    if rule.variable and environ.get(rule.variable):
        sources[key] = rule.variable
        return problems.parsed(rule.variable, environ[rule.variable], rule.parse)
    if file and file.options.get(key) is not None:
        sources[key] = f'{file.path}: DockerOptions.{key}'
        return file.options[key]
    sources[key] = 'default'
    return defaults.get(key, rule.default)


def _placed(engine: tuple[str, ...] | None, context: str | None, problems: Problems) -> tuple[str, ...]:
    """The engine's words, with the context."""
    engine = engine or ('docker',)  # refused already
    return problems.parsed('--context', context or '', partial(engines.at, engine)) or engine


def _unknown_pull(engine: tuple[str, ...], policy: str | None, source: str) -> list[str]:
    known = engines.profile(engine)
    if not policy or policy in known.pull:
        return []
    return [f'{source}: "{policy}": {parsers.one_of(*known.pull)} with {known.name}']


def _words(options: Values, key: str) -> list[str]:
    given = options.get(key, [])
    return given if isinstance(given, list) else []


def _ulimit(text: str) -> Ulimit:
    name, equals, limit = text.partition('=')
    if not equals:
        raise ValueError('expected NAME=SOFT or NAME=SOFT:HARD')
    return parsers.ulimit(name, limit)


def _variable(text: str, problems: Problems) -> tuple[str, str | None]:
    try:
        return parsers.variable(text)
    except ValueError as e:  # never shown with its value: it may be a secret
        problems.found.append(f'--env: "{text.partition("=")[0]}": {e}')
        return '', None


def _volume(cwd: str, home: str, text: str) -> Mount:
    source, destination, mode = parsers.volume(text)
    if source == '~' or source.startswith('~/'):
        source = home + source[1:]
    absolute = source if source.startswith('/') else f'{cwd}/{source}'
    return Mount(clean_path(absolute), destination, mode, '--volume')
