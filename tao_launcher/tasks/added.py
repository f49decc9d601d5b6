"""Releases beside the built-in ones: the files in ~/.tao/releases.d."""
from __future__ import annotations

from ..base import host, listing
from ..base.errors import ConfigError, FileError
from ..base.json_text import SHOWN_FAULTS, loads
from ..base.text import plural
from .catalogue import Catalogue
from .release_file import Release, order, overlaid, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Dict

    Files = Dict[str, Dict[str, Release]]  # releases by name, by the path of their file

MOST_FILES = 200
LARGEST = 1 << 20  # bytes of a file


def paths(folder: str) -> list[str]:
    """The files of releases in a folder, by name; there may be none, and no folder. Raises FileError."""
    return [
        f'{folder}/{name}' for name, is_folder in listing.own_entries(folder, 'folder of releases')
        if name.endswith('.json') and not name.startswith('.') and not is_folder
    ]


def read_file(path: str, named: str = '') -> dict[str, Release]:
    """The releases of one file. Raises FileError with every fault."""
    data = host.read(path, 'file of releases', required=True) or b''
    return from_bytes(data, path, named)


def from_bytes(data: bytes, path: str, named: str = '') -> dict[str, Release]:
    """The releases of a file's content; `path` is for messages. Raises FileError with every fault."""
    if len(data) > LARGEST:
        raise FileError(path, f'larger than {LARGEST >> 20} MiB, so it cannot be the right file')
    return read(loads(data, path), path, named)


def read_folder(folder: str) -> tuple[Files, list[FileError]]:
    """(the releases by file, what is wrong with other files) of a folder. Raises ConfigError for too many files or
    a folder that cannot be read.
    """
    found: Files = {}
    wrong = []
    listed = paths(folder)
    if len(listed) > MOST_FILES:
        raise ConfigError(f'{folder}: {len(listed)} files, expected at most {MOST_FILES}')
    for path in listed:
        try:
            found[path] = read_file(path)
        except FileError as e:
            wrong.append(e)
    return found, wrong


def with_added(catalogue: Catalogue, folder: str) -> Catalogue:
    """The catalogue with the releases of a folder. Raises ConfigError with every fault of every file."""
    found, wrong = read_folder(folder)
    if wrong:
        raise all_of(folder, wrong)
    return merged(catalogue, found)


def all_of(folder: str, wrong: list[FileError]) -> ConfigError:
    """One error for all files that are wrong."""
    advice = 'tao catalogue validate; correct or remove them'
    if len(wrong) == 1:
        wrong[0].advice = wrong[0].advice or advice
        return wrong[0]
    lines = [
        f'{e.path}{e.place}: {line}' for e in wrong
        for line in (map(str, e.faults) if e.faults else ['; '.join((e.wrong, *e.why))])
    ]
    more = len(lines) - SHOWN_FAULTS
    shown = [*lines[:SHOWN_FAULTS], *([f'… and {more} more'] if more > 0 else [])]
    return ConfigError(f'{folder}: {plural(len(lines), "problem")} in {len(wrong)} files', *shown, advice=advice)


def merged(catalogue: Catalogue, found: Mapping[str, Mapping[str, Release]]) -> Catalogue:
    """The catalogue with the releases of files laid over it, in the order of the files."""
    every = {name: Release(groups) for name, groups in catalogue.releases.items()}
    added: dict[str, str] = dict(catalogue.added)
    subtasks, published = dict(catalogue.subtasks), dict(catalogue.published)
    for path, releases in found.items():
        for name, release in releases.items():
            every[name] = overlaid(every[name], release) if name in every else release
            added[name] = path
            subtasks.update(release.subtasks)
            published.update({name: release.published} if release.published else {})
    names = sorted(every, key=order)
    return catalogue._replace(
        releases={name: every[name].groups for name in names}, subtasks=subtasks, added=added,
        published=published,
    )
