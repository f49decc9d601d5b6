"""The digests of the base image in a checkout's release Dockerfile, beside those in its manifest."""
from __future__ import annotations

from ...base import files, host
from ...base.errors import CheckFailed, ConfigError
from ...checkouts.platforms import entry_of
from ...checkouts.release_base import bases, wanted, with_digests
from ...engine import answers
from ...settings import parsers
from .writable import NOTHING_DONE, platform_asked, require_writable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...checkouts.checkout import Checkout
    from ...checkouts.release_base import Base

DOCKERFILES = ('release/docker/Dockerfile', 'release/docker/Dockerfile.release')


def say_other_base(found: Checkout, dockerfile: str, build_args: Sequence[str]) -> None:
    """A notice where a release Dockerfile builds on another base image than the manifest names."""
    pairs = (word.partition('=') for word in build_args)
    given = {name: value if equals else found.engine.environ.get(name, '') for name, equals, value in pairs}
    digests = _digests(found)
    for base in _bases(found, _text(dockerfile), given):
        new = wanted(base, digests)
        if new and new != base.digest:
            found.output.notice(
                f'{dockerfile}:{base.line}: builds on {base.repository}@sha256:{base.digest}, while the manifest names '
                f'sha256:{new}' + (f' for {base.entry}' if base.entry else '')
                + ('; --base-digest writes that one' if base.start >= 0 else '')
            )


def update(found: Checkout, dockerfile: str, state: str) -> None:
    """Write the digests that the manifest names into a release Dockerfile, and say so.

    `state` is the folder of the lock. Raises ConfigError where it holds none, CheckFailed where it
    cannot be written.
    """
    text, digests = _text(dockerfile), _digests(found)
    changed = _changed(found, dockerfile, digests)
    if found.dry_run:
        for base in changed:
            found.then(f'line {base.line} of {dockerfile} gets the digest {wanted(base, digests)}')
        return
    after = with_digests(text, changed, digests)
    try:
        is_written = after == text or files.exchange(dockerfile, _bytes(text), _bytes(after), state)
        why = 'someone else changed it in the meantime'
    except OSError as e:
        is_written, why = False, f'{e.strerror}'
    if not is_written:
        raise CheckFailed(f'{dockerfile}: left as it is: {why}')
    for base in changed:
        found.output.notice(f'{dockerfile}:{base.line}: the digest is now {wanted(base, digests)}')


def require_base_digest(found: Checkout, dockerfile: str) -> None:
    """Raise ConfigError where a release Dockerfile cannot get the digests that the manifest names."""
    if _changed(found, dockerfile, _digests(found)):
        require_writable(dockerfile, 'release without --base-digest')


def _changed(found: Checkout, dockerfile: str, digests: Mapping[str, str]) -> list[Base]:
    """The bases that get another digest. Raises ConfigError where there is none by digest."""
    return [
        base for base in require_bases(found, dockerfile)
        if wanted(base, digests) not in ('', base.digest) and base.start >= 0
    ]


def release_files(found: Checkout) -> list[str]:
    """The release Dockerfiles that there are."""
    return [f'{found.root}/{name}' for name in DOCKERFILES if host.exists(f'{found.root}/{name}')]


def require_release_files(found: Checkout) -> list[str]:
    """The release Dockerfiles. Raises ConfigError where there is none, or one that names no base image by digest."""
    paths = release_files(found)
    if not paths:
        raise ConfigError(f'{found.root}/{DOCKERFILES[0]}: no such file', NOTHING_DONE)
    for path in paths:
        require_bases(found, path)
    return paths


def require_bases(found: Checkout, dockerfile: str) -> tuple[Base, ...]:
    """The base images by digest in a release Dockerfile. Raises ConfigError where it holds none."""
    old = _bases(found, _text(dockerfile), {})
    if not old:
        raise ConfigError(
            f'{dockerfile}: no digest of the base image', f'no stage is built FROM {found.repository()}@sha256:…',
            advice='name the base image by its digest there',
        )
    return old


def _digests(found: Checkout) -> dict[str, str]:
    """The digests that the manifest names, by the names that it gives them; '' is that of what is built for."""
    document = host.json_file(found.manifest)
    own = entry_of(found.here.machine)
    named: dict[str, object] = {own: answers.text(document, 'digest')}
    if answers.at(document, 'digests') is not None:
        named, own = {**answers.fields(document, 'digests')}, entry_of(platform_asked(found, found.platform)[0]) or own
    digests = {name: digest for name, digest in named.items() if isinstance(digest, str) and parsers.is_digest(digest)}
    return {**digests, '': digests.get(own, '')}


def _bases(found: Checkout, text: str, given: Mapping[str, str]) -> tuple[Base, ...]:
    """Those bases of a Dockerfile that are the checkout's base image, from whichever registry."""
    repository = answers.text(host.json_file(found.manifest), 'repository')
    return tuple(base for base in bases(text, given) if f'/{base.repository}'.endswith(f'/{repository}'))


def _text(dockerfile: str) -> str:
    return (host.read(dockerfile, 'release Dockerfile', required=True) or b'').decode('utf-8', 'surrogateescape')


def _bytes(text: str) -> bytes:
    return text.encode('utf-8', 'surrogateescape')
