"""Which files of a checkout still hold a digest that was just replaced."""
from __future__ import annotations

import os

from ..base.reading import content
from ..base.users import foreign_owner
from ..engine.ask import ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .checkout import Checkout

LARGEST = 1 << 20  # bytes of a file that is looked into: none that people write is larger
MOST_FILES = 50_000
SHOWN = 20
# What would let a repository's own configuration start programs or reach for a network.
NO_PROGRAMS = (
    '-c', 'core.fsmonitor=', '-c', 'core.hooksPath=/dev/null', '-c', 'core.sshCommand=false', '-c', 'core.askPass=',
    '-c', 'credential.helper=', '-c', 'protocol.allow=never', '-c', 'core.pager=cat',
)
GIT_VARIABLES = {
    'GIT_NO_LAZY_FETCH': '1', 'GIT_OPTIONAL_LOCKS': '0', 'GIT_TERMINAL_PROMPT': '0', 'GIT_ALLOW_PROTOCOL': 'none',
}


def say_where(found: Checkout, digest: str) -> None:
    """List the files of the checkout, and their lines, that still hold the digest."""
    bare = digest.rpartition(':')[2].encode()  # as NVIDIA's release Dockerfiles have it
    places = [place for path in _files(found) for place in _lines(found.root, path, bare)]
    if places:
        more = len(places) - SHOWN
        shown = ', '.join(places[:SHOWN]) + (f' and {more} more' if more > 0 else '')
        found.output.notice(f'the old digest {digest} still appears in {shown}')


def _files(found: Checkout) -> list[str]:
    """Paths below the root: what git knows or would take, else every file outside .git.

    git is not asked in a checkout that belongs to someone else: what it runs is up to the owner.
    """
    if not foreign_owner(found.root, f'{found.root}/.git', f'{found.root}/.git/config'):
        words = ('git', '-C', found.root, *NO_PROGRAMS, 'ls-files', '-z', '--cached', '--others', '--exclude-standard')
        environ = {name: value for name, value in found.engine.environ.items() if not name.startswith('GIT_')}
        answer = ask(words, {**environ, **GIT_VARIABLES}, timeout=10.0)
        if answer.code == 0:
            return [path for path in answer.out.split('\0') if path][:MOST_FILES]
    walked = _walk(found.root)
    return [path for path, _ in zip(walked, range(MOST_FILES))]


def _walk(root: str) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != '.git')
        yield from (os.path.relpath(os.path.join(folder, name), root) for name in sorted(names))


def _lines(root: str, path: str, digest: bytes) -> list[str]:
    """PATH:LINE of every line of that file which holds the digest."""
    full = os.path.join(root, path)
    try:
        data = content(full, LARGEST, follows=False)
    except OSError:
        return []
    if digest not in data:
        return []
    return [f'{path}:{number}' for number, line in enumerate(data.split(b'\n'), 1) if digest in line]
