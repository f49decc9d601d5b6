"""The DockerOptions section of the mounts file, one small parser per key."""
from __future__ import annotations

from ..base.json_reader import Reader, kind, whole
from ..base.json_text import at, show
from ..base.late import re
from ..base.text import is_number
from . import container_values, parsers, ulimits
from .options import ROWS
from .ports import PROTOCOLS, container_port, host_port, port_clashes
from .values import Gpus, Port, Ulimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


ADDRESS_AND_PORT = r'([0-9.]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}'


def docker_options(section: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    """The options that the section sets, parsed; faults go to `reader`."""
    reader.known('DockerOptions', section, tuple(PARSERS))
    return {
        key: PARSERS[key](at('DockerOptions', key), value, reader)
        for key, value in section.items()
        if key in PARSERS
    }


def _size(path: str, value: object, reader: Reader) -> str | None:
    number = whole(value)
    if number is not None:
        value = str(number)
    text = reader.text(path, value, 'a size such as "16G"')
    if not text:
        return None
    # a schema sees how a size is written, not that it is too large
    return reader.parsed(path, text, container_values.size, structural=not container_values.is_too_large(text))


def _flag(path: str, value: object, reader: Reader) -> bool | None:
    if isinstance(value, bool):
        return value
    reader.expect(path, value, 'true or false')
    return None


def _word(path: str, value: object, reader: Reader) -> str | None:
    text = reader.text(path, value, 'a name without blanks')
    return reader.parsed(path, text, parsers.word) if text else None


def _cpus(path: str, value: object, reader: Reader) -> str | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = whole(value)
        if number is None and value - value != 0:
            return None  # infinity is no number of JSON, which is said of any value
        value = str(value if number is None else number)
    text = reader.text(path, value, 'a number of processors such as 8 or 1.5')
    return reader.parsed(path, text, container_values.cpus, structural=False) if text else None


def _hostname(path: str, value: object, reader: Reader) -> str | None:
    text = reader.text(path, value, 'a host name')
    return reader.parsed(path, text, container_values.hostname, structural=False) if text else None


def _platform(path: str, value: object, reader: Reader) -> str | None:
    text = reader.text(path, value, 'OS/ARCH such as "linux/arm64"')
    return reader.parsed(path, text, container_values.platform, structural=False) if text else None


def _entrypoint(path: str, value: object, reader: Reader) -> str | None:
    if value == '':
        return ''  # none
    text = reader.text(path, value, 'a program of the container')
    return reader.parsed(path, text, container_values.entrypoint, structural=False) if text else None


def _workdir(path: str, value: object, reader: Reader) -> str | None:
    text = reader.text(path, value, 'an absolute path in the container')
    if text and not text.startswith('/'):
        reader.expect(path, value, 'an absolute path in the container')
        return None
    return text


def _user(path: str, value: object, reader: Reader) -> str | None:
    number = whole(value)
    if number is not None and number >= 0:
        value = str(number)
    text = reader.text(path, value, '"UID:GID" or "host"')
    return reader.parsed(path, text, parsers.user, structural=False) if text else None


def _gpus(path: str, value: object, reader: Reader) -> Gpus | None:
    items = value if isinstance(value, list) and value else [value]
    given = [(item, whole(item)) for item in items]
    texts = [str(item if number is None else number) for item, number in given]
    if not all(texts) or not all(isinstance(item, str) or number is not None for item, number in given):
        reader.expect(path, value, '"all", "none", "0,1" or a list of GPUs')
        return None
    return reader.parsed(path, ','.join(texts), parsers.gpus, structural=False)


def _words(path: str, value: object, reader: Reader) -> tuple[str, ...]:
    groups = []
    for where, item in reader.items(path, value):
        number = whole(item)
        groups.append(_word(where, item if number is None or number < 0 else str(number), reader))
    return tuple(group for group in groups if group)


def _docker_words(path: str, value: object, reader: Reader) -> tuple[str, ...]:
    from .docker_args import check_word, word_name

    words = []
    for where, item in reader.items(path, value):
        if not isinstance(item, str) or not item.startswith('-'):
            reader.fault(where, 'expected a word for docker such as "--cpus=8"', value=kind(item))
            continue
        try:
            words.append(check_word(item))
        except ValueError as e:
            reader.fault(where, str(e), structural=False, value=show(word_name(item)))
    return tuple(word for word in words if word)


def _ulimits(path: str, value: object, reader: Reader) -> tuple[Ulimit, ...]:
    limits = []
    for name, item in reader.members(path, value).items():
        where = at(path, name)
        text = _ulimit_text(where, item, reader)
        if text is not None:
            limits.append(_ulimit(where, name, text, reader))
    return tuple(limit for limit in limits if limit)


def _ulimit(path: str, name: str, text: str, reader: Reader) -> Ulimit | None:
    known = name in ulimits.ULIMITS
    return reader.parsed(path, text, lambda text: ulimits.ulimit(name, text), structural=not known)


def _ulimit_text(path: str, value: object, reader: Reader) -> str | None:
    """SOFT or SOFT:HARD of an int, a string or an object with soft and hard."""
    number = whole(value)
    if number is not None:
        return str(number)
    if isinstance(value, str) and ulimits.is_written_as_limit(value):
        return value
    if isinstance(value, dict):
        soft, hard = whole(value.get('soft')), whole(value.get('hard'))
        reader.unused(path, reader.members(path, value), ('soft', 'hard'), {})
        if soft is not None and (hard is not None or 'hard' not in value):
            return f'{soft}' if hard is None else f'{soft}:{hard}'
    reader.expect(path, value, 'a whole number, "SOFT:HARD" or {"soft": N, "hard": N}')
    return None


def _ports(path: str, value: object, reader: Reader) -> tuple[Port, ...]:
    """Container → host, the other way round than docker's -p."""
    ports: list[Port] = []
    for key, item in reader.members(path, value).items():
        where = at(path, key)
        number, slash, protocol = key.partition('/')
        if not is_number(number, 5) or slash and protocol not in PROTOCOLS:
            reader.fault(where, 'expected a container port such as "8888" or "8888/udp" as the key')
            continue
        container = reader.parsed(where, key, container_port, structural=False)
        many = isinstance(item, list)
        for place, host in reader.items(where, item) if many else [(where, item)]:
            found = _host_port(place, host, reader, in_list=many)
            if found and container:
                ports.append(Port(container[0], container[1], found[1], found[0]))
    for clash in port_clashes(ports):
        reader.fault(path, f'host port {clash} is given to two entries', structural=False)
    return tuple(ports)


def _host_port(path: str, value: object, reader: Reader, *, in_list: bool) -> tuple[str, str] | None:
    if value is None and not in_list:
        return '', ''  # docker picks one
    number = whole(value)
    if number is not None:
        if 1 <= number <= 65535:
            return '', str(number)
        reader.expect(path, value, 'a port from 1 to 65535')
        return None
    if isinstance(value, str) and (is_number(value, 5) or re.fullmatch(ADDRESS_AND_PORT, value)):
        return reader.parsed(path, value, host_port, structural=False)
    reader.expect(path, value, 'a host port, "IP:PORT", a list of them, or null')
    return None


# How the file writes a value, by Option.file_kind or Option.kind.
KINDS: Mapping[str, Callable[[str, Any, Reader], Any]] = {
    'size': _size,
    'ulimits': _ulimits,
    'user': _user,
    'ports': _ports,
    'flag': _flag,
    'word': _word,
    'cpus': _cpus,
    'hostname': _hostname,
    'platform': _platform,
    'entrypoint': _entrypoint,
    'gpus': _gpus,
    'words': _words,
    'destination': _workdir,
    'docker_words': _docker_words,
}
PARSERS = {row.file: KINDS[row.file_kind or row.kind] for row in ROWS if row.file}
