"""The submodules that a checkout names in .gitmodules, which of them are empty, and how each gets its content."""
from __future__ import annotations

from ..base import listing
from ..base.shell import join, quote
from ..base.text import plural
from . import git_folder
from .git_config import entries

NAMES = '.gitmodules'
MODE = '\0\0\udce0\0'  # of a submodule in git's index (octal 160000), as these bytes are decoded
FETCH = 'git submodule update --init --recursive'


def named(text: str) -> list[str]:
    """The folders of submodules that a .gitmodules names, relative to it; none that lead outside."""
    return [path for _, path in _named(text)]


def _named(text: str) -> list[tuple[str, str]]:
    """(the submodule's name, its folder)."""
    found = []
    for entry in entries(text):
        if (entry.section, entry.key) == ('submodule', 'path'):
            parts = [part for part in entry.value.split('/') if part not in ('', '.')]
            if parts and '..' not in parts and not entry.value.startswith('/'):
                found.append((entry.name, '/'.join(parts)))
    return found


def of(root: str) -> list[str]:
    """The folders of a checkout's submodules; none where its .gitmodules cannot be read."""
    return named(git_folder.content(f'{root}/{NAMES}'))


def has_content(folder: str) -> bool:
    """Whether there is anything in a folder besides git's own file."""
    return any(name != '.git' for name, _ in listing.entries(folder))


def _empty(root: str) -> list[str]:
    return [path for path in of(root) if not has_content(f'{root}/{path}')]


def _git(root: str) -> str:
    """The git folder that has submodules of the checkout; '' where none has, so that there is nothing to update.

    Such is an archive that was unpacked, and stays one with a repository of the user's own in it (`git init`).
    """
    git = git_folder.of(root)
    return git if git and MODE in git_folder.content(f'{git}/index') else ''


def not_fetched(root: str) -> str:
    """What to say of the submodules that are named and empty, or ''."""
    empty = _empty(root)
    if not empty:
        return ''
    are = 'is' if len(empty) == 1 else 'are'
    shown = ', '.join(map(quote, empty))
    text = f'{plural(len(empty), "submodule")} of {root} {are} not fetched yet, and empty: {shown}'
    return text if _git(root) else f'{text}; git cannot fetch here, as this is not a git clone'


def fetch_line(root: str) -> str:
    """The command that fills those that are empty; where git cannot, what does."""
    empty = _empty(root)
    git = _git(root)
    if not git:
        places = ' and '.join(quote(f'{root}/{path}') for path in empty)
        return f'git clone --recurse-submodules for a new checkout, or put the missing content into {places}'
    skipped = _skipped(root, git)
    # explicit paths: the others keep their own way of being updated
    more = f' --checkout -- {join(empty)}' if any(path in skipped for path in empty) else ''
    return f'cd {quote(root)} && {FETCH}{more}'


def _skipped(root: str, git: str) -> list[str]:
    """The folders of the submodules that `git submodule update` passes over, as the configuration has it."""
    text = git_folder.content(f'{root}/{NAMES}')
    ways = {
        entry.name: entry.value for entry in (*entries(text), *git_folder.config(git))
        if (entry.section, entry.key) == ('submodule', 'update')
    }
    return [path for name, path in _named(text) if ways.get(name) == 'none']
