"""A task's arguments read as container paths: what would fail, or vanish, for a reason that shows already.

Pure but for what the caller's `look` finds on the host.
"""
from __future__ import annotations

import re

from .errors import ConfigError
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .values import Gpus, Mount

SPEC = ('-e', '--experiment_spec_file', '--experiment_spec', '--spec')
OUTPUT = ('-r', '--results_dir', '-o', '--output_dir', '--output', '--out_dir')
OUTPUT_KEY = re.compile(r'(^|[._])(results?_dir|output_(dir|path|root|folder|file)|outputs_dir)$')
# Folders that every image has too, so that a path below them says nothing about the host.
OF_THE_IMAGE = ('/bin', '/dev', '/etc', '/lib', '/lib64', '/opt', '/proc', '/sbin', '/sys', '/usr', '/var')
# Its -e is the engine file that it writes.
WRITES_WITH_E = ('converter', 'tlt-converter')


class Argument(Record):
    """A path among a task's arguments, and the option or key in front of it ('' for a bare one)."""

    path: str
    key: str


def arguments(words: Sequence[str]) -> list[Argument]:
    """The absolute paths in a task's words: -e X, --spec=X, key=/path, key=[/a,/b] and bare ones."""
    found = []
    before = ''
    for word in words:
        key, equals, value = word.partition('=')
        if not equals or word.startswith('/'):
            key, value = before, word
        before = word if word.startswith('-') and not equals else ''
        for item in value.strip('[]()').split(','):
            path = item.strip().strip('\'"')
            if re.match(r'/[^/\s]', path) and '$' not in path:
                found.append(Argument(path, key))
    return found


def below(path: str, folder: str) -> str | None:
    """What follows `folder` in `path` ('' for the folder itself); None for a path elsewhere."""
    if path == folder:
        return ''
    return path[len(folder):] if path.startswith(folder.rstrip('/') + '/') else None


def to_host(path: str, mounts: Iterable[Mount]) -> str | None:
    """The host path of a container path, by the innermost mount; None under no mount."""
    return _translated(path, [(mount.destination, mount.source) for mount in mounts])


def to_container(path: str, mounts: Iterable[Mount]) -> str | None:
    """The container path of a host path, by the innermost mount; None under no mount."""
    return _translated(path, [(mount.source, mount.destination) for mount in mounts])


def _translated(path: str, pairs: Iterable[tuple[str, str]]) -> str | None:
    """The path with the longest folder above it replaced by that folder's partner."""
    found = [(len(a), b + rest) for a, b in pairs for rest in [below(path, a)] if rest is not None]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def paths(task: str, words: Sequence[str], mounts: Sequence[Mount], look: Callable[[str], bool | None]) -> list[str]:
    """Notices about a task's path arguments.

    look(path) says whether a host path exists, None where the caller may not know.
    Raises ConfigError for a spec file that is missing on the host.
    """
    notices = []
    for path, key in arguments(words):
        host_path = to_host(path, mounts)
        if host_path is not None:
            if key in SPEC and task not in WRITES_WITH_E:
                notices += _spec_file(path, host_path, look)
        elif (notice := _uncovered(path, key, task, mounts, look)):
            notices.append(notice)
    return list(dict.fromkeys(notices))


def _spec_file(path: str, host_path: str, look: Callable[[str], bool | None]) -> list[str]:
    """A notice where the caller may not look; raises ConfigError when the file is missing for sure."""
    exists = look(host_path)
    if exists is None:
        return [f'spec file {path}: on the host {host_path}, which you may not look at']
    if not exists:
        raise ConfigError(
            f'spec file {path} not found', f'on the host it is {host_path}',
            f'nearest existing folder: {_nearest(host_path, look)}', advice='correct the path, or --no-check',
        )
    return []


def _nearest(path: str, look: Callable[[str], bool | None]) -> str:
    while path != '/' and not look(path):
        path = path.rpartition('/')[0] or '/'
    return path


def _uncovered(path: str, key: str, task: str, mounts: Sequence[Mount], look: Callable[[str], bool | None]) -> str:
    """A notice about a path that no mount brings into the container, or ''."""
    if any(below(path, folder) is not None for folder in OF_THE_IMAGE):
        return ''
    there = to_container(path, mounts)
    if there is not None:
        return f'{path} is a host path; in the container it is {there}' if look(path) else ''
    if look(path):
        folder = path if '.' not in path.rpartition('/')[2] else path.rpartition('/')[0]
        return f'{path} is on the host but not in the container; mount it: --volume {folder}:{folder}'
    if key in OUTPUT or OUTPUT_KEY.search(key) or (task in WRITES_WITH_E and key == '-e'):
        return f'{path} is under no mount: what is written there vanishes with the container'
    if key in SPEC:
        return f'spec file {path} is under no mount: the container has it only if the image does'
    return ''


def gpu_indices(request: Gpus, words: Sequence[str]) -> list[str]:
    """A notice when a task is told GPU indices that it does not have: inside they count from 0."""
    if request.kind != 'ids' or not all(one.isdigit() for one in request.ids):
        return []
    text = ' '.join(words)
    inside = re.findall(r'(?:^|[ .])gpu_ids=\[?([\d, ]+)|--gpu_index[= ]([\d ]+)', text)
    indices = {int(n) for pair in inside for n in re.findall(r'\d+', ' '.join(pair))}
    if not indices or max(indices) < len(request.ids):
        return []
    count = len(request.ids)
    numbers = '0' if count == 1 else f'0 to {count - 1}'
    return [
        f'inside the container the GPUs {",".join(request.ids)} are numbered {numbers}; '
        f'the task is told {",".join(map(str, sorted(indices)))}'
    ]
