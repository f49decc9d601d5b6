"""tao catalogue remove: remove releases that were added."""
from __future__ import annotations

from ...base import files
from ...base.errors import ConfigError, NothingMatched
from ...base.suggest import did_you_mean, nearest
from ...settings.locate import releases_folder
from ...tasks.added import read_folder
from ...tasks.keep import backups
from ...tasks.load import builtin_catalogue
from ...tasks.release_file import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...base.output import Output
    from ...settings.invocation import Invocation
    from ...tasks.release_file import Release


def remove(releases: Sequence[str], invocation: Invocation, *, dry_run: bool) -> int:
    """Take releases out of the files in releases.d, and print the paths of the files that changed.

    A file is removed when nothing is left in it. One that is faulty is removed where it has the name of a release
    that is asked for, as `add` names it, and left alone otherwise. Returns 0; raises NothingMatched for a release
    that was not added, ConfigError where a file cannot be changed.
    """
    output, folder = invocation.output, releases_folder(invocation.here)
    found, wrong = read_folder(folder)
    faulty = {error.path: _name(error.path) for error in wrong}
    for error in wrong:
        state = 'faulty' if faulty[error.path] in releases else 'left alone'
        output.notice(f'{state}: {error.on_one_line()}')
    added = [*(name for of_file in found.values() for name in of_file), *faulty.values()]
    unknown = [name for name in dict.fromkeys(releases) if name not in added]
    if unknown:
        raise _unknown(unknown, added)
    for path, of_file in found.items():
        left = {name: release for name, release in of_file.items() if name not in releases}
        if len(left) < len(of_file):
            _change(path, left, output, dry_run=dry_run)
    for path, name in faulty.items():
        if name in releases:
            _change(path, {}, output, dry_run=dry_run)
    return 0


def _name(path: str) -> str:
    """The release that a file is named after."""
    return path.rpartition('/')[2][:-len('.json')]


def _unknown(names: Sequence[str], added: Sequence[str]) -> NothingMatched:
    builtin = [name for name in names if name in builtin_catalogue().releases]
    return NothingMatched(
        f'{", ".join(names)}: not an added release',
        *(f'{name} is built in, and cannot be removed' for name in builtin),
        *filter(None, [did_you_mean(nearest(names[0], added))] if not builtin else []),
        advice='tao catalogue show',
    )


def _change(path: str, left: dict[str, Release], output: Output, *, dry_run: bool) -> None:
    if dry_run:
        output.notice(f'would {"change" if left else "remove"} {path}')
        return
    try:
        if left:
            files.write(path, text(left).encode())
        else:
            for each in (path, *backups(path)):
                files.remove(each)
    except OSError as e:
        raise ConfigError(f'{path}: cannot be changed ({e.strerror or e})') from None
    output.result(f'{path}\n')
