"""Options, variables, the mounts file and defaults merged: option > variable > file > default."""
from __future__ import annotations

from ..base.errors import UsageError
from ..base.record import Record
from ..engine import profiles
from ..engine.profile import NO_ENGINE
from . import layers, parsers
from .container_values import unknown_image
from .options import BY_KEY, CONTRADICTIONS, ROWS
from .repeatable import Problems, entry_key, place, words_of
from .values import DEFAULT, NO, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from .option import Option, Values
    from .repeatable import Given
    from .values import Gpus, HostPath, Mount, MountsFile, Port, Ulimit, Variable


class Settings(Record):
    """Every setting of a launch, and in `sources` where each came from.

    `passed` has what the engine is told as it is: by Option.key the value of every row whose `docker` is an option
    of the engine's, where it is not the default.
    """

    mounts: tuple[Mount, ...]
    file_variables: tuple[Variable, ...]
    variables: tuple[Variable, ...]
    ulimits: tuple[Ulimit, ...]
    ports: tuple[Port, ...]
    extra_args: tuple[str, ...]
    group_add: tuple[str, ...]
    host_paths: tuple[HostPath, ...]
    flags: frozenset[str]
    passed: Mapping[str, str | bool]
    engine: tuple[str, ...]
    context: str
    gpus: Gpus | None
    user: str
    init: bool
    same_paths: bool
    tty: bool
    tag: str
    image: str
    release: str
    registry: str
    pull: str
    stop_timeout: int
    timeout: int | None  # seconds
    dry_run: str
    sources: Mapping[str, Source]
    file: str  # the mounts file's path, or ''
    notices: tuple[str, ...]


DISABLE = 'TAO_DOCKER_DISABLE'  # as NVIDIA's launcher has it
SINGLE = tuple(row for row in ROWS if row.kind or row.file_kind == 'flag')  # those with one value
FLAGS = tuple(row.key for row in ROWS if not row.value and row.name and row.key not in ('help', 'version'))


def merge(
    options: Values, environ: Mapping[str, str], file: MountsFile, defaults: Mapping[str, Any], cwd: str, home: str,
) -> Settings:
    """The settings of a launch.

    `defaults` are a developer runner's own; a relative --volume source is relative to `cwd`.
    Raises UsageError with every fault of the options and variables.
    """
    problems = Problems()
    sources: dict[str, Source] = {}
    found = _single_ones(options, environ, file, defaults, sources, problems)
    given = words_of(options, environ, cwd, home, problems)
    ports, clashes = layers.ports(
        file.options.get('ports', ()), given.ports, lambda port: Source('file', file.path, place('ports', port)),
    )
    problems.found += clashes
    if problems.found:
        raise UsageError(problems.found[0], *problems.found[1:])
    _add_sources(sources, file, given)
    notices: list[str] = [f'{file.path}: {notice}' for notice in file.notices]
    return Settings(
        mounts=layers.mounts(file.path, file.mounts, given.mounts, notices),
        file_variables=layers.variables(file.path, file.variables, notices),
        variables=layers.variables('command line', given.variables, notices),
        ulimits=layers.ulimits(file.options.get('ulimits', ()), given.ulimits),
        ports=ports,
        extra_args=layers.docker_words(file.options.get('extra_args', ()), given.extra_args),
        group_add=file.options.get('group_add', ()),
        host_paths=layers.host_paths(given.host_paths),
        flags=frozenset(flag for flag in FLAGS if options.get(flag)),
        passed={
            row.key: found[row.key] for row in SINGLE
            if row.docker.startswith('-') and found[row.key] != row.default
        },
        sources=sources,
        file=file.path,
        notices=tuple(notices),
        **{key: value for key, value in found.items() if key in Settings._fields},
    )


def _single_ones(
    options: Values, environ: Mapping[str, str], file: MountsFile, defaults: Mapping[str, Any],
    sources: dict[str, Source], problems: Problems,
) -> dict[str, Any]:
    """The settings that have one value, by Option.key; where each comes from goes to `sources`."""
    problems.found += [
        f'{BY_KEY[a].name} and {BY_KEY[b].name} cannot be combined' for a, b in CONTRADICTIONS
        if a in options and b in options
    ]
    found = {row.key: single(row, options, environ, file, defaults, sources, problems) for row in SINGLE}
    found['engine'] = placed(found['engine'], found['context'], environ, problems)
    problems.found += _unknown_pull(found['engine'], found['pull'], sources['pull'])
    problems.found += unknown_image(profiles.profile(found['engine']), found['image'], sources['image'])
    if found['timeout'] and options.get('detach'):
        problems.found.append(f'{sources["timeout"]}: a detached job has no launcher that could end it')
    return found


def _add_sources(sources: dict[str, Source], file: MountsFile, given: Given) -> None:
    """Where the entries of the lists come from, that do not say so themselves."""
    for key, option, words in (
        ('ulimits', '--ulimit', given.ulimits), ('ports', '--port', given.ports),
        ('extra_args', '--docker-arg', given.extra_args), ('group_add', '', ()),
    ):
        in_file = file.options.get(key, ())
        sources.update((entry_key(key, entry), Source('file', file.path, place(key, entry))) for entry in in_file)
        sources.update((entry_key(key, entry), Source('option', option)) for entry in words)


def single(
    row: Option, options: Values, environ: Mapping[str, str], file: MountsFile | None, defaults: Mapping[str, Any],
    sources: dict[str, Source], problems: Problems,
) -> Any:
    """A setting's value; where it comes from goes to `sources`."""
    for source, given, is_text in candidates(row, options, environ, file, defaults):
        sources[row.key] = source
        return problems.parsed(str(source), given, parsers.KINDS[row.kind]) if is_text else given


def candidates(
    row: Option, options: Values, environ: Mapping[str, str], file: MountsFile | None, defaults: Mapping[str, Any],
) -> Iterator[tuple[Source, Any, bool]]:
    """(source, value, whether it is a text that is still to be parsed) of a setting; the first counts, the last is
    its default."""
    key = row.key
    if key == 'user' and options.get('run_as_user'):
        yield Source('option', '--run_as_user'), 'host', False
    if key == 'dry_run' and options.get('explain'):
        yield Source('option', '--explain'), 'explain', False
    for name in (key, 'cached') if key == 'image' else (key,):
        given = options.get(name)
        if isinstance(given, str):
            yield Source('option', BY_KEY[name].name), given, True
        elif given is True and (row.optional or row.file_kind == 'flag'):
            yield Source('option', row.name), row.choices[0][0] if row.optional else True, False
    if row.variable and environ.get(row.variable):
        yield Source('variable', row.variable), environ[row.variable], True
    if key == 'engine' and is_disabled(environ):
        yield Source('variable', DISABLE), NO_ENGINE, True
    if row.file and file and file.options.get(row.file) is not None:
        yield Source('file', file.path, f'DockerOptions.{row.file}'), file.options[row.file], False
    yield DEFAULT, defaults.get(key, row.default), False


def is_disabled(environ: Mapping[str, str]) -> bool:
    """Whether NVIDIA's variable says that there is no docker to be used."""
    return environ.get(DISABLE, '').lower() not in ('', *NO)


def placed(
    engine: tuple[str, ...] | None, context: str | None, environ: Mapping[str, str], problems: Problems,
) -> tuple[str, ...]:
    """The engine's words, with the context, and the home for a "~" of its program."""
    engine = profiles.at_home(engine or ('docker',), environ.get('HOME', ''))  # none: refused already
    return problems.parsed('--context', context or '', lambda name: profiles.at(engine, name)) or engine


def _unknown_pull(engine: tuple[str, ...], policy: str | None, source: Source) -> list[str]:
    known = profiles.profile(engine)
    if not policy or policy in known.pull:
        return []
    return [f'{source}: "{policy}": {parsers.one_of(*known.pull)} with {known.name}']

