"""Manual pages: text in the language of groff, with everything that means something there escaped."""
from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# A plain - ' ` ^ ~ would be set as a typographic one, which cannot be pasted into a shell.
ESCAPES = {
    '\\': '\\(rs', '-': '\\-', "'": '\\(aq', '`': '\\(ga', '^': '\\(ha', '~': '\\(ti', '"': '\\(dq', '…': '...',
}


def text(words: str) -> str:
    """Plain text, of one or more lines."""
    return re.sub(r'^(?=[. ])', r'\\&', _escaped(words), flags=re.MULTILINE)


def _escaped(words: str) -> str:
    return ''.join(
        ESCAPES.get(character, character if ord(character) < 127 else f'\\[u{ord(character):04X}]')
        for character in words
    )


def bold(words: str) -> str:
    """Text that is shown as it is typed."""
    return f'\\fB{text(words)}\\fR' if words else ''


def italic(words: str) -> str:
    """The name of something that is to be put there."""
    return f'\\fI{text(words)}\\fR' if words else ''


def usage(words: str) -> str:
    """A line of a synopsis: words in capitals, and [options], mean something else; the others are typed."""
    parts = re.split(r'([A-Za-z0-9_-]+)', words.replace('[options]', '[OPTIONS]'))
    shown = [
        _escaped(part) if i % 2 == 0 else italic('options') if part == 'OPTIONS' else
        (italic if part.isupper() else bold)(part)
        for i, part in enumerate(parts)
    ]
    return ''.join(shown)


def head(name: str, section: int, version: str, manual: str) -> str:
    """The first lines of a page. It has no date, so that the same text gives the same bytes."""
    return f'.TH {text(name)} {section} "" "tao\\-launcher {text(version)}" "{text(manual)}"\n.nh\n.ad l\n'


def section(name: str, *body: str) -> str:
    """A section with what is in it."""
    return f'.SH "{text(name)}"\n{"".join(body)}'


def subsection(name: str, *body: str) -> str:
    """A part of a section; its name is formatted already."""
    return f'.SS {name}\n{"".join(body)}'


def paragraphs(texts: Iterable[str]) -> str:
    """Paragraphs of plain text."""
    return ''.join(f'.PP\n{text(one)}\n' for one in texts)


def lines(formatted: Iterable[str]) -> str:
    """Formatted lines that stay lines."""
    return '\n.br\n'.join(formatted) + '\n'


def item(term: str, *texts: str) -> str:
    """A term, formatted already, and below it the plain texts that explain it."""
    body = [text(one) for one in texts if one]
    return f'.TP\n{term}\n' + '\n.sp\n'.join(body) + '\n' * bool(body)


def verbatim(code: str) -> str:
    """Lines that stay as they are."""
    return f'.PP\n.RS 2\n.nf\n{text(code)}\n.fi\n.RE\n'


def see_also(*names: tuple[str, int]) -> str:
    """The section that names other pages, each with its section's number."""
    return section('SEE ALSO', ',\n'.join(f'{bold(name)}({number})' for name, number in names) + '\n')
