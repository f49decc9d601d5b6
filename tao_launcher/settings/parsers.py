"""How the values that options, variables and the mounts file share are written.

Every parser takes what the user wrote and returns the value, or raises ValueError with
what it should be ("expected ..."). Whoever calls it knows where the value stood and adds that.
"""
from __future__ import annotations

from ..base.late import re
from ..base.shell import split
from ..base.text import DIGITS, LETTERS, NO_LINE_BREAK, has_line_break, is_name, is_number, is_one_word
from ..engine.docker import DOCKER
from ..engine.profiles import PROFILES, PULL, check_starters, known, named, runs_nothing
from .container_values import container_name, cpus, entrypoint, hostname, is_file, platform, registry, size
from .values import Gpus, clean_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

# As engines read a reference: the repository in lower case, a registry by its name, its address or [IPv6].
IMAGE = (
    r'(([a-zA-Z0-9][a-zA-Z0-9.-]*|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?/)?[a-z0-9]+((?:[._/]|__|-+)[a-z0-9]+)*'
    r'(:[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127})?'
)
MAX_ID = 2 ** 31 - 1  # of users and groups, to the engines
MODES = ('ro', 'rw', 'z', 'Z')

# What notebooks leave behind when no shell expanded it: the caller is meant.
UNEXPANDED_CALLER = ('$(id -u):$(id -g)', '`id -u`:`id -g`', '$UID:$GID', '${UID}:${GID}')


def destination(text: str) -> str:
    """A container path, normalised as text."""
    if not text.startswith('/'):
        expanded = ' (variables are not expanded in it)' if '$' in text else ''
        raise ValueError(f'expected an absolute path in the container{expanded}')
    if clean_path(text) == '/':
        raise ValueError('expected a folder below / of the container, not / itself')
    return clean_path(text)


def mode(text: str) -> str:
    """A mount's mode: ro, rw, z, Z, comma-joined, no two that contradict each other."""
    words = text.split(',')
    if not set(words) <= set(MODES) or len(words) != len(set(words)):
        raise ValueError('expected ro, rw, z or Z, or two of them joined by a comma')
    if {'ro', 'rw'} <= set(words) or {'z', 'Z'} <= set(words):
        raise ValueError('expected only one of ro and rw, and only one of z and Z')
    return text


def gpus(text: str) -> Gpus:
    """all, none, indices or UUIDs joined by commas, count=N, free or free:N; a bare number is an index."""
    text = text.strip().strip('"')
    if text in ('all', 'none'):
        return Gpus(text)
    name, equals, value = text.partition('=')
    if equals and name == 'count':
        if not re.fullmatch(r'[1-9][0-9]{0,3}', value):
            raise ValueError('expected count=N with N from 1 to 9999')
        return Gpus('count', first=int(value))
    if text.startswith('free') and re.fullmatch(r'free(:[1-9][0-9]{0,3})?', text):
        return Gpus('free', first=int(text[5:] or 1))
    ids = tuple((value if name == 'device' else text).split(','))
    for one in ids:
        if not is_number(one, 4) and not re.fullmatch(r'[0-9]{1,4}:[0-9]{1,2}|(GPU|MIG)-[0-9A-Za-z/-]+', one):
            raise ValueError('expected all, none, 0,1, GPU-UUID, MIG-UUID, count=N or free:N')
    if len(set(ids)) != len(ids):
        raise ValueError('expected every GPU once')
    return Gpus('ids', ids)


def user(text: str) -> str:
    """UID:GID, UID, a name the image knows, or host; what notebooks leave unexpanded is host."""
    if text == 'host' or text.replace('"', '') in UNEXPANDED_CALLER:
        return 'host'
    if text.lower() == 'uid:gid':
        raise ValueError('expected numbers such as 1000:1000, or host for the caller')
    parts = text.split(':')
    if len(parts) > 2 or not all(is_number(part, 10) or is_name(part, LETTERS + '_') for part in parts):
        raise ValueError('expected UID:GID, a user name of the image, or host for the caller')
    if any(part.isdigit() and int(part) > MAX_ID for part in parts):
        raise ValueError(f'expected numbers up to {MAX_ID}, the largest of a user or group')
    return text


def variable(text: str) -> tuple[str, str | None]:
    """NAME=VALUE, or NAME alone (value None: the host's)."""
    name, equals, value = text.partition('=')
    if not is_one_word(name):
        raise ValueError('expected NAME=VALUE or NAME')
    return name, value if equals else None


def duration(text: str) -> int:
    """A time, in seconds."""
    from . import durations  # few launches have one

    return durations.duration(text)


def word(text: str) -> str:
    """A name without blanks (a network, an IPC mode, a group)."""
    if not is_one_word(text) or text.startswith('-'):
        raise ValueError('expected a name without blanks')
    return text


def seconds(text: str) -> int:
    """A whole number of seconds."""
    if not is_number(text, 6):
        raise ValueError('expected a whole number of seconds')
    return int(text)


def one_of(*choices: str) -> str:
    """The wording for a value out of a few."""
    return f'expected {", ".join(choices[:-1])} or {choices[-1]}'


def image(text: str) -> str:
    """An image reference: [REGISTRY/]REPOSITORY[:TAG][@DIGEST], or an image id."""
    name, at, digest = text.partition('@')
    if at and not re.fullmatch('sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}', digest):
        raise ValueError('expected "sha256:" and 64 hex digits after the @')
    if not re.fullmatch(IMAGE, name):
        raise ValueError('expected an image such as nvcr.io/nvidia/tao/tao-toolkit:6.0.0-pyt')
    return text


def image_or_file(text: str) -> str:
    """An image's reference; a path or a URI, which only engines without a daemon know."""
    if '\0' in text or has_line_break(text):
        raise ValueError(NO_LINE_BREAK)
    return text if is_file(text) else image(text)


def is_digest(value: object) -> bool:
    """Whether a value is an image's digest, as registries write it."""
    return isinstance(value, str) and bool(re.fullmatch('sha256:[0-9a-f]{64}', value))


def tag(text: str) -> str:
    """A tag."""
    if len(text) > 128 or not is_name(text, LETTERS + DIGITS + '_'):
        raise ValueError('expected a tag such as 6.0.0-pyt')
    return text


def volume(text: str) -> tuple[str, str, str]:
    """SRC:DST[:MODE] as (source as written, container path, mode); of SRC alone the container path is ''."""
    parts = text.split(':')
    if len(parts) > 3 or not parts[0]:
        raise ValueError('expected SRC, SRC:DST or SRC:DST:MODE (a path with ":" fits into the mounts file only)')
    if has_line_break(text):
        raise ValueError(NO_LINE_BREAK)
    return parts[0], destination(parts[1]) if len(parts) > 1 else '', mode(parts[2]) if len(parts) == 3 else ''


def host_path(text: str) -> tuple[str, str]:
    """HERE=THERE as (folder as written, the daemon's absolute path of it)."""
    here, equals, there = text.partition('=')
    if not here or not there.startswith('/'):
        raise ValueError('expected HERE=THERE, THERE an absolute path on the daemon\'s machine')
    if has_line_break(text):
        raise ValueError(NO_LINE_BREAK)
    return here, clean_path(there)


def dry_run(text: str) -> str:
    """The form of a dry run; "1" is shell, "0" none."""
    form = {'1': 'shell', 'true': 'shell', 'yes': 'shell', '0': '', 'false': '', 'no': ''}.get(text.lower(), text)
    if form not in ('', 'shell', 'pretty', 'json'):
        raise ValueError(one_of('shell', 'pretty', 'json'))
    return form


def pull(text: str) -> str:
    """When to pull."""
    if text not in PULL:
        raise ValueError(one_of(*DOCKER.pull))
    return text


def color(text: str) -> str:
    """When to use colour."""
    if text not in ('auto', 'always', 'never'):
        raise ValueError(one_of('auto', 'always', 'never'))
    return text


def engine(text: str) -> tuple[str, ...]:
    """The words of the engine's command, split as a shell would; a program of another name says which kind it is."""
    words = tuple(named(word) or word for word in split(text))  # its ValueError names an open quote
    if not words or runs_nothing(words):
        raise ValueError('expected docker, podman, docker:/path/of/it, "sudo -n docker", apptainer or none')
    check_starters(words)  # its ValueError says what else to do
    if not any(map(known, words)):
        names = ' or '.join(f'{each.name}:{"/path/of/it" if ":" in words[-1] else words[-1]}' for each in PROFILES)
        raise ValueError(f'not known to be {" or ".join(profile.name for profile in PROFILES)}; say which: {names}')
    return words


KINDS: Mapping[str, Callable[[str], Any]] = {  # how the one value of an option is written, by Option.kind
    'color': color, 'container_name': container_name, 'cpus': cpus, 'destination': destination, 'dry_run': dry_run,
    'duration': duration, 'engine': engine, 'entrypoint': entrypoint, 'gpus': gpus, 'hostname': hostname,
    'image': image_or_file, 'platform': platform, 'pull': pull, 'registry': registry, 'seconds': seconds, 'size': size,
    'tag': tag, 'user': user, 'word': word,
}
