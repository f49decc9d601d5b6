"""Writes releases into ~/.tao/releases.d, a file for each."""
from __future__ import annotations

import re

from ..base import backup, files, folders, host, listing
from ..base.errors import ConfigError, FileError
from ..base.lock import STATE
from ..base.record import Record
from ..settings.locate import releases_folder
from .added import from_bytes, read_file
from .release_file import Release, overlaid, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..base.host import Host


class Kept(Record):
    """Where a release was written, whether that changed anything, and where the file is kept that was there ('')."""

    path: str
    is_new: bool
    backup: str = ''


def path_of(name: str, here: Host) -> str:
    """The file of a release that the launcher writes."""
    return f'{releases_folder(here)}/{name}.json'


def with_kept(name: str, release: Release, here: Host) -> dict[str, Release]:
    """The content of the release's file with this laid over what is there.

    Raises FileError for a faulty file, ConfigError where the content would make it one.
    """
    path = path_of(name, here)
    there = read_file(path) if host.exists(path) else {}
    content = {**there, name: overlaid(there[name], release) if name in there else release}
    checked(name, content, here)
    return content


def checked(name: str, content: dict[str, Release], here: Host) -> str:
    """The text of a release's file, which a launch can read.

    Raises ConfigError where it could not: such a file would refuse every launch.
    """
    path, written = path_of(name, here), text(content)
    try:
        is_read = text(from_bytes(written.encode(), path)) == written
    except FileError as e:
        why = tuple(map(str, e.faults)) or (e.wrong, *e.why)
    else:
        why = () if is_read else ('what is read from it is not what was written',)
    if why:
        raise ConfigError(f'release {name} cannot be kept: {path} would be refused', *why, 'nothing was written')
    return written


def backups(path: str) -> list[str]:
    """The copies that were kept of a file of releases."""
    folder, _, name = path.rpartition('/')
    pattern = re.escape(name) + r'\.[0-9]+\.bak'
    return [f'{folder}/{other}' for other, _ in listing.entries(folder) if re.fullmatch(pattern, other)]


def keep(name: str, content: dict[str, Release], here: Host) -> Kept:
    """Write the file of a release; what was there last is kept beside it. Raises ConfigError."""
    path, data = path_of(name, here), checked(name, content, here).encode()
    owner = (here.uid, here.gid) if here.is_root and here.uid else None  # sudo: for whom it is
    made: list[str] = []
    try:
        if backup.holds(path, data):
            return Kept(path, is_new=False)
        folders.make_folders(releases_folder(here), made, owner)
        kept = backup.replace(path, data, f'{here.home}/{STATE}')
        for older in backups(path):
            if kept and older != kept:
                files.remove(older)
        return Kept(path, is_new=True, backup=kept)
    except OSError as e:
        folders.remove_folders(made)
        raise ConfigError(f'{path}: cannot be written ({e.strerror or e})', 'nothing was changed') from None
