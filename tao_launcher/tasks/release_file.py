"""Files that describe releases: ours, and NVIDIA's three formats. Pure.

Ours names releases as the package's own data does:

{"7.2.0": {"published": "2026-10-30", "groups": {GROUP: {IMAGE: [TASK, ...]}}, "subtasks": {"GROUP/TASK": [NAME, ...]}}}

published and subtasks may be left out. A file with format_version is one of NVIDIA's (see override.py), of the release
toolkit_version, and its published_date (10/30/2026 there) counts where it is a day.
"""
from __future__ import annotations

import json
import re

from ..base.json_reader import Reader
from ..base.json_text import at, refused, text_faults
from ..base.record import Record
from ..settings import parsers
from . import override

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, Dict, List

    Images = Dict[str, List[str]]

DAY = '[0-9]{4}-[0-9]{2}-[0-9]{2}'
AMERICAN = '(0?[1-9]|1[0-2])/(0?[1-9]|[12][0-9]|3[01])/([0-9]{4})'
KEYS = ('published', 'flat', 'source', 'groups', 'subtasks')


class Release(Record):
    """One release: group → image → tasks, the known subtasks by GROUP/TASK, and its day (YYYY-MM-DD or '')."""

    groups: Mapping[str, Mapping[str, Sequence[str]]]
    subtasks: Mapping[str, Sequence[str]] = {}
    published: str = ''


def name(text: str) -> str:
    """The name of a release: 7.2.0, or a word without blanks and slashes."""
    if not re.fullmatch('[0-9A-Za-z][0-9A-Za-z._-]{0,63}', text):
        raise ValueError('expected a release such as 7.2.0: at most 64 letters, digits, . _ -')
    return text


def group(text: str) -> str:
    """The name of a group or a subtask."""
    return _word(text, 'a name of letters, digits, . _ -')


def task(text: str) -> str:
    """The name of a task, which is the first word of its command."""
    return _word(text, 'a task of letters, digits, . _ -')


def _word(text: str, what: str) -> str:
    if not re.fullmatch('[0-9A-Za-z][0-9A-Za-z._-]{0,99}', text):
        raise ValueError(f'expected {what}')
    return text


def order(release: str) -> tuple[bool, tuple[int, ...], bool, str]:
    """What releases are sorted by: words first, then numbers; 7.2.0-rc1 comes before 7.2.0."""
    found = re.match(r'[0-9]{1,9}(\.[0-9]{1,9})*', release)
    numbers = tuple(map(int, found.group().split('.'))) if found else ()
    rest = release[found.end():] if found else release
    return bool(numbers), numbers, not rest, rest


def read(value: object, path: str, named: str = '') -> dict[str, Release]:
    """The releases of a file's document; `named` is the name of a file's one release, in place of its own.

    Raises FileError with every fault of the file `path`.
    """
    reader = Reader()
    found = releases(value, reader, named)
    reader.faults.extend(text_faults(value))
    if reader.faults:
        raise refused(path, reader.faults)
    return found


def releases(value: object, reader: Reader, named: str = '') -> dict[str, Release]:
    """The releases that a document has; its faults go to `reader`."""
    top = reader.members('', value)
    if 'format_version' in top:
        found = _nvidias(value, top, reader, named)
    else:
        found = {
            own: release for own, release in
            ((_key(at('', key), key, name, reader), _ours(at('', key), one, reader)) for key, one in top.items()) if own
        }
        if isinstance(value, dict) and not top:
            reader.fault('', 'names no release, and has no format_version')
        if named and len(found) == 1:
            found = {named: next(iter(found.values()))}
        elif named and found:
            reader.fault('', f'has {len(found)} releases, so they cannot be named {named}')
    return found


def _nvidias(value: object, top: Mapping[str, Any], reader: Reader, named: str) -> dict[str, Release]:
    groups = override.groups(top, value, reader)
    own = named or str(top.get('toolkit_version') or '')
    if not own:
        reader.expect('toolkit_version', top.get('toolkit_version'), 'a release such as 7.2.0')
    else:
        _checked('toolkit_version', own, name, reader)
    for of_group, images in groups.items():
        where = at('task_group', of_group)
        _checked(where, of_group, group, reader)
        for listed in images.values():
            for one in listed:
                _checked(where, one, task, reader)
    return {own: Release(groups, {}, day(top.get('published_date')))}


def day(value: object) -> str:
    """YYYY-MM-DD of a day that is written so or, as NVIDIA does, as MM/DD/YYYY; '' of anything else."""
    found = re.fullmatch(f'{DAY}|{AMERICAN}', value) if isinstance(value, str) else None
    if not found:
        return ''
    month, of_month, year = found.groups()
    return f'{year}-{month:0>2}-{of_month:0>2}' if year else found.group()


def _ours(path: str, value: object, reader: Reader) -> Release:
    members = reader.members(path, value)
    reader.known(path, members, KEYS)
    groups: dict[str, Images] = {}
    for key, images in reader.members(at(path, 'groups'), members.get('groups')).items():
        where = at(at(path, 'groups'), key)
        of_group = _key(where, key, group, reader)
        groups[of_group] = {
            _key(at(where, image), image, parsers.image, reader): _names(at(where, image), tasks, task, reader)
            for image, tasks in reader.members(where, images).items()
        }
    subtasks: dict[str, list[str]] = {}
    for key, listed in reader.members(at(path, 'subtasks'), members.get('subtasks', {})).items():
        where = at(at(path, 'subtasks'), key)
        if not re.fullmatch('[0-9A-Za-z._-]{1,100}/[0-9A-Za-z._-]{1,100}', key):
            reader.fault(where, 'expected GROUP/TASK as the key')
        subtasks[key] = _names(where, listed, group, reader)
    published = members.get('published', '')
    if not isinstance(published, str) or not re.fullmatch(f'({DAY})?', published):
        reader.expect(at(path, 'published'), published, 'a day as YYYY-MM-DD')
    return Release(groups, subtasks, str(published))


def _names(path: str, value: object, parse: Callable[[str], str], reader: Reader) -> list[str]:
    found = (_checked(where, item, parse, reader) for where, item in reader.items(path, value))
    return [one for one in found if one]


def _key(path: str, key: str, parse: Callable[[str], str], reader: Reader) -> str:
    """The key of an object, which is at `path`; '' where it is none of its kind."""
    try:
        return parse(key)
    except ValueError as e:
        reader.fault(path, f'{e} as the key')
        return ''


def _checked(path: str, value: object, parse: Callable[[str], str], reader: Reader) -> str:
    """The text at `path`; '' where it is none of its kind."""
    text = reader.text(path, value)
    return (reader.parsed(path, text, parse) if text else None) or ''


def overlaid(below: Release, above: Release) -> Release:
    """A release with the images of another laid over it: a task that both have runs in those of `above`."""
    groups: dict[str, Mapping[str, Sequence[str]]] = dict(below.groups)
    for of_group, images in above.groups.items():
        old = {image: tasks for image, tasks in below.groups.get(of_group, {}).items() if image not in images}
        groups[of_group] = {**old, **images}
    return Release(groups, {**below.subtasks, **above.subtasks}, above.published or below.published)


def document(found: Mapping[str, Release]) -> dict[str, Any]:
    """The value of a file in our format."""
    return {
        own: {
            **({'published': release.published} if release.published else {}),
            'groups': {
                of_group: {image: list(tasks) for image, tasks in images.items()}
                for of_group, images in release.groups.items()
            },
            **({'subtasks': {key: list(names) for key, names in release.subtasks.items()}} if release.subtasks else {}),
        } for own, release in found.items()
    }


def text(found: Mapping[str, Release]) -> str:
    """The text of a file in our format, each list on a line."""
    lists: list[str] = []

    def marked(value: object) -> object:
        if isinstance(value, dict):
            return {key: marked(item) for key, item in value.items()}
        if not isinstance(value, list):
            return value
        lists.append(json.dumps(value))
        return f'\0{len(lists) - 1}'

    dumped = json.dumps(marked(document(found)), indent=2)
    return re.sub(r'"\\u0000([0-9]+)"', lambda match: lists[int(match.group(1))], dumped) + '\n'


def pairs(release: Release) -> Iterator[tuple[str, str, str]]:
    """(group, image, task) of every task."""
    for of_group, images in release.groups.items():
        for image, tasks in images.items():
            for one in tasks:
                yield of_group, image, one
