"""tao_pt build: the base image of a checkout, built, pushed, and its digest written into the manifest."""
from __future__ import annotations

from ...base import files, host, machine
from ...base.errors import CheckFailed, Fatal, UsageError
from ...base.record import Record
from ...base.shell import join
from ...checkouts import builds, images, manifest
from ...checkouts.builder import builder, require_platforms
from ...checkouts.builds import Recipe
from ...checkouts.checkout import tagged
from ...checkouts.platforms import JETSON, entry_of, is_own
from ...engine import references, signals
from .push import check, digest_words, push_image, pushed_digest
from .release_digests import release_files, require_release_files, update
from .writable import manifest_to_write, platform_asked, require_writable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...checkouts.builder import Builder
    from ...checkouts.checkout import Checkout
    from ...checkouts.platforms import Platform

DOCKERFILE = 'docker/Dockerfile'
EMULATORS = {'linux/amd64': 'qemu-x86_64', 'linux/arm64': 'qemu-aarch64'}  # what the kernel starts for other machines


class BuildOptions(Record):
    """What a build was asked for."""

    tag: str
    build_args: Sequence[str]
    secrets: Sequence[str]
    platforms: tuple[Platform, ...]
    push: bool
    force: bool
    updates: bool  # the digests in the release Dockerfile


class Variant(Record):
    """The image of one platform: its name here, and the name it is pushed under."""

    platform: Platform
    local: str
    pushed: str


def build(found: Checkout, asked: BuildOptions) -> int:
    """Build the base image as TAG (default: the user's name) and print its reference; the engine's code.

    With `push` it is pushed as USER-YYYYMMDDHHMM and printed by its digest, which is then in the
    manifest. Of several platforms each has an image of its own. Whatever fails, the manifest stays as it
    is. Raises Fatal.
    """
    environ, is_sudo = found.engine.environ, found.engine.daemon.is_sudo
    given = builds.arguments(asked.build_args, environ, asked.secrets, is_sudo=is_sudo)
    variants = _variants(found, asked)
    is_jetsons = asked.platforms[0].entry == JETSON
    dockerfile = found.dockerfile(f'{DOCKERFILE}.{JETSON}' if is_jetsons else DOCKERFILE)
    before = manifest_to_write(found, asked.platforms) if asked.push else b''
    if asked.updates:
        for path in require_release_files(found):
            require_writable(path, 'build without --update-digests')
    require_platforms(found, [each.name for each in asked.platforms])
    found.say_exports(given)
    found, how = builder(found)
    recipe = Recipe(dockerfile, '', found.root, given, asked.force, pull=True)
    with signals.Unwinding(), how.files(found):
        made = []
        for each in variants:
            code, id = images.build(found, how, recipe._replace(image=each.local, platform=each.platform.name))
            if code:
                say_emulation(found, each.platform.name, code)
                return code
            made.append(id)
        return _push(found, how, (asked, variants, made), before) if asked.push else _built(found, variants)


def _variants(found: Checkout, asked: BuildOptions) -> list[Variant]:
    """What is built. Raises UsageError, ConfigError."""
    other = ''
    if asked.platforms[0].entry == JETSON:
        other = found.profile.get('l4t_repository', '')
        if not other:
            raise UsageError(f'--{JETSON}: {found.program} has no base image of its own for Jetson', advice='--arm')
    repository = found.repository(other)
    tag = tagged('--tag', asked.tag) if asked.tag else found.user() if other else ''
    local = f'{repository}:{tag}' if tag else found.local_image()
    pushed = f'{repository}:{found.user()}-{machine.minute()}'
    if len(asked.platforms) == 1:
        return [Variant(asked.platforms[0], local, pushed)]
    return [Variant(each, f'{local}-{each.entry}', f'{pushed}-{each.entry}') for each in asked.platforms]


def _built(found: Checkout, variants: Sequence[Variant]) -> int:
    for each in () if found.dry_run else variants:
        found.output.result(f'{each.local}\n')
        found.output.notice(f'to run it: {join(found.runner_of(each.local))}')
    return 0


def say_emulation(found: Checkout, platform: str, code: int) -> None:
    """After a failure, that the kernel here runs no programs of that platform, where that is so."""
    emulator = EMULATORS.get(platform, '')
    is_own = not emulator or found.here.machine == emulator.partition('-')[2] or found.engine.daemon.is_remote
    if found.dry_run or is_own or code in images.ENDED or host.exists(f'/proc/sys/fs/binfmt_misc/{emulator}'):
        return
    found.output.notice(
        f'if the build said "exec format error": this machine runs no {platform} programs; '
        'apt-get install qemu-user-static binfmt-support sets it up for that'
    )


def _push(found: Checkout, how: Builder, built: tuple[BuildOptions, list[Variant], list[str]], before: bytes) -> int:
    """Push what was built and write the digests into the manifest; the engine's code. Raises Fatal."""
    asked, variants, made = built
    digests: list[tuple[Variant, str, str]] = []
    for each, id in zip(variants, made):
        code = found.step(('tag', each.local, each.pushed)) or check(
            found, each.pushed, id, each.platform.name, is_own=True)
        if code:
            return code
        pushed = push_image(found, each.pushed, digest_words(found, how))
        if pushed.code:
            return pushed.code
        digests.append((each, *pushed_digest(found, how, each.pushed, id, pushed)))
    return _keep(found, how, digests, before, updates=asked.updates)


def _keep(
    found: Checkout, how: Builder, pushed: list[tuple[Variant, str, str]], before: bytes, *, updates: bool,
) -> int:
    """Write the digests of what was pushed, (image, digest, architecture), into the manifest. Raises CheckFailed."""
    after, named = before, []
    places = []
    for each, digest, architecture in pushed:
        entry = each.platform.entry or architecture or entry_of(platform_asked(found, '')[0]) or found.here.machine
        places.append(manifest.place(before, found.manifest, entry))
        named.append(f'{references.repository(each.pushed)}@{digest}')
        after = manifest.with_digest(after, places[-1], digest)
    if found.dry_run:
        origin = 'in that file' if found.engine.daemon.profile.digest_file else 'of RepoDigests'
        its = 'its digest' if len(places) == 1 else 'each digest'
        found.then(f'{its}, {origin}, goes into {found.manifest} as {", ".join(map(str, places))}')
        if updates:
            found.then(f'and into {", ".join(release_files(found))}')
        return 0
    _write(found, how.folder, (before, after), ' and '.join(named))
    for where, (_, digest, architecture) in zip(places, pushed):
        is_for_all = len(where.keys) == 1 and not is_own(architecture, found.here.machine)
        kind = f', of an image for {architecture}' if is_for_all else ''
        found.output.notice(f'{found.manifest}: {where} is now {digest}{kind}')
    _say_mirror(found)
    failed = _update(found, how) if updates else None
    replaced = {where.old: digest for where, (_, digest, _) in zip(places, pushed) if where.old}
    for old, digest in replaced.items():
        if old != digest:
            from ...checkouts.old_digest import say_where

            say_where(found, old)
    found.output.result(''.join(f'{name}\n' for name in named))
    if failed:
        raise failed
    return 0


def _update(found: Checkout, how: Builder) -> CheckFailed | None:
    """Write the digests into the release Dockerfiles; the first error. What was pushed is told all the same."""
    failed = None
    for path in release_files(found):
        try:
            update(found, path, how.folder)
        except Fatal as e:
            failed = failed or CheckFailed(e.what, *e.why)
    return failed


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
    own = found.manifest_registry()
    if found.registry and found.registry != own:
        found.output.notice(
            f'the image is in {found.registry}, while the manifest names {own}: launches need --registry as well'
        )
