"""What another program answered, read as the shape that is expected of it. Pure.

An answer is data from anyone: any bytes, any JSON. What does not fit reads as nothing ('', 0, None, an empty list or
mapping), never as an exception, and no value is handed out that a command line or an exit code could not hold.
"""
from __future__ import annotations

from ..base import json_value
from ..base.late import json, re
from ..base.text import DIGITS, consists_of, is_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, TypeVar

    T = TypeVar('T')

LARGEST = 1 << 63  # no count, size or time of an engine is larger
BATCH = 1000  # ids in one command line, and so many answers in one: far below every limit
SHORTEST, FULL = 12, 64  # characters of an id of a container


def parsed(answer: str) -> object:
    """The value of a JSON text; None where it is none, or too deep or too long a number for Python."""
    try:
        value: object = json_value.value(answer)
    except (ValueError, RecursionError):
        return None
    return value


def lines(answer: str) -> Iterator[object]:
    """The values of a text that has one on each line; a line that has none is left out."""
    found = (parsed(line) for line in answer.splitlines())
    return (value for value in found if value is not None)


def several(answer: str) -> list[object]:
    """The values of JSON texts on one line, with blanks between them; what follows one that is none is left out."""
    found, decoder, start = [], json.JSONDecoder(), 0
    while start < len(answer):
        try:
            value, end = decoder.raw_decode(answer, start)
        except (ValueError, RecursionError):
            break
        found.append(value)
        start = len(answer) - len(answer[end:].lstrip())
    return found


def at(value: object, *path: str) -> object:
    """The member of nested objects at `path`; None where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def fields(value: object, *path: str) -> Mapping[str, Any]:
    """The object there, or an empty one."""
    found = at(value, *path)
    return found if isinstance(found, dict) else {}


def entries(value: object, *path: str) -> Sequence[object]:
    """The list there, or an empty one."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def texts(value: object, *path: str) -> tuple[str, ...]:
    """The strings of the list there."""
    return tuple(item for item in map(_text, entries(value, *path)) if item is not None)


def text(value: object, *path: str) -> str:
    """The string there, or ''."""
    return _text(at(value, *path)) or ''


def number(value: object, *path: str) -> int:
    """The whole number there, or 0."""
    found = at(value, *path)
    is_number = isinstance(found, int) or isinstance(found, float) and found.is_integer()
    return int(found) if is_number and abs(found) < LARGEST else 0  # type: ignore[arg-type, call-overload]


def digits(answer: str) -> int | None:
    """The whole number that a program printed; None where it is none, or too large to be one."""
    found = answer.strip()
    return int(found) if is_number(found, 18) else None


def exit_code(answer: str) -> int | None:
    """The exit code that a program printed; None for what no process can end with."""
    code = digits(answer)
    return code if code is not None and code < 256 else None


def ids(answer: str) -> list[str]:
    """The ids of containers that a program printed, one a line; other lines (of a wrapper's) are left out."""
    return list(filter(is_id, map(str.strip, answer.splitlines())))


def is_id(word: str) -> bool:
    """Whether a word is the id of a container."""
    return SHORTEST <= len(word) <= FULL and consists_of(word, DIGITS + 'abcdef')


def batches(items: Sequence[T]) -> list[Sequence[T]]:
    """Containers or their ids in groups that each fit into a command line."""
    return [items[start:start + BATCH] for start in range(0, len(items), BATCH)]


def _text(value: object) -> str | None:
    """A string that can be printed and passed on: JSON can write halves of characters, which no encoding has."""
    if not isinstance(value, str):
        return None
    return re.sub('[\ud800-\udc7f\udd00-\udfff]', '\ufffd', value) if not value.isascii() else value
