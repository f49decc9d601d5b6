"""What is said of a release that was added."""
from __future__ import annotations

from ...base import host
from ...base.text import plural
from ...settings.locate import override_path
from ...tasks.release_file import pairs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...settings.invocation import Invocation
    from ...tasks.catalogue import Catalogue
    from ...tasks.keep import Kept
    from ...tasks.release_file import Release


def say_kept(name: str, release: Release, kept: Kept, known: Catalogue, invocation: Invocation) -> None:
    """Print the file's path, and say what the release has; `known` is the built-in catalogue."""
    output = invocation.output
    found = list(pairs(release))
    tasks, images = plural(len({(g, t) for g, _, t in found}), 'task'), plural(len({i for _, i, _ in found}), 'image')
    over = f', over those of the built-in release {name}' if name in known.releases else ''
    state = '' if kept.is_new else ' (it was there already)'
    output.notice(f'release {name}: {tasks} in {images}{over}{state}')
    if kept.backup:
        output.notice(f'the file that was there is kept as {kept.backup}')
    say_replaced(invocation)
    output.result(f'{kept.path}\n')


def say_replaced(invocation: Invocation) -> None:
    """Say that another file replaces all releases, where it does."""
    path = override_path(invocation.here)
    if host.exists(path):
        invocation.output.notice(f'{path} replaces all releases: those of releases.d are not read while it is there')
