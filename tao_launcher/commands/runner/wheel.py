"""The wheel of a checkout, which its developer container builds for a release image, and what that leaves."""
from __future__ import annotations

import glob
import os

from ...base import host
from ...base.errors import CheckFailed, UsageError
from ...checkouts import developer, foreign, runners
from ...engine import installed
from ...settings.docker_args import word_key, word_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...checkouts.checkout import Checkout
    from ...launch.plan import Plan, Target
    from ...settings.invocation import Invocation
    from ...settings.settings import Settings
    from ...settings.values import MountsFile

WHEEL = ('python', 'setup.py', 'bdist_wheel')
# What of a mounts file is about the user's own commands. The platform is that of the whole release.
NOT_OF_THE_FILE = ('workdir', 'same_paths', 'entrypoint', 'ports', 'platform')
NOT_BY_WORDS = ('--workdir', '--entrypoint', '--publish', '--publish-all', '--platform')


def build_wheel(found: Checkout, plans: Sequence[Plan]) -> int:
    """Build the wheel in the developer container by `wheel_plans`; the code of what failed.

    Raises CheckFailed when there is none afterwards.
    """
    from ...launch.launch import launch
    from . import base_image

    invocation = _invocation(found)
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


def wheel_plans(found: Checkout) -> list[Plan]:
    """The launches that make the wheel, in their order: before it what the profile says.

    Raises UsageError, ConfigError, and CheckFailed for files that are in their way.
    """
    from ...launch.prepare import prepare

    invocation = _invocation(found)
    _refuse_words(invocation.options.get('docker_arg'))
    place = str(found.profile['mounted_at'])

    def target(settings: Settings) -> Target:
        other = [mount for mount in settings.mounts if mount.destination == place]
        if other:
            raise UsageError(f'{other[0].origin}: {place} is where the checkout is, which the wheel is built from')
        made = developer.target(found.program, found.profile, found.root, WHEEL, settings, invocation)
        # the notices were given for the whole of it
        return made._replace(workdir=place, notices=())

    plan, _ = prepare(invocation, runners.defaults(found.profile), target, lambda file: _of_file(file, found))
    if not (found.engine.daemon.is_remote or 'no_check' in invocation.options):
        foreign.check_read_only(found.root)
        _check_owners(found, plan)
    return [plan._replace(command=command) for command in (*_before_the_wheel(found), WHEEL)]


def _of_file(file: MountsFile, found: Checkout) -> MountsFile:
    """What of a mounts file counts for a wheel: nothing that is about another command, or in place of the checkout."""
    place = found.profile['mounted_at']
    for mount in file.mounts:
        if mount.destination == place:
            found.output.notice(f'{mount.origin} is not for the wheel, which is built from the checkout at {place}')
    options = {key: value for key, value in file.options.items() if key not in NOT_OF_THE_FILE}
    words = tuple(word for word in options.pop('extra_args', ()) if word_key(word)[0] not in NOT_BY_WORDS)
    return file._replace(
        mounts=tuple(mount for mount in file.mounts if mount.destination != place),
        options={**options, 'extra_args': words},
    )


def _refuse_words(words: object) -> None:
    """Raise UsageError for words of --docker-arg that are about another command than that of a wheel."""
    for word in words if isinstance(words, list) else ():
        if word_key(word)[0] in NOT_BY_WORDS:
            raise UsageError(f'--docker-arg={word_name(word)} does not go with release')


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
        kernels = found.profile['package'] if _before_the_wheel(found) else ''
        foreign.check(found.root, int(user), groups, installed.for_remedies(here, found.engine.environ), kernels)


def _wheels(root: str) -> list[str]:
    """The wheels that release/docker/Dockerfile would find."""
    try:
        return sorted(name for name in os.listdir(f'{root}/dist') if name.endswith('.whl'))
    except OSError:
        return []


def say_wheels(found: Checkout, before: Mapping[str, int], *, wheel: bool) -> None:
    """A word where the Dockerfile will find no wheel, or more than was just built."""
    names = _wheels(found.root)
    paths = {name: os.path.join(found.root, 'dist', name) for name in names}
    others = [name for name, path in paths.items() if path in before and before[path] == written(path)]
    if not wheel and not names:
        found.output.notice(f'{found.root}/dist holds no wheel; --wheel builds one first')
    elif wheel and others:
        found.output.notice(f'{found.root}/dist holds other wheels as well: {", ".join(others)}')


def written(path: str) -> int:
    """When a file was last written; 0 once it is gone."""
    try:
        return os.lstat(path).st_mtime_ns
    except OSError:
        return 0


def leftovers(root: str) -> Iterator[str]:
    """What a build of the wheel leaves: build, dist, *.egg-info and all that is in them, the innermost first."""
    for path in sorted(glob.glob(os.path.join(glob.escape(root), '*'))):
        name = os.path.basename(path)
        if name not in ('build', 'dist') and not name.endswith('.egg-info'):
            continue
        if os.path.isdir(path) and not os.path.islink(path):
            for folder, folders, names in os.walk(path, topdown=False):
                yield from (os.path.join(folder, each) for each in (*names, *folders))
        yield path


def remove(found: Checkout, before: Mapping[str, int]) -> None:
    """Remove those leftovers that were not there before."""
    kept = []
    for path in leftovers(found.root):
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
