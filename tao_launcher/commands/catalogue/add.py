"""tao catalogue add: put the releases of a file beside the built-in ones."""
from __future__ import annotations

from ...base import host
from ...base.errors import ConfigError, UsageError
from ...base.text import plural
from ...settings.locate import releases_folder
from ...tasks import keep
from ...tasks.added import MOST_FILES, from_bytes, paths, read_file
from ...tasks.load import builtin_catalogue
from ...tasks.release_file import name as parse_name
from .say import say_kept

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...settings.invocation import Invocation
    from ...tasks.release_file import Release


def add(file: str, name: str, invocation: Invocation, *, dry_run: bool) -> int:
    """Write each release of a file ('-' is standard input) into a file of its own, and print their paths.

    `name` is the name of the one release, in place of its own. Returns 0; raises UsageError and ConfigError.
    """
    if name:
        checked_name(name)
    found = read(file, name)
    check_room(found, invocation)
    texts = {own: keep.checked(own, {own: release}, invocation.here) for own, release in found.items()}
    for own, release in found.items():
        if dry_run:
            invocation.output.result(texts[own])
            invocation.output.notice(f'would write {keep.path_of(own, invocation.here)}')
        else:
            kept = keep.keep(own, {own: release}, invocation.here)
            say_kept(own, release, kept, builtin_catalogue(), invocation)
    return 0


def read(file: str, name: str = '') -> dict[str, Release]:
    """The releases of a file, or of standard input ('-'). Raises ConfigError."""
    if file == '-':
        return from_bytes(host.standard_input(), 'standard input', name)
    return read_file(host.path_of(file), name)


def check_room(found: Iterable[str], invocation: Invocation) -> None:
    """Raise ConfigError where the folder would hold more files than are read, with those of the releases `found`."""
    folder = releases_folder(invocation.here)
    there = {*paths(folder)}
    after = there | {keep.path_of(own, invocation.here) for own in found}
    if len(after) > MOST_FILES and after > there:
        raise ConfigError(
            f'{folder}: it has {plural(len(there), "file")}, and {len(after) - len(there)} more would be above the '
            f'{MOST_FILES} that are read', 'nothing was written', advice='one file there can hold several releases',
        )


def checked_name(name: str) -> str:
    """The name of a release. Raises UsageError."""
    try:
        return parse_name(name)
    except ValueError as e:
        raise UsageError(f'--name: "{name}": {e}') from None
