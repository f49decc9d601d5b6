"""tao_pt release: the release image of a checkout, with the wheel that the developer container builds for it."""
from __future__ import annotations

import glob
import os

from ...base import host
from ...base.errors import CheckFailed
from ...base.record import Record
from ...checkouts import builds, developer, foreign, images, runners
from ...checkouts.builder import builder
from ...checkouts.builds import Recipe
from ...checkouts.checkout import parsed
from ...engine import installed, signals
from ...settings import parsers
from .push import check, check_pushed, push_image
from .release_digests import DOCKERFILES, require_base_digest, say_other_base, update

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...checkouts.builder import Builder
    from ...checkouts.checkout import Checkout
    from ...launch.plan import Plan, Target
    from ...settings.invocation import Invocation
    from ...settings.settings import Settings

WHEEL = ('python', 'setup.py', 'bdist_wheel')


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
    found.say_exports(given)
    before = {path: _written(path) for path in _leftovers(found.root)}
    found, how = builder(found)
    recipe = Recipe(dockerfile, image, found.root, given, asked.force, pull=False)
    with signals.Unwinding():
        if asked.updates:
            update(found, dockerfile, how.folder)
        else:
            say_other_base(found, dockerfile, asked.build_args)
        try:
            code = _wheel(found) if asked.wheel else 0
            if code == 0:
                _say_wheels(found, before, wheel=asked.wheel)
                with how.files(found):  # after the wheel, which may build a base image of the same repository
                    code = _build(found, how, recipe, asked)
        finally:
            if asked.wheel and not found.dry_run:
                _remove(found, before)
    if code == 0 and not found.dry_run:
        found.output.result(f'{image}\n')
    return code


def _build(found: Checkout, how: Builder, recipe: Recipe, asked: ReleaseOptions) -> int:
    """Build the image, and push it where that is asked for; the code of the step that failed."""
    image = recipe.image
    code, made = images.build(found, how, recipe)
    if asked.wheel:
        found.then('build, dist and *.egg-info are removed again as far as this build made them')
    if code == 0 and asked.push:
        code = check(found, image, made, is_own=False)
        if code == 0:
            pushed = push_image(found, image)
            code = pushed.code
        if code == 0:
            check_pushed(found, image, made, pushed)
    return code


def _wheel(found: Checkout) -> int:
    """Build the wheel in the developer container, and before it what the profile says; the code of what failed.

    Raises CheckFailed when there is none afterwards, or would be none for the files of others.
    """
    from ...launch.launch import launch
    from . import base_image

    invocation = _invocation(found)
    plans = _plans(found, invocation)
    if found.dry_run:
        for number, plan in enumerate(plans):
            made = base_image.shown(found.program, plan, invocation)
            before = tuple(each for each in made.before if not number or each[0] == base_image.BUILT)
            launch(made._replace(before=before), 'shell', invocation)
        return 0
    plan, code = base_image.ensure(found.program, plans[0], invocation)
    for each in plans:
        if code == 0:
            with found.output.aside():
                code = launch(each._replace(image=plan.image, passed=plan.passed), '', invocation)
    if code == 0 and not _wheels(found.root):
        raise CheckFailed(f'{" ".join(WHEEL)} left no wheel in {found.root}/dist')
    return code


def _invocation(found: Checkout) -> Invocation:
    """What a launch for the wheel is called with: as the caller, unless the options say otherwise."""
    options = {**found.invocation.options, 'no_tty': True}
    if found.dry_run:
        options['dry_run'] = 'shell'
    if 'user' not in options:
        options['run_as_user'] = True
    return found.invocation._replace(options=options)


def _plans(found: Checkout, invocation: Invocation) -> list[Plan]:
    """The launches that make the wheel, in their order. Raises CheckFailed for files that are in their way."""
    from ...launch.prepare import prepare

    def target(settings: Settings) -> Target:
        made = developer.target(found.program, found.profile, found.root, WHEEL, settings, found.here)
        # the notices were given for the whole of it
        return made._replace(workdir=str(found.profile['mounted_at']), publishes=False, notices=())

    plan, _ = prepare(invocation, runners.defaults(found.profile), target)
    if not (found.engine.daemon.is_remote or 'no_check' in invocation.options):
        _check_owners(found, plan)
    return [plan._replace(command=command) for command in (*_before_the_wheel(found), WHEEL)]


def _before_the_wheel(found: Checkout) -> list[tuple[str, ...]]:
    """The command that builds what goes into the wheel, where the backend has one."""
    script = found.profile['before_wheel']
    return [('python', script)] if script and host.exists(f'{found.root}/{script}') else []


def _check_owners(found: Checkout, plan: Plan) -> None:
    """Raise CheckFailed for what the wheel's user could not replace. A name is known to the image alone."""
    here = found.here
    user, _, group = plan.user[1].partition(':') if plan.user[:1] == ('--user',) else (f'{here.uid}', '', f'{here.gid}')
    if user.isdigit() and group.isdigit():
        groups = [int(group), *(int(each) for each in plan.groups if each.isdigit())]
        foreign.check(found.root, int(user), groups, installed.for_remedies(here, found.engine.environ))


def _wheels(root: str) -> list[str]:
    """The wheels that release/docker/Dockerfile would find."""
    try:
        return sorted(name for name in os.listdir(f'{root}/dist') if name.endswith('.whl'))
    except OSError:
        return []


def _say_wheels(found: Checkout, before: Mapping[str, int], *, wheel: bool) -> None:
    """A word where the Dockerfile will find no wheel, or more than was just built."""
    names = _wheels(found.root)
    paths = {name: os.path.join(found.root, 'dist', name) for name in names}
    others = [name for name, path in paths.items() if path in before and before[path] == _written(path)]
    if not wheel and not names:
        found.output.notice(f'{found.root}/dist holds no wheel; --wheel builds one first')
    elif wheel and others:
        found.output.notice(f'{found.root}/dist holds other wheels as well: {", ".join(others)}')


def _written(path: str) -> int:
    """When a file was last written; 0 once it is gone."""
    try:
        return os.lstat(path).st_mtime_ns
    except OSError:
        return 0


def _leftovers(root: str) -> Iterator[str]:
    """What a build of the wheel leaves: build, dist, *.egg-info and all that is in them, the innermost first."""
    for path in sorted(glob.glob(os.path.join(glob.escape(root), '*'))):
        name = os.path.basename(path)
        if name not in ('build', 'dist') and not name.endswith('.egg-info'):
            continue
        if os.path.isdir(path) and not os.path.islink(path):
            for folder, folders, names in os.walk(path, topdown=False):
                yield from (os.path.join(folder, each) for each in (*names, *folders))
        yield path


def _remove(found: Checkout, before: Mapping[str, int]) -> None:
    """Remove those leftovers that were not there before."""
    kept = []
    for path in _leftovers(found.root):
        if path in before:
            continue
        try:
            if os.path.isdir(path) and not os.path.islink(path):
                os.rmdir(path)
            else:
                os.unlink(path)
        except OSError as e:
            kept.append(f'{path} ({e.strerror})')
    if kept:
        found.output.notice(f'left behind by the build, and not removed: {", ".join(kept[:3])}')
