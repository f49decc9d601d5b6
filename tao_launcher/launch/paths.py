"""A task's arguments read as container paths: what would fail, or vanish, for a reason that shows already.

Pure but for what the caller's `look` finds on the host.
"""
from __future__ import annotations

import re

from ..base.errors import ConfigError
from ..base.record import Record
from ..settings.values import clean_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Optional

    from ..settings.values import Gpus, Mount

    # Whether a host path exists; None where the caller may not know. "FOLDER/." exists for folders only.
    Look = Callable[[str], Optional[bool]]

SPEC = ('-e', '--experiment_spec_file', '--experiment_spec', '--spec')
OUTPUT = ('-r', '--results_dir', '-o', '--output_dir', '--output', '--out_dir')
OUTPUT_KEY = re.compile(r'(^|[._])(results?_dir|output_(dir|path|root|folder|file)|outputs_dir)$')
# Folders that every image has too, so that a path below them says nothing about the host.
OF_THE_IMAGE = ('/bin', '/dev', '/etc', '/lib', '/lib64', '/opt', '/proc', '/sbin', '/sys', '/usr', '/var')
# These too, but what is below them is someone's own.
EMPTY_IN_THE_IMAGE = ('/home', '/media', '/mnt', '/root', '/run', '/srv', '/tmp')
# Its -e is the engine file that it writes.
WRITES_WITH_E = ('converter', 'tlt-converter', 'tao-converter')


class Argument(Record):
    """A path among a task's arguments, and the option or key in front of it ('' for a bare one)."""

    path: str
    key: str


def arguments(words: Sequence[str]) -> list[Argument]:
    """The absolute paths in a task's words: -e X, --spec=X, key=/path, key=[/a,/b] and bare ones.

    One with ".." is left out: where it leads is known to the container's own links.
    """
    found = []
    before = ''
    for word in words:
        key, equals, value = word.partition('=')
        if not equals or word.startswith('/'):
            key, value = before, word
        before = word if word.startswith('-') and not equals else ''
        for item in _items(value):
            if re.match(r'/+[^/\s]', item) and '..' not in item.split('/'):
                found.append(Argument(clean_path(item), key))
    return found


def _items(value: str) -> list[str]:
    """The values of a list in brackets; otherwise the value itself, commas and all."""
    value = _unquoted(value)
    if value[:1] + value[-1:] not in ('[]', '()'):
        return [value]
    return [_unquoted(item.strip()) for item in value[1:-1].split(',')]


def _unquoted(text: str) -> str:
    """The text without a pair of quotes around it, which the task would take away."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in '\'"' else text


def below(path: str, folder: str) -> str | None:
    """What follows `folder` in `path` ('' for the folder itself); None for a path elsewhere."""
    folder = folder.rstrip('/')
    if path == (folder or '/'):
        return ''
    return path[len(folder):] if path.startswith(folder + '/') else None


def to_host(path: str, mounts: Iterable[Mount]) -> str | None:
    """The host path of a container path, by the innermost mount; None under no mount."""
    rests = ((mount, below(path, mount.destination)) for mount in mounts)
    found = [
        (len(mount.destination.rstrip('/')), _joined(mount.source, rest)) for mount, rest in rests if rest is not None
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def to_container(path: str, mounts: Sequence[Mount]) -> list[str]:
    """Every container path of a host path, that of the innermost source first.

    Where a mount inside another one hides it, it has none.
    """
    rests = ((mount, below(path, mount.source)) for mount in mounts)
    found = [
        (len(mount.source.rstrip('/')), _joined(mount.destination, rest)) for mount, rest in rests if rest is not None
    ]
    found.sort(key=lambda pair: -pair[0])
    return list(dict.fromkeys(there for _, there in found if to_host(there, mounts) == path))


def _joined(folder: str, rest: str) -> str:
    return folder.rstrip('/') + rest or '/'


def paths(task: str, words: Sequence[str], mounts: Sequence[Mount], look: Look) -> list[str]:
    """Notices about a task's path arguments. Raises ConfigError for a spec file that is missing on the host."""
    notices = []
    for path, key in arguments(words):
        is_spec = key in SPEC and task not in WRITES_WITH_E
        is_output = not is_spec and (key in OUTPUT or key == '-e' or bool(OUTPUT_KEY.search(key)))
        host_path = to_host(path, mounts)
        if host_path is None:
            notices.append(_uncovered(path, mounts, look, is_spec=is_spec, is_output=is_output))
        elif is_spec:
            notices.append(_spec_file(path, host_path, mounts, look))
        elif not is_output and look(host_path) is False:
            notices.append(_of_the_host(path, mounts, look))
    return [notice for notice in dict.fromkeys(notices) if notice]


def _of_the_host(path: str, mounts: Sequence[Mount], look: Look) -> str:
    """That a path is one of the host's under a mount's source, or ''."""
    there = to_container(path, mounts)
    return f'{path} is a host path; in the container it is {there[0]}' if there and look(path) else ''


def _spec_file(path: str, host_path: str, mounts: Sequence[Mount], look: Look) -> str:
    """A notice, or '', about a spec file under a mount; raises ConfigError when it is missing for sure."""
    exists = look(host_path)
    if exists:
        return ''
    if '$' in path:
        return f'spec file {path} not found; the task gets the "$" as it is, only a shell would expand it'
    if exists is None:
        return f'spec file {path}: on the host it is {host_path}, which cannot be checked'
    meant = _of_the_host(path, mounts, look)
    raise ConfigError(
        f'spec file {path} not found', f'on the host it is {host_path}',
        f'nearest existing folder: {_nearest(host_path, look)}', *([meant] if meant else []),
        advice='correct the path, or --no-check',
    )


def _nearest(path: str, look: Look) -> str:
    while path != '/' and not look(f'{path}/.'):
        path = path.rpartition('/')[0] or '/'
    return path


def _uncovered(path: str, mounts: Sequence[Mount], look: Look, *, is_spec: bool, is_output: bool) -> str:
    """A notice about a path that no mount brings into the container, or ''."""
    if path in EMPTY_IN_THE_IMAGE and not is_output or any(below(path, folder) is not None for folder in OF_THE_IMAGE):
        return ''
    vanishes = f'{path} is under no mount: what is written there vanishes with the container'
    there = to_container(path, mounts)
    if there and is_output:
        return f'{vanishes}; the host\'s {path} is {there[0]} there'
    if not look(path):
        unless = f'spec file {path} is under no mount: the container has it only if the image does'
        return vanishes if is_output else unless if is_spec else ''
    if there:
        return _of_the_host(path, mounts, look)
    mount = '' if path in EMPTY_IN_THE_IMAGE else f'; mount it: {_volume(path, look)}'
    return f'{vanishes if is_output else f"{path} is on the host but not in the container"}{mount}'


def _volume(path: str, look: Look) -> str:
    """The option that mounts a path: the folder that it is or is in, but never the root folder."""
    folder = path if look(f'{path}/.') else path.rpartition('/')[0] or path
    if ':' in folder:
        return 'in the mounts file'  # --volume cannot carry it
    from ..base.shell import quote

    return f'--volume {quote(f"{folder}:{folder}")}'


def gpu_indices(request: Gpus, words: Sequence[str]) -> list[str]:
    """A notice when a task is told GPU indices that it does not have: inside they count from 0."""
    count = len(request.ids) or request.first
    text = ' '.join(words)
    inside = re.findall('(?:^|[ .])gpu_ids=\\[?([0-9, ]+)|--gpu_index[= ]([0-9 ]+)', text) if count else []
    numbered = (int(n) for pair in inside for n in re.findall('[0-9]+', ' '.join(pair)) if len(n) < 10)
    indices = set(numbered)
    if not indices or max(indices) < count:
        return []
    numbers = '0' if count == 1 else f'0 to {count - 1}'
    which = f'GPUs {",".join(request.ids)} are' if request.ids else 'GPUs are'
    return [
        f'inside the container the {which} numbered {numbers}; the task is told {",".join(map(str, sorted(indices)))}'
    ]
