"""A new mounts file, from what its user wants of it."""
from __future__ import annotations

import json
import re

from ...base.record import Record
from ...base.text import NO_LINE_BREAK
from ...settings import parsers, repeatable
from ...settings.values import Ulimit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

NONE = 'none'  # leaves out what it is the answer to
INSIDE = '/workspace/tao-experiments'  # where the documentation of TAO has its folders
OUTSIDE = '~/tao-experiments'
FOLDERS = ('data', 'results', 'specs')
SHM_SIZE = '16G'
RECOMMENDED = (Ulimit('memlock', -1), Ulimit('stack', 67108864))


class Folder(Record):
    """A mount of the file to be, its source as the file has it; a destination of '' is still to be asked for."""

    source: str
    destination: str
    mode: str = ''


class Draft(Record):
    """What the file is to say; '' leaves a setting out."""

    folders: tuple[Folder, ...] = ()
    user: str = ''
    shm_size: str = ''
    ulimits: tuple[Ulimit, ...] = ()
    variables: Sequence[Mapping[str, str]] = ()
    options: Mapping[str, Any] = {}  # further DockerOptions, as the file has them


def ulimits(left_out: Collection[str]) -> str:
    """The limits that are recommended, without those that the engine cannot raise."""
    return ' '.join(str(limit) for limit in RECOMMENDED if limit.name not in left_out) or NONE


def folder(text: str) -> Folder | None:
    """DIR[:DST[:MODE]]; None for none. Raises ValueError."""
    if text == NONE:
        return None
    parts = text.split(':')
    if not parts[0] or len(parts) > 3:
        raise ValueError(f'expected DIR, DIR:DST or DIR:DST:MODE, or {NONE}')
    if re.search(r'[\n\r]', text):
        raise ValueError(NO_LINE_BREAK)
    there = parsers.destination(parts[1]) if len(parts) > 1 else ''
    return Folder(parts[0], there, parsers.mode(parts[2]) if len(parts) > 2 else '')


def optional(parse: Callable[[str], str]) -> Callable[[str], str]:
    """A parser that takes none as well, for ''."""
    return lambda text: '' if text == NONE else parse(text)


def limits(text: str) -> tuple[Ulimit, ...]:
    """NAME=SOFT[:HARD], several of them with blanks or commas between them, or none. Raises ValueError."""
    words = [word for word in re.split(r'[\s,]+', text) if word]
    if words == [NONE]:
        return ()
    return tuple({limit.name: limit for limit in map(repeatable.ulimit, words)}.values())


def document(draft: Draft) -> dict[str, Any]:
    """The file's value."""
    mounts = [{key: value for key, value in one._asdict().items() if value} for one in draft.folders]
    options: dict[str, Any] = {}
    if draft.shm_size:
        options['shm_size'] = draft.shm_size
    if draft.ulimits:
        options['ulimits'] = {
            limit.name: limit.soft if limit.hard is None else {'soft': limit.soft, 'hard': limit.hard}
            for limit in draft.ulimits
        }
    if draft.user:
        options['user'] = draft.user
    options.update(draft.options)
    return {
        'Mounts': mounts, **({'Envs': [*draft.variables]} if draft.variables else {}),
        **({'DockerOptions': options} if options else {}),
    }


def text(value: Mapping[str, Any]) -> str:
    """The file's text: a line for each mount and option."""
    sections = []
    for name, section in value.items():
        if isinstance(section, list):
            start, lines, end = '[', [_line(item) for item in section], ']'
        else:
            start, lines, end = '{', [f'{_line(key)}: {_line(item)}' for key, item in section.items()], '}'
        inside = ',\n'.join(f'    {line}' for line in lines)
        sections.append(f'  "{name}": {start}\n{inside}\n  {end}' if lines else f'  "{name}": {start}{end}')
    return '{\n' + ',\n'.join(sections) + '\n}\n'


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def source(word: str, absolute: Callable[[str], str], home: str) -> str:
    """A folder as the file has it: below home with a ~, which the next user of the file has too.

    Raises ValueError for the home of a user whom `absolute` does not know.
    """
    if word.startswith('$') or word == '~' or word.startswith('~/'):
        return word
    path, first = absolute(word), word.partition('/')[0]
    if first.startswith('~') and f'/{first}/' in f'{path}/':
        raise ValueError(f'no user {first[1:]}; a folder of that name is ./{first}')
    return f'~{path[len(home):]}' if home != '/' and (path + '/').startswith(home + '/') else path
