"""The kinds of engines: what writes the command of a plan, checks the host for it, explains it and runs it.

Docker's and podman's way is the usual one; another kind has its modules here, which only a launch with it imports.
"""
from __future__ import annotations

from ..engine.profile import APPTAINER_KIND, NO_ENGINE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..engine.daemon import Daemon
    from ..settings.invocation import Invocation
    from .argv import Lines
    from .explain import Explained
    from .plan import Plan


def lines(plan: Plan) -> Lines:
    """The lines of the command that a dry run prints. Raises ConfigError or UsageError for what cannot be said."""
    if plan.profile.kind == NO_ENGINE:
        from . import here

        return here.lines(plan)
    if plan.profile.kind == APPTAINER_KIND:
        from . import apptainer

        return apptainer.lines(plan)
    from . import argv

    return argv.lines(plan)


def checked(plan: Plan, engine: Daemon, invocation: Invocation) -> Plan:
    """The plan, once what it needs was found on this host, with notices. Raises Fatal."""
    if plan.profile.kind == NO_ENGINE:
        from . import here_checks

        return here_checks.check(plan, invocation)
    if plan.profile.kind == APPTAINER_KIND:
        from . import apptainer_checks

        return apptainer_checks.check(plan, engine, invocation)
    from . import checks

    return checks.check(plan, engine, invocation)


def explained(plan: Plan, lines: Lines) -> Explained:
    """(words, reason) for each argument of the lines."""
    if plan.profile.kind == NO_ENGINE:
        from . import here

        return here.explained(plan, lines)
    if plan.profile.kind == APPTAINER_KIND:
        from . import apptainer

        return apptainer.explained(plan, lines)
    from . import explain

    return explain.explained(plan, lines)


def run(plan: Plan, words: tuple[str, ...], invocation: Invocation) -> int:
    """Run a plan whose lines have these words; the job's exit code, negative to die of a signal. Raises Fatal."""
    if plan.profile.kind == NO_ENGINE:
        from . import here_run

        return here_run.run(plan, invocation)
    if plan.profile.kind == APPTAINER_KIND:
        from . import apptainer_run

        return apptainer_run.run(plan, words, invocation)
    from .run import run

    return run(plan, words, invocation)
