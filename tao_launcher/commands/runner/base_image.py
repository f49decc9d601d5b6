"""The base image of a runner that builds its own, where nobody has one for it."""
from __future__ import annotations

import re

from ...checkouts import builds, images, runners
from ...checkouts.builder import builder
from ...checkouts.checkout import checkout
from ...engine import signals
from .build import DOCKERFILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...launch.plan import Plan
    from ...settings.invocation import Invocation

ENDED = (130, 143)  # the codes of a command that a signal ended: nobody wants it to go on


def ensure(program: str, plan: Plan, invocation: Invocation) -> tuple[Plan, int]:
    """(the plan, 0) once its image is here: pulled, or else built; (the plan, the engine's code) where that failed.

    Only the manifest's own image is built, for the one runner that does so, and not against --pull never.
    An image that the manifest names by tag is built under that name. One by digest cannot be: the
    plan then has the image of the caller's own tag. Raises ConfigError when there is no Dockerfile.
    """
    has_other = {'image', 'cached', 'tag'} & invocation.options.keys()
    if program != runners.BUILDS_ITS_BASE or plan.passed.get('pull') == 'never' or has_other:
        return plan, 0
    found = checkout(program, invocation)
    answer = found.engine.ask('image', 'inspect', plan.image)
    if answer.code == 0 or not re.search('no such|not known', answer.err, re.IGNORECASE):
        return plan, 0  # here; or there is no engine to say so, which the launch will explain
    found.output.say(f'{plan.image} is not here: pulling it')
    platform = str(plan.passed.get('platform', ''))
    with signals.Unwinding():
        code = found.step(('pull', *([f'--platform={platform}'] if platform else []), plan.image))
        if code == 0 or code in ENDED:
            return plan, code
        image = f'{found.repository()}:{found.user()}' if '@' in plan.image else plan.image
        dockerfile = found.dockerfile(DOCKERFILE)
        found.output.say(f'it cannot be pulled: building {image} from {dockerfile}')
        found, how = builder(found)
        recipe = builds.Recipe(dockerfile, image, found.root, builds.arguments((), {}), force=False, pull=True)
        with how.files(found):
            code, _ = images.build(found, how, recipe._replace(platform=platform))
    passed = {key: value for key, value in plan.passed.items() if key != 'pull'}
    return plan._replace(image=image, passed=passed), code
