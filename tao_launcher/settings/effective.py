"""Every setting in effect, where it comes from and what it overrode."""
from __future__ import annotations

from ..base.masking import masked, masked_text, masked_words
from ..base.record import Record
from ..base.secrets import is_secret
from ..base.shell import join
from . import parsers
from .docker_args import word_key
from .entries import Entry
from .option import is_debugging
from .options import BY_KEY
from .repeatable import Problems, place, words_of
from .settings import SINGLE, candidates
from .values import DEFAULT, Gpus, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence
    from typing import Any

    from .invocation import Invocation
    from .option import Option, Values
    from .repeatable import Given
    from .values import MountsFile, Variable

FIRST = ('engine', 'context', 'release', 'registry', 'image', 'tag', 'pull', 'gpus')
FLAGS = ('detach', 'interactive', 'no_tty', 'no_check', 'link', 'quiet', 'verbose')


class Assignment(Record):
    """A value for a setting; of those of one key the last counts."""

    key: Hashable
    name: str
    value: object
    source: Source


def entries(file: MountsFile, invocation: Invocation) -> list[Entry]:
    """All of them: those with one value, the flags, then the entries of those that are lists.

    The options and variables have to be right: `settings.merge` says what is wrong with them.
    """
    options, environ, here, _ = invocation
    found = [
        _entry([
            Assignment(row.key, row.key, _value(row.key, given, environ), source)
            for source, given in _candidates(row, options, environ, file)
        ])
        for row in (*(BY_KEY[key] for key in FIRST), *(row for row in SINGLE if row.key not in FIRST))
    ]
    for flag in FLAGS:
        given = [Assignment(flag, flag, value=False, source=DEFAULT)]
        if flag == 'verbose' and is_debugging(environ):
            debug = Source('variable', 'TAO_LAUNCHER_DEBUG')
            given.append(Assignment(flag, flag, not options.get('quiet'), debug))
        if options.get(flag):
            given.append(Assignment(flag, flag, value=True, source=Source('option', BY_KEY[flag].name)))
        found.append(_entry(given))
    return found + _lists(file, words_of(options, environ, here.cwd, here.home, Problems()), environ)


def _candidates(
    row: Option, options: Values, environ: Mapping[str, str], file: MountsFile,
) -> Iterator[tuple[Source, object]]:
    """(source, value) of a setting, the default first and what counts last."""
    default, *others = reversed(list(candidates(row, options, environ, file, {})))
    yield default[:2]
    if row.key == 'color' and environ.get('NO_COLOR'):
        yield Source('variable', 'NO_COLOR'), 'never'
    for source, given, is_text in others:
        try:
            yield source, parsers.KINDS[row.kind](given) if is_text else given
        except ValueError:  # it is overridden, so nobody has complained
            yield source, given


def _entry(given: Sequence[Assignment]) -> Entry:
    """The last of the candidates, and those that it overrode: all but a default, the strongest first."""
    *others, last = given
    overridden = [(one.value, one.source) for one in reversed(others) if one.source != DEFAULT]
    return Entry(last.name, last.value, last.source, tuple(overridden))


def _lists(file: MountsFile, given: Given, environ: Mapping[str, str]) -> list[Entry]:
    """The entries of lists; a later one overrides those of the same key."""
    everything = [
        Assignment(('mount', m.destination), f'mount {m.destination}', m.source + (m.mode and f' ({m.mode})'), m.origin)
        for m in (*file.mounts, *given.mounts)
    ]
    everything += [
        Assignment(('env', v.name), f'env {v.name}', _variable(v, environ), v.origin)
        for v in (*file.variables, *given.variables)
    ]
    everything += [
        Assignment(('host_path', path.here), f'host_path {path.here}', path.there, path.origin)
        for path in given.host_paths
    ]
    everything += _docker_options(file.options, file.path)
    everything += _docker_options(given._asdict(), '')
    by_key: dict[Hashable, list[Assignment]] = {}
    for one in everything:
        by_key.setdefault(one.key, []).append(one)
    return [_entry(_ports_of_one_source(those)) for those in by_key.values()]


def _docker_options(said: Mapping[str, Any], file: str) -> Iterator[Assignment]:
    """The entries of the lists among docker's options: of the file, or (`file` is '') of the command line."""
    def source(key: str, entry: Any, option: str) -> Source:
        return Source('file', file, place(key, entry)) if file else Source('option', option)

    for limit in said.get('ulimits', ()):
        name, _, value = str(limit).partition('=')
        yield Assignment(('ulimit', name), f'ulimit {name}', value, source('ulimits', limit, '--ulimit'))
    for port in said.get('ports', ()):
        name = f'{port.container}/{port.protocol}'
        host = ':'.join(part for part in (port.ip, port.host) if part) or 'any'
        yield Assignment(('port', name), f'port {name}', host, source('ports', port, '--port'))
    for word in said.get('extra_args', ()):
        given_by = source('extra_args', word, '--docker-arg')
        yield Assignment(('word', word_key(word)), 'docker_arg', _word(word), given_by)
    for group in said.get('group_add', ()):
        yield Assignment(('group', group), 'group_add', group, source('group_add', group, ''))


def _ports_of_one_source(those: list[Assignment]) -> list[Assignment]:
    """The candidates; host ports that one source gives to one container port are one value."""
    if not those[0].name.startswith('port '):
        return those
    by_source: dict[Source, list[Assignment]] = {}
    for one in those:
        by_source.setdefault(one.source, []).append(one)
    return [same[0]._replace(value=', '.join(str(one.value) for one in same)) for same in by_source.values()]


def _word(word: str) -> str:
    """A word for docker run without secrets, also in values such as that of --log-opt=NAME=VALUE."""
    name, equals, value = masked_words([word])[0].partition('=')
    return name + equals + (masked_words([value])[0] if '=' in value else value)


def _variable(variable: Variable, environ: Mapping[str, str]) -> str:
    if variable.value is None:
        return 'that of the host' + ('' if variable.name in environ else ', where it is not set: left out')
    return '***' if is_secret(variable.name, variable.value) else masked_text(variable.value)


def _value(key: str, given: Any, environ: Mapping[str, str]) -> object:
    """A value as people and JSON have it."""
    if key == 'gpus' and given is None:
        return 'those of the Slurm job' if environ.get('SLURM_JOB_ID') else 'all'
    if isinstance(given, Gpus):
        number = {'count': '=', 'free': ':'}.get(given.kind, '') + str(given.first or '')
        return ','.join(given.ids) or given.kind + number
    if isinstance(given, tuple):
        given = join(given)
    return (masked(given) or None) if isinstance(given, str) else given
