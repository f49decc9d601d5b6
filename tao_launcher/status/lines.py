"""The lines of a status file: one JSON object each, of which any may be torn or rubbish. Pure."""
from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

LONGEST = 1 << 17  # bytes of a line; a figure for each of a thousand classes takes less
DIGITS = 18  # more of them than a count has, and soon slow to convert


def objects(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The objects of the lines that have one; all others are left out."""
    for line in lines:
        if 2 <= len(line) <= LONGEST and line[:1] == b'{':
            try:
                value = json.loads(line.decode('utf-8', 'replace'), parse_int=_integer)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                yield value


def _integer(text: str) -> float:
    return int(text) if len(text) <= DIGITS else float(text[:400])


def split(data: bytes, *, is_whole: bool = True) -> list[bytes]:
    """The lines of a file, or of its end, of which the first may be torn."""
    found = [line.strip() for line in data.split(b'\n')]
    return found if is_whole else found[1:]
