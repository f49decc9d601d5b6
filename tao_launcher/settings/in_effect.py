"""Every setting in effect, the files that they come from first."""
from __future__ import annotations

from ..base import host
from . import effective
from .entries import Entry
from .locate import mounts_path
from .values import DEFAULT, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..base.host import Host
    from .mounts_file import MountsFile
    from .option import Values


def entries(file: MountsFile, options: Values, environ: Mapping[str, str], here: Host) -> list[Entry]:
    """The settings, the files that they come from first."""
    return [*_files(file, options, environ, here), *effective.entries(options, environ, file, here)]


def _files(file: MountsFile, options: Values, environ: Mapping[str, str], here: Host) -> list[Entry]:
    from .locate import override_path

    _, named_by = mounts_path(options, environ, here)
    beaten: list[tuple[object, Source]] = []
    if named_by == '--mounts_file' and environ.get('LAUNCHER_MOUNTS'):
        beaten.append((host.path_of(environ['LAUNCHER_MOUNTS']), Source('variable', 'LAUNCHER_MOUNTS')))
    default = f'{here.home}/.tao_mounts.json'
    if named_by != 'default' and host.exists(default):
        beaten.append((default, DEFAULT))
    catalogue = override_path(here)
    releases = Entry('catalogue', 'built-in', DEFAULT)
    if host.exists(catalogue):
        releases = releases._replace(value=catalogue, beaten=(('built-in', DEFAULT),))
    return [Entry('mounts_file', file.path or 'none', _named(named_by), tuple(beaten)), releases]


def _named(by: str) -> Source:
    return DEFAULT if by == 'default' else Source('option' if by.startswith('-') else 'variable', by)
