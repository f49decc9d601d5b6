"""The entries of a file in git's own format, such as .gitmodules and .git/config. Pure."""
from __future__ import annotations

import re

from ..base.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = re.compile(r'\s*\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]')
ENTRY = re.compile(r'\s*([A-Za-z][\w-]*)\s*=\s*(.*)')


class GitSetting(Record):
    """A key and its value, in a section and what that is of: submodule "tao-core", path, tao-core."""

    section: str
    name: str
    key: str
    value: str


def entries(text: str) -> Iterator[GitSetting]:
    """All of them, in order; sections and keys in small letters, as they mean the same in any."""
    section = name = ''
    for line in text.splitlines():
        header = HEADER.match(line)
        if header:
            section, name = header.group(1).lower(), re.sub(r'\\(.)', r'\1', header.group(2) or '')
            line = line[header.end():]
        entry = ENTRY.match(line)
        if entry:
            yield GitSetting(section, name, entry.group(1).lower(), _value(entry.group(2)))


def _value(text: str) -> str:
    """A value as git reads it: without a comment, and without quotes, which keep blanks and what begins a comment."""
    found = ''
    kept = 0  # so much of it is not blanks at its end
    is_quoted = is_escaped = False
    for character in text:
        if is_escaped:
            found += {'n': '\n', 't': '\t', 'b': '\b'}.get(character, character)
        elif character == '\\':
            is_escaped = True
            continue
        elif character == '"':
            is_quoted = not is_quoted
            continue
        elif character in '#;' and not is_quoted:
            break
        else:
            found += character
        kept = len(found) if is_quoted or is_escaped or not character.isspace() else kept
        is_escaped = False
    return found[:kept]
