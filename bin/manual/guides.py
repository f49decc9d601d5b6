"""The guides as pages of the manual, from their sources in tao_launcher/data/guides.

They are written in a part of Markdown: a title `# NAME(SECTION) - what it is about`, sections that begin with `## `,
paragraphs, lists with `- `, blocks between fences, and `code` inside of a line.
"""
from __future__ import annotations

import re

from .roff import bold, head, section, see_also, text, verbatim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TITLE = re.compile(r'# ([\w-]+)\((\d)\) - (.*)\n')
FENCED = re.compile(r'^```[^\n]*\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def page(source: str, version: str, pages: Sequence[tuple[str, int]], *more: str, also: str = '') -> str:
    """The page of a guide: with `more` sections, the other `pages` named at its end, and `also` another name of it."""
    name, number, about = _title(source)
    first, *sections = re.split(r'^## (.*)\n', source.partition('\n')[2], flags=re.MULTILINE)
    names = ', '.join(filter(None, (text(name), text(also))))
    return ''.join((
        head(name, number, version, 'TAO launcher'),
        section('NAME', f'{names} \\- {text(about)}\n'),
        section('DESCRIPTION', *blocks(first)),
        *(section(title.upper(), *blocks(body)) for title, body in zip(sections[::2], sections[1::2])),
        *more,
        see_also(*(one for one in pages if one[0] != name)),
    ))


def named(source: str) -> tuple[str, int]:
    """The name of a guide's page, and its section of the manual."""
    return _title(source)[:2]


def _title(source: str) -> tuple[str, int, str]:
    found = TITLE.match(source)
    if not found:
        raise ValueError(f'a guide begins with "# NAME(SECTION) - ABOUT", and this one with {source[:60]!r}')
    return found.group(1), int(found.group(2)), found.group(3)


def blocks(source: str) -> Iterator[str]:
    """The formatted paragraphs, lists and blocks of code of a part of a guide."""
    for i, part in enumerate(FENCED.split(source)):
        if i % 2:
            yield verbatim(part.rstrip('\n'))
            continue
        for paragraph in re.split(r'\n\s*\n', part.strip('\n')):
            items = re.split(r'^- ', paragraph, flags=re.MULTILINE)
            if items[0].strip():
                yield f'.PP\n{_inline(items[0])}\n'
            for one in items[1:]:
                yield f'.IP \\- 2\n{_inline(one)}\n'


def _inline(words: str) -> str:
    """A paragraph, whose `code` is shown as it is typed, and whose NAME(SECTION) are pages."""
    shown = ''
    for i, part in enumerate(' '.join(words.split()).split('`')):
        pages = re.split(r'\b([a-z][a-z_-]+)(?=\(\d\))', part)
        shown += bold(part) if i % 2 else ''.join(bold(one) if j % 2 else text(one) for j, one in enumerate(pages))
    return shown
