"""Runs a command of this machine, in no container, to its end."""
from __future__ import annotations

from ..base import host, surroundings
from ..base.errors import ConfigError
from ..base.shell import join
from ..engine.ask import ask
from ..settings.values import Mount
from . import argv, here, local_job, says
from .history import Started
from .local_job import Command, Way
from .results import Ran

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..settings.invocation import Invocation
    from .plan import Plan


def run(plan: Plan, invocation: Invocation) -> int:
    """Run the plan's command; its exit code, negative to die of a signal.

    Raises CommandMissing or CannotExecute when it cannot be started, ConfigError for a link that cannot be made.
    """
    environ, output = invocation.environ, invocation.output
    words = here.command(plan)
    output.verbose(f'running: {join(words[:1])}, on this machine')
    workdir = str(plan.passed.get('workdir', ''))
    kills = host.memory_kills()

    def failed(code: int) -> int:
        says.say_killed(code, kills, surroundings.shared_memory(), output)
        return code

    # which image this is, is not known
    started = Started(
        job=plan.job, argv=argv.words(here.lines(plan)), engine=plan.engine, release=plan.release, env=plan.by_name,
        checkout=plan.target.checkout,
    )
    ran = Ran(plan.job, words, (Mount('/', '/'),), workdir or invocation.here.cwd)  # its paths are this machine's
    command = Command(words, here.environment(plan, environ), workdir)
    way = Way(lambda: make_links(plan, environ), failed)
    return local_job.run(plan, command, way, started, ran, invocation)


def make_links(plan: Plan, environ: Mapping[str, str]) -> None:
    """Run what the plan has before its command. Raises ConfigError where that fails, and is not there anyway."""
    for _, words in plan.before:
        answer = ask(words, environ, timeout=local_job.ENDING)
        if answer.code != 0 and not (words[0] == 'ln' and surroundings.is_same(words[-2], words[-1])):
            raise ConfigError(f'{join(words)} failed', (answer.err or answer.out).strip()[:200])

