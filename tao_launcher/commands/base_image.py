"""The base image of a runner that builds its own, where nobody has one for it."""
from __future__ import annotations

from .. import builds, host, signals
from ..errors import EngineError
from ..images import REMEMBERED
from .build import DOCKERFILE
from .checkout import checkout
from .images import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..cli import Values
    from ..output import Output
    from ..plan import Plan

ENDED = (130, 143)  # the codes of a command that a signal ended: nobody wants it to go on


def ensure(
    program: str, plan: Plan, options: Values, environ: Mapping[str, str], output: Output,
) -> tuple[Plan, int]:
    """(the plan, 0) once its image is here: pulled, or else built; (the plan, the engine's code) where that failed.

    An image that the manifest names by tag is built under that name. One by digest can not be: the
    plan then has the image of the caller's own tag. Raises ConfigError when there is no Dockerfile.
    """
    if plan.pull == 'never':
        return plan, 0
    found = checkout(program, options, environ, False, output)
    remembered = host.json_file(f'{found.here.home}/{REMEMBERED}')
    store = Store(found.engine, remembered if isinstance(remembered, dict) else {}, False, False, output)
    try:
        if store.present([plan.image]):
            return plan, 0
    except EngineError:
        return plan, 0  # which the launch will explain
    output.say(f'{plan.image} is not here: pulling it')
    with signals.Unwinding():
        code = found.step(('pull', plan.image))
        if code == 0 or code in ENDED:
            return plan, code
        image = f'{found.repository()}:{found.user()}' if '@' in plan.image else plan.image
        dockerfile = found.dockerfile(DOCKERFILE)
        output.say(f'it can not be pulled: building {image} from {dockerfile}')
        nothing = builds.arguments((), {})
        code = found.step(builds.build(dockerfile, image, found.root, nothing, force=False, pull=True))
    return plan._replace(image=image, pull=''), code
