"""The base image of a runner that builds its own, where nobody has one for it."""
from __future__ import annotations

import re

from ...base import host
from ...checkouts import builds, images, runners
from ...checkouts.builder import asks_version, builder, likely
from ...checkouts.checkout import opened
from ...engine import signals
from ...launch import argv
from .build import DOCKERFILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...checkouts.builds import Recipe
    from ...checkouts.checkout import Checkout
    from ...launch.plan import Plan
    from ...settings.invocation import Invocation

BUILT = 'where it was built, in place of the next line'
ENDED = (130, 143)  # the codes of a command that a signal ended: nobody wants it to go on


def ensure(program: str, plan: Plan, invocation: Invocation) -> tuple[Plan, int]:
    """(the plan, 0) once its image is here: pulled, or else built; (the plan, the engine's code) where that failed.

    Only the manifest's own image is built, for the one runner that does so, and not against --pull never.
    An image that the manifest names by tag is built under that name. One by digest cannot be: the
    plan then has the image of the caller's own tag.
    """
    found = _builds(program, plan, invocation)
    if not found:
        return plan, 0
    answer = found.engine.ask('image', 'inspect', plan.image)
    if answer.code == 0 or not re.search('no such|not known', answer.err, re.IGNORECASE):
        return plan, 0  # here; or there is no engine to say so, which the launch will explain
    found.output.say(f'{plan.image} is not here: pulling it')
    with signals.Unwinding():
        code = found.step(_pull(plan))
        if code == 0 or code in ENDED:
            return plan, code
        recipe = _recipe(found, plan)
        found.output.say(f'it cannot be pulled: building {recipe.image} from {recipe.dockerfile}')
        found, how = builder(found)
        with how.files(found):
            code, _ = images.build(found, how, recipe)
    return _with(plan, recipe.image), code


def shown(program: str, plan: Plan, invocation: Invocation) -> Plan:
    """The plan of a dry run, with what `ensure` would run before it, in which case."""
    found = _builds(program, plan, invocation)
    if not found:
        return plan
    recipe, how = _recipe(found, plan), likely(found)
    inspect = ('image', 'inspect', recipe.image)
    absent, older = 'where it cannot be pulled', '; before version 23 with DOCKER_BUILDKIT=1 in its environment'
    asks = asks_version(found)
    build = [
        *([(absent, ('--version',))] if asks else []), *([] if how.is_exact else [(absent, inspect)]),
        (absent + older * asks, found.allowed(builds.build(how.start, recipe))), (absent, inspect),
    ]
    before: list[tuple[str, tuple[str, ...]]] = [
        ('', ('image', 'inspect', plan.image)), ('where it is not here', _pull(plan)), *build,
    ]
    before = [(when, (*found.engine.words, *words)) for when, words in before]
    if recipe.image != plan.image:
        before.append((BUILT, argv.words(argv.lines(_with(plan, recipe.image)))))
    return plan._replace(before=tuple(before))


def _builds(program: str, plan: Plan, invocation: Invocation) -> Checkout | None:
    """The checkout whose base image would be built, if any would: it takes a Dockerfile."""
    has_other = {'image', 'cached', 'tag'} & invocation.options.keys()
    if program != runners.BUILDS_ITS_BASE or plan.passed.get('pull') == 'never' or has_other:
        return None
    found = opened(program, invocation, dry_run=False)
    return found if host.exists(f'{found.root}/{DOCKERFILE}') else None


def _recipe(found: Checkout, plan: Plan) -> Recipe:
    """What the image is built from."""
    nothing = builds.arguments((), {})
    return builds.Recipe(
        found.dockerfile(DOCKERFILE), found.local_image(), found.root, nothing, force=False, pull=True,
        platform=_platform(plan),
    )


def _pull(plan: Plan) -> tuple[str, ...]:
    platform = _platform(plan)
    return ('pull', *([f'--platform={platform}'] if platform else []), plan.image)


def _platform(plan: Plan) -> str:
    return str(plan.passed.get('platform', ''))


def _with(plan: Plan, image: str) -> Plan:
    """The plan with an image that was built."""
    return plan._replace(image=image, passed={key: value for key, value in plan.passed.items() if key != 'pull'})
