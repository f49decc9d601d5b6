"""The files of a checkout that are written at the end: what is in the way of that is said before the first step."""
from __future__ import annotations

import os

from ...base import files, machine
from ...base.errors import ConfigError
from ...base.shell import quote
from ...checkouts import manifest
from ...checkouts.find import manifest_bytes
from ...checkouts.platforms import JETSON, is_own
from ...engine import platforms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...checkouts.checkout import Checkout
    from ...checkouts.platforms import Platform

NOTHING_DONE = 'nothing was built or pushed'


def manifest_to_write(found: Checkout, asked: Sequence[Platform]) -> bytes:
    """The manifest's content, once it is known that it can be written, and for these platforms. Raises ConfigError."""
    data = manifest_bytes(found.root, found.profile)
    entry = asked[0].entry
    where = manifest.place(data, found.manifest, entry or found.here.machine)
    is_other = len(asked) > 1 or entry == JETSON
    other = '' if is_other else _other_platform(found, asked[0].name)
    if len(where.keys) == 1 and (is_other or other):
        raise ConfigError(
            f'{found.manifest}: has one digest for all machines', *([other] if other else []), NOTHING_DONE,
            advice='have "digests": {"x86": "…", "arm": "…"} there in place of "digest" and "tag"',
        )
    require_writable(found.manifest, 'build without --push')
    return data


def platform_asked(found: Checkout, name: str) -> tuple[str, str]:
    """(the platform that is built for, what says so), by --platform (`name`) or for docker's client; '' for neither."""
    return platforms.asked(name, found.engine.words, found.engine.environ)


def _other_platform(found: Checkout, name: str) -> str:
    """That another platform than this machine's is asked for, or ''."""
    asked, by = platform_asked(found, name)
    own = found.here.machine
    return '' if is_own(asked, own) else f'{by} asks for {asked}, and this machine is {own}'


def require_writable(path: str, otherwise: str) -> None:
    """Raise ConfigError where a file cannot be replaced; `otherwise` is what to do without that."""
    try:
        real = files.followed(path)
    except OSError as e:
        raise ConfigError(f'{path}: cannot be written ({e.strerror})', NOTHING_DONE) from None
    for each, what in ((real, 'the file'), (os.path.dirname(real), 'its folder')):
        if not machine.may_write(each):
            raise ConfigError(
                f'{path}: cannot be written', f'{what} is read-only for you: {each}', NOTHING_DONE,
                advice=f'ls -ld {quote(each)}, or {otherwise}',
            )
