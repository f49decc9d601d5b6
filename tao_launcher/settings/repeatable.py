"""What the options that may be repeated say, and all that is wrong with options and variables."""
from __future__ import annotations

from ..base.json_text import at
from ..base.record import Record
from ..base.secrets import until_value
from . import parsers, ulimits
from .options import BY_KEY
from .ports import ports as parse_ports
from .values import HostPath, Mount, Port, Source, Ulimit, Variable, clean_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TypeVar

    from .option import Values

    T = TypeVar('T')

VARIABLE = BY_KEY['host_path'].variable


class Given(Record):
    """What the repeatable options say."""

    mounts: tuple[Mount, ...]
    variables: tuple[Variable, ...]
    ulimits: tuple[Ulimit, ...]
    ports: tuple[Port, ...]
    extra_args: tuple[str, ...]
    host_paths: tuple[HostPath, ...] = ()


class Problems:
    """Collects what is wrong with options and variables, so that all is said at once."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def parsed(self, source: str, text: str, parse: Callable[[str], T]) -> T | None:
        try:
            return parse(text)
        except ValueError as e:
            self.found.append(f'{source}: "{text}": {e}')
            return None

    def all(self, source: str, texts: Sequence[str], parse: Callable[[str], T]) -> list[T]:
        found = (self.parsed(source, text, parse) for text in texts)
        return [value for value in found if value is not None]


def words_of(options: Values, environ: Mapping[str, str], cwd: str, home: str, problems: Problems) -> Given:
    """What the repeatable options say, and the variables of such; every entry of it. Faults go to `problems`."""
    limits = problems.all('--ulimit', _words(options, 'ulimit'), ulimit)
    ports = [port for some in problems.all('--port', _words(options, 'port'), parse_ports) for port in some]
    mounts = problems.all('--volume', _words(options, 'volume'), lambda text: _volume(cwd, home, text))
    extra = _docker_words(_words(options, 'docker_arg'), problems)
    given = (_variable(text, problems) for text in _words(options, 'env'))
    variables = [Variable(name, value, Source('option', '--env')) for name, value in given if name]
    paths = _host_paths(options, environ, cwd, home, problems)
    return Given(tuple(mounts), tuple(variables), tuple(limits), tuple(ports), tuple(extra), tuple(paths))


def entry_key(key: str, entry: Ulimit | Port | str) -> str:
    """The name of an entry of a list, of which the later counts: ulimits.stack, ports.8888/tcp, extra_args.--cpus=8."""
    if isinstance(entry, Ulimit):
        return f'{key}.{entry.name}'
    return f'{key}.{entry.container}/{entry.protocol}' if isinstance(entry, Port) else f'{key}.{entry}'


def place(key: str, entry: Ulimit | Port | str) -> str:
    """Where an entry of a list is in a mounts file."""
    if isinstance(entry, Ulimit):
        return at(f'DockerOptions.{key}', entry.name)
    if isinstance(entry, Port):
        return at(f'DockerOptions.{key}', f'{entry.container}{f"/{entry.protocol}" if entry.protocol != "tcp" else ""}')
    return f'DockerOptions.{key}'


def _words(options: Values, key: str) -> list[str]:
    given = options.get(key, [])
    return given if isinstance(given, list) else []


def ulimit(text: str) -> Ulimit:
    """NAME=SOFT[:HARD]. Raises ValueError."""
    name, equals, limit = text.partition('=')
    if not equals:
        raise ValueError('expected NAME=SOFT or NAME=SOFT:HARD')
    return ulimits.ulimit(name, limit)


def _variable(text: str, problems: Problems) -> tuple[str, str | None]:
    try:
        return parsers.variable(text)
    except ValueError as e:  # never shown with its value: it may be a secret
        problems.found.append(f'--env: "{until_value(text.partition("=")[0])}": {e}')
        return '', None


def _docker_words(words: Sequence[str], problems: Problems) -> list[str]:
    if not words:
        return []
    from .docker_args import check_word, word_name

    found = []
    for word in words:
        try:
            found.append(check_word(word))
        except ValueError as e:  # never shown with its value: it may be a secret
            problems.found.append(f'--docker-arg: "{word_name(word)}": {e}')
    return found


def _volume(cwd: str, home: str, text: str) -> Mount:
    source, destination, mode = parsers.volume(text)
    absolute = _absolute(cwd, home, source)
    return Mount(
        absolute, destination or parsers.destination(absolute), mode, Source('option', '--volume'),
        is_of_here=not text.startswith('/'),
    )


def host_paths(options: Values, environ: Mapping[str, str], cwd: str, home: str) -> list[HostPath]:
    """What --host-path and its variable say, for what launches nothing; a faulty one says nothing."""
    return list(_host_paths(options, environ, cwd, home, Problems()))


def _host_paths(
    options: Values, environ: Mapping[str, str], cwd: str, home: str, problems: Problems,
) -> Iterator[HostPath]:
    """Those of the variable, joined by ":", then those of the options."""
    in_variable = [word for word in environ.get(VARIABLE, '').split(':') if word]
    for kind, name, texts in (
        ('variable', VARIABLE, in_variable), ('option', '--host-path', _words(options, 'host_path')),
    ):
        source = Source(kind, name)
        yield from problems.all(name, texts, lambda text: _host_path(cwd, home, text, source))  # noqa: B023


def _host_path(cwd: str, home: str, text: str, source: Source) -> HostPath:
    here, there = parsers.host_path(text)
    return HostPath(_absolute(cwd, home, here), there, source)


def _absolute(cwd: str, home: str, path: str) -> str:
    """A path as someone in the folder `cwd` means it. Raises ValueError for a relative one without such a folder."""
    if path == '~' or path.startswith('~/'):
        path = home + path[1:]
    if not cwd and not path.startswith('/'):
        raise ValueError('the current folder is gone: cd to one that exists, or write an absolute path')
    return clean_path(path if path.startswith('/') else f'{cwd}/{path}')
