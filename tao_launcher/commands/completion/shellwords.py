"""A command line as it is in a shell's editor, up to the cursor, as words. Pure.

Nothing of it may be lost: the part of a word that was typed must come back as it was typed, with its quotes,
its ~ and its variables, so a word keeps its raw text beside what the shell makes of it.
"""
from __future__ import annotations

from ...base.late import re
from ...base.record import Record
from ...base.text import DIGITS, LETTERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Compiled where they are needed: most lines have no quotes.
UNQUOTED = (
    r'(?P<blank>[ \t\n]+)|(?P<operator>&>>?|[0-9]{0,9}>>?[&|]?|[0-9]{0,9}<[<>&]*|[;&|()]+)'
    r'|(?P<open>\$?\'|\$?")|\\(?P<escaped>.?)|(?P<variable>\$(?:\w+|\{\w+\}))|(?P<home>~(?=[/\s]|$))|(?P<plain>.)'
)
DOUBLE = r'(?P<close>")|\\(?P<escaped>[$`"\\])|(?P<variable>\$(?:\w+|\{\w+\}))|(?P<plain>.)'
SINGLE = r"(?P<close>')|(?P<plain>.)"
ANSI_C = r"(?P<close>')|\\(?P<escaped>.?)|(?P<plain>.)"
OF_FISH = {'"': DOUBLE.replace('$`"', '$"'), "'": r"(?P<close>')|\\(?P<escaped>['\\])|(?P<plain>.)"}
PLAIN = LETTERS + DIGITS + '_./,:=-'  # as nearly every name is: no quote changes it
BLANKS = ' \t\n'
SPECIAL = r'[\s!"#$&\'()*;<>?\[\\\]^`{|}~]'


class Word(Record):
    """A word. Each of its pieces is (raw, without quotes, with ~ and variables replaced); quote is still open."""

    pieces: tuple[tuple[str, str, str], ...] = ()
    quote: str = ''
    is_target: bool = False  # of a redirection

    @property
    def raw(self) -> str:
        """The word as it is written."""
        return ''.join(piece[0] for piece in self.pieces)

    @property
    def value(self) -> str:
        """The word as the program gets it."""
        return ''.join(piece[2] for piece in self.pieces)

    def start(self, value: str) -> tuple[str, str]:
        """(raw, without quotes) of the part that becomes `value`, with which the word's value begins."""
        size = count = 0
        for piece in self.pieces:
            if size >= len(value):
                break
            size, count = size + len(piece[2]), count + 1
        taken = self.pieces[:count]
        return ''.join(piece[0] for piece in taken), ''.join(piece[1] for piece in taken)

    @property
    def quoted_from(self) -> int:
        """Where in the raw word the text of a quote begins that is still open."""
        size, opened = 0, 0
        for raw, literal, _ in self.pieces:
            size += len(raw)
            if not literal and raw.lstrip('$') in ('"', "'"):
                opened = size
        return opened


def split(line: str, shell: str, environ: Mapping[str, str], home: str) -> list[Word]:
    """The words of the last command in a line; the last is the one at the cursor, which may be empty.

    Redirections are left out, but for the one whose target is at the cursor.
    """
    if not line.strip(PLAIN + BLANKS):  # as most lines are: re takes its time to load
        plain = line.split() + ([''] if not line or line[-1] in BLANKS else [])
        return [Word(tuple([(c, c, c) for c in word])) for word in plain]
    words: list[Word] = []
    pieces: list[tuple[str, str, str]] = []
    quote = ''
    is_target = False
    patterns = {'': UNQUOTED, '"': DOUBLE, "'": SINGLE, "$'": ANSI_C}
    if shell == 'fish':
        patterns.update(OF_FISH)
    position = 0
    while position < len(line):
        match = re.compile(patterns[quote], re.DOTALL).match(line, position)
        if match is None:
            break
        raw, kind = match.group(), str(match.lastgroup)
        position = match.end()
        if kind in ('blank', 'operator'):
            if pieces and not is_target:
                words.append(Word(tuple(pieces)))
            is_target = is_target and not pieces
            pieces = []
            if kind == 'operator':
                is_target = '<' in raw or '>' in raw
                words = words if is_target else []
        elif kind in ('open', 'close'):
            quote = '' if kind == 'close' else raw.replace('$"', '"')
            pieces.append((raw, '', ''))
        else:
            pieces.append(_piece(raw, kind, match.group(kind), environ, home, is_within=bool(pieces)))
    return [*words, Word(tuple(pieces), quote, is_target)]


def _piece(
    raw: str, kind: str, text: str, environ: Mapping[str, str], home: str, *, is_within: bool,
) -> tuple[str, str, str]:
    if kind == 'variable':
        return raw, raw, environ.get(text.strip('${}'), raw)
    if kind == 'home' and not is_within:
        return raw, raw, home
    text = '' if text == '\n' else text  # a line that goes on
    return raw, text, text


def quoted(text: str, quote: str) -> str:
    """A text as bash needs it, within the quote that is open or outside of any."""
    if not text.strip(PLAIN):
        return text
    if quote == "'":
        return text.replace("'", "'\\''")
    if quote == "$'":
        return re.sub(r"([\\'])", r'\\\1', text)
    if quote == '"':
        return re.sub(r'([$`"\\])', r'\\\1', text).replace('!', '"\'!\'"')  # no backslash saves a "!" in there
    return re.sub(SPECIAL, r'\\\g<0>', text)


def continued(word: Word, start: int, rests: Sequence[str]) -> list[str]:
    """What bash needs in place of the raw word from `start` on, once one of `rests` follows it."""
    raw, quote = word.raw, word.quote
    typed = raw[start:]
    if not quote and raw.endswith('\\') and word.pieces[-1][1] == '':
        return [typed + rest[:1] + quoted(rest[1:], '') for rest in rests]  # it quotes what follows
    if not ''.join(rests).strip(PLAIN):
        return [typed + rest for rest in rests]
    return [typed + quoted(rest, quote) for rest in rests]
