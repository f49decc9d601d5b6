"""tao_pt release: the release image of a checkout, with the wheel that the developer container builds for it."""
from __future__ import annotations

from ...base.record import Record
from ...checkouts import builds, images
from ...checkouts.builder import builder, require_platforms
from ...checkouts.builds import Recipe
from ...checkouts.checkout import parsed
from ...engine import signals
from ...settings import parsers
from .build import say_emulation
from .push import check, check_pushed, push_image
from .release_digests import DOCKERFILES, require_base_digest, say_other_base, update
from .wheel import build_wheel, leftovers, remove, say_wheels, wheel_plans, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...checkouts.builder import Builder
    from ...checkouts.checkout import Checkout


class ReleaseOptions(Record):
    """What a release was asked for."""

    tag: str
    build_args: Sequence[str]
    secrets: Sequence[str]
    wheel: bool
    push: bool
    force: bool
    updates: bool  # the digests in its Dockerfile


def release(found: Checkout, asked: ReleaseOptions) -> int:
    """Build the release image and print its reference; the code of the step that failed.

    TAG is a tag beside the base image, or REPOSITORY:TAG. With `wheel` the developer container builds one
    first, as the caller; what that leaves in the checkout is removed at the end. Raises Fatal.
    """
    environ, is_sudo = found.engine.environ, found.engine.daemon.is_sudo
    given = builds.arguments(asked.build_args, environ, asked.secrets, is_sudo=is_sudo)
    if '/' in asked.tag or ':' in asked.tag:
        image = parsed('--tag', asked.tag, builds.image)
    else:
        image = f'{found.repository()}:{parsed("--tag", asked.tag, parsers.tag)}'
    dockerfile = found.dockerfile(*DOCKERFILES)
    if asked.updates:
        require_base_digest(found, dockerfile)
    require_platforms(found, [found.platform])
    found.say_exports(given)
    before = {path: written(path) for path in leftovers(found.root)}
    plans = wheel_plans(found) if asked.wheel else []
    found, how = builder(found)
    recipe = Recipe(dockerfile, image, found.root, given, asked.force, pull=False, platform=found.platform)
    with signals.Unwinding():
        if asked.updates:
            update(found, dockerfile, how.folder)
        else:
            say_other_base(found, dockerfile, asked.build_args)
        try:
            code = build_wheel(found, plans) if asked.wheel else 0
            if code == 0:
                say_wheels(found, before, wheel=asked.wheel)
                with how.files(found):  # after the wheel, which may build a base image of the same repository
                    code = _build(found, how, recipe, asked)
        finally:
            if asked.wheel and not found.dry_run:
                remove(found, before)
    if code == 0 and not found.dry_run:
        found.output.result(f'{image}\n')
    return code


def _build(found: Checkout, how: Builder, recipe: Recipe, asked: ReleaseOptions) -> int:
    """Build the image, and push it where that is asked for; the code of the step that failed."""
    image = recipe.image
    code, made = images.build(found, how, recipe)
    if code:
        say_emulation(found, recipe.platform, code)
    if asked.wheel:
        found.then('build, dist and *.egg-info are removed again as far as this build made them')
    if code == 0 and asked.push:
        code = check(found, image, made, recipe.platform, is_own=False)
        if code == 0:
            pushed = push_image(found, image)
            code = pushed.code
        if code == 0:
            check_pushed(found, image, made, pushed)
    return code
