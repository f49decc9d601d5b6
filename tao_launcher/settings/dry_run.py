"""Whether a command that launches nothing is to change nothing either."""
from __future__ import annotations

from .alone import dry_run_form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .invocation import Invocation


def is_dry_run(invocation: Invocation, *, asked: bool = False) -> bool:
    """Whether it is one: `asked` for by an option of the command, by --dry-run, or by TAO_DRY_RUN, which is said.

    Raises UsageError.
    """
    options, environ, _, output = invocation
    if asked or options.get('dry_run'):
        return True
    is_dry = bool(dry_run_form(options, environ))
    if is_dry:
        output.say_dry_run()
    return is_dry
