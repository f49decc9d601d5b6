"""Where git keeps what is of a checkout: its folder .git, or the one that a file .git names."""
from __future__ import annotations

import re

from ..base import host
from ..base.errors import FileError
from ..settings.values import clean_path
from .git_config import entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .git_config import GitSetting


def of(root: str) -> str:
    """The git folder of the checkout at `root`, an absolute path; '' where git knows no repository there."""
    found = at(root, named(root)) or f'{root}/.git'
    return found if host.exists(f'{found}/HEAD') else ''


def named(root: str) -> str:
    """The path that a file .git has, as worktrees, submodules and --separate-git-dir leave it; '' where there is none.

    It may be relative, to the checkout.
    """
    if not host.is_file(f'{root}/.git'):
        return ''
    text = content(f'{root}/.git').strip()
    return text[len('gitdir:'):].strip() if text.startswith('gitdir:') else ''


def at(folder: str, path: str) -> str:
    """A path of a file in `folder`, as an absolute one; '' for ''."""
    return clean_path(path if path.startswith('/') else f'{folder}/{path}') if path else ''


def shared(git: str) -> str:
    """The git folder that all worktrees share, of that of a worktree; any other as it is."""
    return re.sub('/worktrees/[^/]+$', '', git)


def config(git: str) -> list[GitSetting]:
    """What the config of a git folder has."""
    return [*entries(content(f'{shared(git)}/config'))]


def content(path: str) -> str:
    """What a file of git's holds; '' for one that cannot be read, which git complains about."""
    try:
        data = host.read(path, 'file of git', required=False)
    except FileError:
        return ''
    return (data or b'').decode('utf-8', 'surrogateescape')
