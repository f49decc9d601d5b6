"""The submodules that a checkout names in .gitmodules, and which of them git has not fetched yet."""
from __future__ import annotations

import re

from ..base import host
from ..base.errors import FileError
from ..base.shell import quote
from ..base.text import plural

NAMES = '.gitmodules'
SECTION = re.compile(r'\s*\[\s*(\w+)')
PATH = re.compile(r'\s*path\s*=\s*("?)(.*?)\1\s*$')


def named(text: str) -> list[str]:
    """The folders of submodules that a .gitmodules names, relative to it; none that lead outside."""
    found = []
    section = ''
    for line in text.splitlines():
        header, path = SECTION.match(line), PATH.match(line)
        if header:
            section = header.group(1)
        elif path and section == 'submodule':
            parts = [part for part in path.group(2).split('/') if part not in ('', '.')]
            if parts and '..' not in parts and not path.group(2).startswith('/'):
                found.append('/'.join(parts))
    return found


def of(root: str) -> list[str]:
    """The folders of a checkout's submodules; none where its .gitmodules cannot be read."""
    try:
        data = host.read(f'{root}/{NAMES}', 'list of submodules', required=False)
    except FileError:
        return []  # git says what is wrong with it
    return named((data or b'').decode('utf-8', 'surrogateescape'))


def has_content(folder: str) -> bool:
    """Whether there is anything in a folder besides git's own file."""
    return any(name != '.git' for name, _ in host.folder(folder))


def not_fetched(root: str) -> str:
    """What to say of the submodules that are named and empty, or ''."""
    empty = [path for path in of(root) if not has_content(f'{root}/{path}')]
    if not empty:
        return ''
    shown = ', '.join(quote(path) for path in empty)
    are = 'is' if len(empty) == 1 else 'are'
    return f'{plural(len(empty), "submodule")} of {root} {are} not fetched yet, and empty: {shown}'


def fetch_line(root: str) -> str:
    """The command that fetches them all."""
    return f'cd {quote(root)} && git submodule update --init --recursive'
