"""What options of the launcher say that a new mounts file can hold, beside what config init asks for. Pure."""
from __future__ import annotations

from ...base.secrets import is_secret
from ...settings import parsers
from ...settings.options import BY_KEY, OPTIONS, ROWS
from ...settings.repeatable import Problems, words_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ...settings.option import Option, Values
    from ...settings.values import Port, Variable

ASKED = ('volume', 'user', 'run_as_user', 'shm_size', 'ulimit')
LISTS = ('env', 'port', 'docker_arg')
# What is of this call alone, and nobody expects in a file.
OF_THE_CALL = ('mounts_file', 'dry_run', 'no_check', 'quiet', 'verbose', 'color', 'help', 'version')


def docker_options(options: Values, cwd: str, home: str, problems: Problems) -> dict[str, Any]:
    """The further DockerOptions, by their keys in the file; faults go to `problems`."""
    found: dict[str, Any] = {}
    given = words_of({key: options[key] for key in LISTS if key in options}, {}, cwd, home, problems)
    lists = {'ports': _ports(given.ports), 'extra_args': list(given.extra_args)}
    for row in ROWS:
        if not row.file or row.key in ASKED:
            continue
        if lists.get(row.file):
            found[row.file] = lists[row.file]
        elif row.key in options and not row.repeatable:
            found.update(_single(row, options[row.key], problems))
    return {**found, 'tty': False} if options.get('no_tty') else found


def _single(row: Option, value: object, problems: Problems) -> Iterator[tuple[str, object]]:
    if row.file_kind == 'flag':
        yield row.file, bool(value)
    elif problems.parsed(row.name, str(value), parsers.KINDS[row.kind]) is not None:
        yield row.file, str(value)


def _ports(ports: Sequence[Port]) -> dict[str, Any]:
    """Container port to host port: a list where a container port is published at several."""
    found: dict[str, list[object]] = {}
    for port in ports:
        host = f'{port.ip}:{port.host}' if port.ip else int(port.host)
        name = f'{port.container}' + ('' if port.protocol == 'tcp' else f'/{port.protocol}')
        found.setdefault(name, []).append(host)
    return {name: hosts if len(hosts) > 1 else hosts[0] for name, hosts in found.items()}


def variables(options: Values, cwd: str, home: str) -> tuple[list[dict[str, str]], list[str]]:
    """(the Envs, the names of those whose value may be a secret and is left to the environment of a launch)."""
    given = words_of({'env': options.get('env', [])}, {}, cwd, home, Problems()).variables
    by_name: dict[str, Variable] = {variable.name: variable for variable in given}
    entries, secret = [], []
    for name, variable in by_name.items():
        if variable.value and is_secret(name, variable.value):
            secret.append(name)
            entries.append({'variable': name})
        else:
            entries.append({'variable': name, **({} if variable.value is None else {'value': variable.value})})
    return entries, secret


def unwritten(options: Values) -> list[str]:
    """The options that are given and have no place in the file."""
    names = (row.name for row in OPTIONS if row.key in options and not row.file)
    held = {BY_KEY[key].name for key in (*ASKED, *OF_THE_CALL, 'env', 'no_tty')}
    return [name for name in names if name not in held]
