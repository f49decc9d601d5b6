"""The base image of a runner that builds its own, where nobody has one for it."""
from __future__ import annotations

import re

from ...base import host
from ...checkouts import builds, runners
from ...checkouts.checkout import opened
from ...engine import signals
from ...launch import argv
from .build import DOCKERFILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...checkouts.checkout import Checkout
    from ...launch.plan import Plan
    from ...settings.invocation import Invocation

STEPS = 3  # how many commands may make the image be here
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
        code = found.step(('pull', plan.image))
        if code == 0 or code in ENDED:
            return plan, code
        image, words = _build(found)
        found.output.say(f'it cannot be pulled: building {image} from {found.root}/{DOCKERFILE}')
        code = found.step(words)
    return _with(plan, image), code


def shown(program: str, plan: Plan, invocation: Invocation) -> Plan:
    """The plan of a dry run, with what `ensure` would run before it, in which case."""
    found = _builds(program, plan, invocation)
    if not found:
        return plan
    image, build = _build(found)
    engine = found.engine.words
    before: list[tuple[str, tuple[str, ...]]] = [
        ('', (*engine, 'image', 'inspect', plan.image)),
        ('where it is not here', (*engine, 'pull', plan.image)),
        ('where it cannot be pulled', (*engine, *found.allowed(build))),
    ]
    if image != plan.image:
        own = argv.words(argv.lines(_with(plan, image)))
        before.append(('where it was built, in place of the next line', own))
    return plan._replace(before=tuple(before))


def _builds(program: str, plan: Plan, invocation: Invocation) -> Checkout | None:
    """The checkout whose base image would be built, if any would: it takes a Dockerfile."""
    has_other = {'image', 'cached', 'tag'} & invocation.options.keys()
    if program != runners.BUILDS_ITS_BASE or plan.passed.get('pull') == 'never' or has_other:
        return None
    found = opened(program, invocation, dry_run=False)
    return found if host.exists(f'{found.root}/{DOCKERFILE}') else None


def _build(found: Checkout) -> tuple[str, tuple[str, ...]]:
    """(the image that is built, the words for that)."""
    image = found.local_image()
    nothing = builds.arguments((), {})
    dockerfile = found.dockerfile(DOCKERFILE)
    return image, builds.build(dockerfile, image, found.root, nothing, force=False, pull=True)


def _with(plan: Plan, image: str) -> Plan:
    """The plan with an image that was built."""
    return plan._replace(image=image, passed={**plan.passed, 'pull': ''})
