"""tao_pt build: the base image of a checkout, built, pushed, and its digest written into the manifest."""
from __future__ import annotations

import os

from ...base import files, folders, host, machine
from ...base.errors import CheckFailed, ConfigError, EngineError
from ...base.lock import STATE
from ...base.shell import join, quote
from ...base.text import encoded
from ...checkouts import builds, manifest
from ...checkouts.checkout import tagged
from ...checkouts.find import manifest_bytes
from ...engine import answers, process, references, signals
from ...settings import parsers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...checkouts.checkout import Checkout

DOCKERFILE = 'docker/Dockerfile'


def build(found: Checkout, tag: str, build_args: Sequence[str], *, push: bool, force: bool) -> int:
    """Build the base image as TAG (default: the user's name) and print its reference; the engine's code.

    With `push` it is pushed as USER-YYYYMMDDHHMM and printed by its digest, which is then in the
    manifest. Whatever fails, the manifest stays as it is. Raises Fatal.
    """
    given = builds.arguments(build_args, found.engine.environ, is_sudo=found.engine.daemon.is_sudo)
    repository = found.repository()
    local = f'{repository}:{tagged("--tag", tag)}' if tag else found.local_image()
    dockerfile = found.dockerfile(DOCKERFILE)
    before = _to_be_written(found) if push else b''
    words = _digest_words(found) if push else ()
    found.say_exports(given)
    with signals.Unwinding():
        code = found.step(builds.build(dockerfile, local, found.root, given, force=force, pull=True), given)
        if code or not push:
            return _built(found, local, code)
        pushed = f'{repository}:{found.user()}-{machine.minute()}'
        try:
            code = found.step(('tag', local, pushed)) or push_image(found, pushed, words)
            return code or _keep(found, pushed, before)
        finally:
            if words and not found.dry_run:
                files.remove(words[-1])


def _built(found: Checkout, image: str, code: int) -> int:
    if code == 0 and not found.dry_run:
        found.output.result(f'{image}\n')
        words = ['--image', image]
        if image == found.local_image() != f'{found.repository()}:{found.user()}':  # the manifest names it
            words = ['--registry', found.registry] if found.registry else []
        found.output.notice(f'to run it: {join((found.program, *words))}')
    return code


def _digest_file(found: Checkout) -> str:
    """Where an engine writes the digest of what it pushed, if it does so: where nobody else can lay a link."""
    import hashlib

    name = hashlib.sha256(encoded(machine.real_path(found.manifest))).hexdigest()[:12]
    return f'{found.here.home}/{STATE}/{name}.digest'


def _digest_words(found: Checkout) -> tuple[str, ...]:
    """The words for that; the file's folder is made, and what an earlier push left is removed. Raises ConfigError."""
    option, path = found.engine.daemon.profile.digest_file, _digest_file(found)
    if not option:
        return ()
    folder = path.rpartition('/')[0]
    if not found.dry_run:
        try:
            folders.make_folders(folder, [], mode=0o700)
            files.remove(path)
        except OSError as e:
            raise ConfigError(f'{path}: cannot be written ({e.strerror})', 'nothing was built or pushed') from None
    elif not host.is_folder(folder):
        found.output.notice(f'the push writes into {folder}, which is made before it')
    return option, path


def push_image(found: Checkout, image: str, words: tuple[str, ...] = ()) -> int:
    """Push an image, with these words more; the engine's code."""
    code = found.step(('push', *words, image))
    if code:
        registry = image.partition('/')[0]
        user = " -u '$oauthtoken'" if registry == 'nvcr.io' else ''
        found.output.notice(
            f'{image} was built, but not pushed; if access was denied: '
            f'{join(found.engine.words)} login {quote(registry)}{user}'
        )
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


def _keep(found: Checkout, pushed: str, before: bytes) -> int:
    """Read the pushed image's digest back and write it into the manifest. Raises CheckFailed, EngineError."""
    inspect = ('image', 'inspect', pushed)
    if found.dry_run:
        found.step(inspect)
        where = manifest.place(before, found.manifest, found.here.machine)
        origin = 'in that file' if found.engine.daemon.profile.digest_file else 'of RepoDigests'
        found.then(f'its digest, {origin}, goes into {found.manifest} as {where}')
        return 0
    digest, architecture = _digest(found, inspect)
    where = manifest.place(before, found.manifest, architecture or found.here.machine)
    named = f'{references.repository(pushed)}@{digest}'
    _write(found, before, manifest.with_digest(before, where, digest), named)
    found.output.notice(f'{found.manifest}: {where} is now {digest}')
    _say_mirror(found)
    if where.old and where.old != digest:
        from ...checkouts.old_digest import say_where

        say_where(found, where.old)
    found.output.result(f'{named}\n')
    return 0


def _digest(found: Checkout, inspect: Sequence[str]) -> tuple[str, str]:
    """(the digest that the image was pushed under, its architecture), as the engine says. Raises EngineError."""
    pushed = inspect[-1]
    # not in a session of its own, where a sudo that asked for a password at the build would ask again
    answer = process.ask(
        (*found.engine.words, *inspect), found.engine.environ, float('inf'), own_session=False,
    )
    (facts, *_) = (*answers.entries(answers.parsed(answer.out)), None)
    known, architecture = answers.texts(facts, 'RepoDigests'), answers.text(facts, 'Architecture')
    repository = references.repository(pushed)
    digests = [name.partition('@')[2] for name in known if name.partition('@')[0] == repository]
    if found.engine.daemon.profile.digest_file:
        digests = [machine.text(_digest_file(found))]
    digests = [digest for digest in digests if parsers.is_digest(digest)]
    if len(digests) == 1:
        return digests[0], architecture
    raise EngineError(
        f'{pushed} was pushed, but its digest is not known; {found.manifest} is as it was',
        *(f'the engine has several for {repository}: {digest}' for digest in digests),
        *answer.err.strip()[-300:].splitlines(),
        advice=join((*found.engine.words, 'manifest', 'inspect', '--verbose', pushed)),
    )


def _write(found: Checkout, before: bytes, after: bytes, named: str) -> None:
    """Write the manifest, unless someone else has done so meanwhile. Raises CheckFailed."""
    try:
        is_written = files.exchange(found.manifest, before, after, f'{found.here.home}/{STATE}')
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
