"""The base images by digest that a release Dockerfile builds on, and the same file with other digests. Pure.

NVIDIA's hold one for each architecture, as bare hex: ARG X86_DIGEST=<64 hex>, FROM REPOSITORY@sha256:${X86_DIGEST}.
"""
from __future__ import annotations

import re

from ..base.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ARCHITECTURES = (
    ('x86', '(?i)(?<![a-z0-9])(x86|amd64)(?![a-z0-9])'), ('arm', '(?i)(?<![a-z0-9])(arm|arm64|aarch64)(?![a-z0-9])'),
)
INSTRUCTION = r'(?im)^[ \t]*(FROM|ARG)[ \t]+(.*)$'
VARIABLE = r'\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))'
LONGEST, MOST = 4096, 100  # characters and variables of an image's reference


class Value(Record):
    """The value of a global ARG, and where it is in the text; -1 for one that --build-arg gives."""

    text: str
    start: int


class Base(Record):
    """A base image by digest: 64 hex digits, where they are in the text, in which line, and for which architecture.

    `start` is -1 for a digest that --build-arg gives, `entry` is '' where nothing says the architecture.
    """

    repository: str
    digest: str
    start: int
    line: int
    entry: str


def bases(text: str, build_args: Mapping[str, str]) -> tuple[Base, ...]:
    """The base images by digest of a Dockerfile's stages; `build_args` override its own."""
    known: dict[str, Value] = {}
    found: list[Base | None] = []
    for match in re.finditer(INSTRUCTION, text):
        if match[1].upper() == 'FROM':
            found.append(_base(text, match, known))
        elif not found:  # later ones are a stage's own
            for each in re.finditer(r'(\w+)(?:=("[^"]*"|\'[^\']*\'|\S*))?', match[2]):
                _define(known, each, match.start(2), build_args)
    return tuple(base for base in found if base)


def with_digests(text: str, old: Sequence[Base], digests: Mapping[str, str]) -> str:
    """The Dockerfile with the digest ('sha256:…') of each base's entry in its place."""
    for base in sorted(old, key=lambda base: -base.start):
        new = wanted(base, digests)
        if new and base.start >= 0:
            text = text[:base.start] + new + text[base.start + len(base.digest):]
    return text


def wanted(base: Base, digests: Mapping[str, str]) -> str:
    """The hex digits of the digest that a base is meant to have; '' where none is known."""
    return digests.get(base.entry, '').partition(':')[2]


def _define(known: dict[str, Value], each: re.Match[str], at: int, build_args: Mapping[str, str]) -> None:
    name, text = each[1], each[2]
    if name in build_args:
        known[name] = Value(build_args[name], -1)
    elif text is not None:
        is_quoted = text[:1] in ('"', "'") and text[:1] == text[-1:] and len(text) > 1
        known[name] = Value(text[1:-1] if is_quoted else text, at + each.start(2) + is_quoted)


def _base(text: str, match: re.Match[str], known: Mapping[str, Value]) -> Base | None:
    """What a FROM builds on, if it is an image by digest."""
    words = list(re.finditer(r'\S+', match[2]))
    image = next((word for word in words if not word[0].startswith('--')), None)
    if not image:
        return None
    expanded = Expanded()
    expanded.add(image[0], match.start(2) + image.start(), known)
    found = re.fullmatch(r'(.+?)(?::[\w.-]+)?@sha256:([0-9a-f]{64})', ''.join(expanded.made))
    if not found:
        return None
    places = expanded.places[found.start(2):found.end(2)]
    start = places[0] if places == list(range(places[0], places[0] + 64)) else -1
    platform = ' '.join(word[0] for word in words if word[0].startswith('--platform='))
    stage = ' '.join(word[0] for word in words[words.index(image) + 1:])
    entry = next(
        (entry for hint in (platform, *expanded.names, stage) for entry, pattern in ARCHITECTURES
         if re.search(pattern, hint.replace('_', ' '))), '',
    )
    at = start if start >= 0 else match.start()
    return Base(found[1], found[2], start, text.count('\n', 0, at) + 1, entry)


class Expanded:
    """A word with its variables expanded: its characters, the place of each in the text, the variables' names."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.places: list[int] = []
        self.names: list[str] = []

    def add(self, word: str, at: int, known: Mapping[str, Value]) -> None:
        """Add a word that is at that place in the text; at -1 it is in none."""
        end = 0
        for match in re.finditer(VARIABLE, word):
            self._literal(word[end:match.start()], at + end if at >= 0 else -1)
            end = match.end()
            name = match[1] or match[3]
            if len(self.names) >= MOST:
                return  # one that holds itself, or nobody's reference
            self.names.append(name)
            if name in known:
                self.add(known[name].text, known[name].start, known)
            elif match[2]:
                self._literal(match[2], at + match.start(2) if at >= 0 else -1)
        self._literal(word[end:], at + end if at >= 0 else -1)

    def _literal(self, text: str, start: int) -> None:
        text = text[:max(0, LONGEST - len(self.places))]
        self.made.append(text)
        self.places.extend(range(start, start + len(text)) if start >= 0 else [-1] * len(text))
