"""A checkout's docker/manifest.json, given another digest: every other byte of it stays as it is. Pure."""
from __future__ import annotations

import json
import re

from ..base.json_reader import Reader
from ..base.json_text import loads, refused, text_faults
from ..base.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# Its text is known to be JSON, so the tokens need not be told apart any better.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
ARCHITECTURES = {'x86_64': 'x86', 'amd64': 'x86', 'aarch64': 'arm', 'arm64': 'arm'}


class DigestField(Record):
    """Where a manifest has the digest, as the keys that lead there, and the digest that is there ('' for none)."""

    keys: tuple[str, ...]
    old: str

    def __str__(self) -> str:
        return '.'.join(self.keys)


class Member(Record):
    """A member of an object: its name, and where its name and its value are in the text."""

    name: str
    name_start: int
    name_end: int
    start: int
    end: int


def place(data: bytes, path: str, machine: str) -> DigestField:
    """Where the digest of an image for `machine` (x86_64, aarch64, or as docker calls them) belongs.

    In a manifest with `digests` that is the machine's own entry. Raises ConfigError with every fault.
    """
    document = loads(data, path)
    reader = Reader()
    reader.faults.extend(text_faults(document))
    members = reader.members('', document)
    keys: tuple[str, ...] = ('digest',)
    old = members.get('digest')
    if members.get('digests') is not None:
        keys = ('digests', ARCHITECTURES.get(machine, machine))
        old = reader.members('digests', members['digests']).get(keys[1])
    if reader.faults:
        raise refused(path, reader.faults)
    return DigestField(keys, old if isinstance(old, str) else '')


def with_digest(data: bytes, where: DigestField, digest: str) -> bytes:
    """The manifest's bytes with `digest` at that place, which is made where it is not there yet."""
    text = data.decode('utf-8')
    start, members = _members(text, text.index('{'))
    siblings = members
    if len(where.keys) > 1:
        (outer,) = (member for member in members if member.name == where.keys[0])
        start, siblings = _members(text, outer.start)
    found = [member for member in siblings if member.name == where.keys[-1]]
    if found:
        return (text[:found[0].start] + json.dumps(digest) + text[found[0].end:]).encode('utf-8')
    entry = f'{json.dumps(where.keys[-1])}{{}}{json.dumps(digest)}'
    if not siblings:
        return (text[:start] + entry.format(': ') + text[start:]).encode('utf-8')
    # beside the tag, else after the repository, else after the last of the other machines' digests
    order = {'tag': 2, 'repository': 1} if len(where.keys) == 1 else {}
    at = max(range(len(siblings)), key=lambda i: (order.get(siblings[i].name, 0), i))
    neighbour = siblings[at]
    colon = text[neighbour.name_end:neighbour.start]
    made = _gap(text, start, siblings, at) + entry.format(colon)
    return (text[:neighbour.end] + made + text[neighbour.end:]).encode('utf-8')


def _gap(text: str, start: int, siblings: Sequence[Member], at: int) -> str:
    """The comma and the blanks that this object has between its members, as near to one of them as there are."""
    if at > 0:
        return text[siblings[at - 1].end:siblings[at].name_start]
    if len(siblings) > 1:
        return text[siblings[0].end:siblings[1].name_start]
    return f',{text[start:siblings[0].name_start]}'


def _members(text: str, opened: int) -> tuple[int, list[Member]]:
    """(where the object's inside begins, its members) of the object that opens at that position."""
    found: list[Member] = []
    name: re.Match[str] | None = None
    value: int | None = None
    depth, end = 0, opened
    for token in TOKEN.finditer(text, opened):
        word = token.group()
        if depth == 1 and word in ('}', ',') and name and value is not None:
            found.append(Member(json.loads(name.group()), name.start(), name.end(), value, end))
            name = value = None
        elif depth == 1 and name is None and word != '}':
            name = token
        elif depth == 1 and value is None and word != ':':
            value = token.start()
        depth += (word in ('{', '[')) - (word in ('}', ']'))
        end = token.end()
        if depth == 0:
            break
    return opened + 1, found
