"""What a command finds that no container holds: its program, folders, limits, and which TAO is installed here."""
from __future__ import annotations

import os
import re

from . import listing
from .machine import which
from .text import encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SHARED_MEMORY = '/dev/shm'
# The variables in which NVIDIA's images have their release: 6.25.7, and 6.25.7-PyTorch.
RELEASE, PRODUCT = 'TAO_TOOLKIT_VERSION', 'NVIDIA_TAO_TOOLKIT_VERSION'
# Below which their environments of Python are. The name of such a package's own folder has its version.
PACKAGES = ('/opt', '/opt/venv', '/usr/local', '/usr')
PACKAGE = r'nvidia_tao_(?:pytorch|deploy|tf2|ds|core|tensorflow\w*)-([0-9]+(?:\.[0-9]+)+)\.dist-info'


def is_same(path: str, other: str) -> bool:
    """Whether two paths are one file or folder, be it by a link or because it is mounted at both."""
    try:
        return os.path.samefile(encoded(path), encoded(other))
    except (OSError, ValueError):
        return False


def may_make(path: str) -> bool:
    """Whether the caller may make something at a path where nothing is, and the folders above it that are missing."""
    parent = os.path.dirname(path)
    while not os.path.lexists(encoded(parent)) and parent != os.path.dirname(parent):
        parent = os.path.dirname(parent)
    return os.path.isdir(encoded(parent)) and os.access(encoded(parent), os.W_OK | os.X_OK)


def shared_memory() -> int | None:
    """The size of /dev/shm in bytes; None where it cannot be told."""
    try:
        found = os.statvfs(SHARED_MEMORY)
    except OSError:
        return None
    return found.f_blocks * found.f_frsize


def soft_limit(name: str) -> int | None:
    """What a limit of processes (memlock, nofile) is now; -1 for none, None for a limit that is not known."""
    import resource

    number = getattr(resource, f'RLIMIT_{name.upper()}', None)
    return resource.getrlimit(number)[0] if number is not None else None


def found_program(command: str, environ: Mapping[str, str], workdir: str) -> bool | None:
    """Whether a command can be started with that environment in that folder; None for a file that is no program."""
    if '/' in command:
        path = os.path.join(workdir, command)
        if not os.path.exists(encoded(path)):
            return False
        return True if os.path.isfile(encoded(path)) and os.access(encoded(path), os.X_OK) else None
    return bool(which(command, environ))


def release_here(environ: Mapping[str, str]) -> tuple[str, str]:
    """(the TAO release that is installed here, what its image calls itself), each '' where it is not known.

    The image's own variables say it, or those of the first process, which a login from outside does not get; else
    the packages below /opt and where Python's are.
    """
    for known in (environ, _first_process()):
        product = known.get(PRODUCT, '')
        release = known.get(RELEASE, '') or product.partition('-')[0]
        if re.fullmatch(r'[0-9]+(\.[0-9]+)+', release):
            return release, product[:60]
    return _installed(), ''


def _first_process() -> dict[str, str]:
    try:
        with open('/proc/1/environ', 'rb') as f:
            pairs = (entry.partition('=') for entry in os.fsdecode(f.read(1 << 20)).split('\0'))
            return {name: value for name, _, value in pairs}
    except OSError:  # another user's
        return {}


def _installed() -> str:
    roots = [root for top in PACKAGES for root in (top, *_below(top))]
    pythons = [f'{root}/lib/{name}' for root in roots for name in _names(f'{root}/lib') if name.startswith('python3')]
    for python in pythons:
        for folder in ('site-packages', 'dist-packages'):
            found = (re.fullmatch(PACKAGE, name) for name in _names(f'{python}/{folder}'))
            versions = [each.group(1) for each in found if each]
            if versions:
                return versions[0]
    return ''


def _names(folder: str) -> list[str]:
    return [name for name, _ in listing.entries(folder)]


def _below(folder: str) -> list[str]:
    """The folders in one of those that hold environments of Python."""
    return [f'{folder}/{name}' for name in _names(folder)] if folder.startswith('/opt') else []
