"""Every setting in effect, the files that they come from first."""
from __future__ import annotations

from ..base import host, listing
from . import effective
from .entries import Entry
from .locate import history_file, mounts_path
from .values import DEFAULT, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .invocation import Invocation
    from .values import MountsFile


def entries(file: MountsFile, invocation: Invocation) -> list[Entry]:
    """The settings, the files that they come from first."""
    return [*_files(file, invocation), *effective.entries(file, invocation)]


def _files(file: MountsFile, invocation: Invocation) -> list[Entry]:
    from .locate import override_path, releases_folder

    _, environ, here, _ = invocation
    _, named_by = mounts_path(invocation)
    overridden: list[tuple[object, Source]] = []
    if named_by == '--mounts_file' and environ.get('LAUNCHER_MOUNTS'):
        overridden.append((host.path_of(environ['LAUNCHER_MOUNTS']), Source('variable', 'LAUNCHER_MOUNTS')))
    default = f'{here.home}/.tao_mounts.json'
    if named_by != 'default' and host.exists(default):
        overridden.append((default, DEFAULT))
    catalogue = override_path(here)
    releases = Entry('catalogue', 'built-in', DEFAULT)
    folder = releases_folder(here)
    added = ''.join(
        f', {folder}/{name}' for name, is_folder in (listing.entries(folder) if host.is_folder(folder) else ())
        if name.endswith('.json') and not name.startswith('.') and not is_folder
    )
    releases = releases._replace(value=f'built-in{added}')
    if host.exists(catalogue):
        releases = releases._replace(value=catalogue, overridden=((f'built-in{added}', DEFAULT),))
    history, is_default = history_file(environ, here)
    return [
        Entry('mounts_file', file.path or 'none', _named(named_by), tuple(overridden)), releases,
        Entry('history', history or 'off', _named('default' if is_default else 'TAO_HISTORY')),
    ]


def _named(by: str) -> Source:
    return DEFAULT if by == 'default' else Source('option' if by.startswith('-') else 'variable', by)
