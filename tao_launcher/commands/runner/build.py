"""tao_pt build: the base image of a checkout, built, pushed, and its digest written into the manifest."""
from __future__ import annotations

import os

from ...base import files, host, machine
from ...base.errors import CheckFailed, ConfigError
from ...base.shell import join, quote
from ...checkouts import builds, images, manifest
from ...checkouts.builder import builder
from ...checkouts.builds import Recipe
from ...checkouts.checkout import tagged
from ...checkouts.find import manifest_bytes
from ...engine import references, signals
from .push import check, digest_words, push_image, pushed_digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...checkouts.builder import Builder
    from ...checkouts.checkout import Checkout

DOCKERFILE = 'docker/Dockerfile'


def build(found: Checkout, tag: str, build_args: Sequence[str], *, push: bool, force: bool) -> int:
    """Build the base image as TAG (default: the user's name) and print its reference; the engine's code.

    With `push` it is pushed as USER-YYYYMMDDHHMM and printed by its digest, which is then in the
    manifest. Whatever fails, the manifest stays as it is. Raises Fatal.
    """
    given = builds.arguments(build_args, found.engine.environ, is_sudo=found.engine.daemon.is_sudo)
    repository = found.repository()
    local = f'{repository}:{tagged("--tag", tag) if tag else found.user()}'
    dockerfile = found.dockerfile(DOCKERFILE)
    before = _to_be_written(found) if push else b''
    found.say_exports(given)
    found, how = builder(found)
    with signals.Unwinding(), how.files(found):
        code, made = images.build(found, how, Recipe(dockerfile, local, found.root, given, force, pull=True))
        if code or not push:
            return _built(found, local, code)
        pushed = f'{repository}:{found.user()}-{machine.minute()}'
        code = (
            found.step(('tag', local, pushed)) or check(found, pushed, made)
            or push_image(found, pushed, digest_words(found, how))
        )
        return code or _keep(found, how, pushed, made, before)


def _built(found: Checkout, image: str, code: int) -> int:
    if code == 0 and not found.dry_run:
        found.output.result(f'{image}\n')
        found.output.notice(f'to run it: {join((found.program, "--image", image))}')
    return code


def _to_be_written(found: Checkout) -> bytes:
    """The manifest's content, once it is known that it can be written. Raises ConfigError.

    A build and a push take their time: what stops the last step is said before the first.
    """
    data = manifest_bytes(found.root, found.profile)
    manifest.place(data, found.manifest, found.here.machine)
    try:
        path = files.followed(found.manifest)
    except OSError as e:
        raise ConfigError(
            f'{found.manifest}: cannot be written ({e.strerror})', 'nothing was built or pushed',
        ) from None
    for each, what in ((path, 'the file'), (os.path.dirname(path), 'its folder')):
        if not machine.may_write(each):
            raise ConfigError(
                f'{found.manifest}: cannot be written', f'{what} is read-only for you: {each}',
                'nothing was built or pushed', advice=f'ls -ld {quote(each)}, or build without --push',
            )
    return data


def _keep(found: Checkout, how: Builder, pushed: str, made: str, before: bytes) -> int:
    """Read the pushed image's digest back and write it into the manifest. Raises CheckFailed, EngineError."""
    digest, architecture = pushed_digest(found, how, pushed, made)
    if found.dry_run:
        where = manifest.place(before, found.manifest, found.here.machine)
        origin = 'in that file' if found.engine.daemon.profile.digest_file else 'of RepoDigests'
        found.then(f'its digest, {origin}, goes into {found.manifest} as {where}')
        return 0
    where = manifest.place(before, found.manifest, architecture or found.here.machine)
    named = f'{references.repository(pushed)}@{digest}'
    _write(found, how.folder, (before, manifest.with_digest(before, where, digest)), named)
    found.output.notice(f'{found.manifest}: {where} is now {digest}')
    _say_mirror(found)
    if where.old and where.old != digest:
        from ...checkouts.old_digest import say_where

        say_where(found, where.old)
    found.output.result(f'{named}\n')
    return 0


def _write(found: Checkout, state: str, texts: tuple[bytes, bytes], named: str) -> None:
    """Write the manifest, (what it was, what it becomes), unless someone else has changed it. Raises CheckFailed."""
    try:
        is_written = files.exchange(found.manifest, *texts, state)
        why = 'someone else changed it in the meantime'
    except OSError as e:
        is_written, why = False, f'{e.strerror}'
    if not is_written:
        raise CheckFailed(
            f'{found.manifest}: left as it is: {why}', f'the image was pushed, and is {named}',
            advice='put that digest into the file, if it is still the one you want',
        )


def _say_mirror(found: Checkout) -> None:
    own = manifest_registry(found)
    if found.registry and found.registry != own:
        found.output.notice(
            f'the image is in {found.registry}, while the manifest names {own}: launches need --registry as well'
        )


def manifest_registry(found: Checkout) -> str:
    """The registry that the manifest names."""
    data = host.json_file(found.manifest)
    return str(data.get('registry')) if isinstance(data, dict) else ''
