"""A setting with its value, where that comes from and what it overrode; as a table and as JSON."""
from __future__ import annotations

import re

from ..base.record import Record
from ..base.shell import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .values import Source


class Entry(Record):
    """A setting with its value, where that comes from, and the values that it overrode."""

    name: str
    value: object
    source: Source
    overridden: tuple[tuple[object, Source], ...] = ()


def as_json(found: Sequence[Entry]) -> list[dict[str, Any]]:
    """The entries as JSON. Keys are only ever added."""
    return [
        {
            'setting': entry.name, 'value': entry.value, 'source': _json_source(entry.source),
            'beaten': [{'value': value, 'source': _json_source(source)} for value, source in entry.overridden],
        }
        for entry in found
    ]


def _json_source(source: Source) -> dict[str, str]:
    return {key: value for key, value in source._asdict().items() if value}


def rows(found: Sequence[Entry]) -> list[tuple[str, str, str]]:
    """The entries as a table's: a line for each, and one below it for each value that it overrode.

    A cell that a shell would not take as it is is quoted: whoever pastes a line runs nothing that a file has.
    """
    lines = [('SETTING', 'VALUE', 'SOURCE')]
    for entry in found:
        lines.append((entry.name, _text(entry.value), str(entry.source)))
        lines += [('', _text(value), f'overridden: {source}') for value, source in entry.overridden]
    return [(_pasted(name), _pasted(value), _pasted(source)) for name, value, source in lines]


def _text(value: object) -> str:
    return {None: '-', True: 'true', False: 'false'}[value] if value is None or isinstance(value, bool) else str(value)


def _pasted(cell: str) -> str:
    return quote(cell) if re.search(r'["\'`$\\;&|<>!]', cell) or not cell.isprintable() else cell
