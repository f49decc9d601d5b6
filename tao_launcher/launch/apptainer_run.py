"""Runs a command in a container of Apptainer's to its end."""
from __future__ import annotations

from ..base import host, machine, temporary
from ..base.errors import CheckFailed
from ..base.late import signal
from ..base.shell import join
from ..engine import family, process, profiles
from ..engine.apptainer import variable
from . import apptainer, apptainer_failures, here, local_job, says
from .history import Started
from .local_job import Command, Way
from .results import Ran

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..settings.invocation import Invocation
    from .plan import Plan

WORKDIR = 'WORKDIR'  # the program's variable for the folder that has the container's /tmp, /var/tmp and home


def run(plan: Plan, words: tuple[str, ...], invocation: Invocation) -> int:
    """Run a plan whose dry run prints `words`; the job's exit code, negative to die of a signal.

    Raises EngineMissing when there is no such program, EngineError when it has not started the job.
    """
    environ, output = invocation.environ, invocation.output
    output.verbose(f'running: {join((*plan.engine, "exec"))} … {plan.image}')
    kills, begun = host.memory_kills(), process.clock()
    given = apptainer.environment(plan, environ)

    def failed(code: int) -> int:
        error = apptainer_failures.looked_at(code, process.clock() - begun, plan, given)
        if error:
            raise error
        says.say_killed(code, kills, machine.memory() // 2, output)
        return code

    started = Started(
        plan.job, words, plan.engine, plan.image, words.index(apptainer.location(plan.image)), plan.release,
        plan.by_name, plan.target.checkout,
    )
    ran = Ran(plan.job, here.command(plan), plan.mounts, str(plan.passed.get('workdir', '')))
    way = Way(lambda: _find(plan.engine, environ), failed)
    name = variable(plan.profile, WORKDIR)
    if name in environ:
        return local_job.run(plan, _command(plan, given), way, started, ran, invocation)
    try:
        folder = temporary.folder()
    except CheckFailed as e:
        output.notice(f'{e.what}: /tmp and the home of the job are in memory')
        return local_job.run(plan, _command(plan, given), way, started, ran, invocation)
    with folder as path:
        return local_job.run(plan, _command(plan, {**given, name: path}), way, started, ran, invocation)


def _command(plan: Plan, environ: Mapping[str, str]) -> Command:
    def told(started: int, number: int) -> Sequence[int]:
        return _inside(started, is_all=number == signal.SIGKILL or not plan.settings.init)

    return Command(apptainer.words(plan), environ, told=told)


def _inside(started: int, *, is_all: bool) -> Sequence[int]:
    """The job of a container that a process has started, or the first process of it, with which all of it ends.

    The program itself passes signals on only if its input is no terminal.
    """
    outside = len(family.numbers(started))
    for pid in family.descendants(started):
        numbers = family.numbers(pid)
        if len(numbers) > outside and numbers[-1] == '1':
            return [pid] if is_all else family.children(pid)[:1]
    return ()


def _find(engine: tuple[str, ...], environ: Mapping[str, str]) -> None:
    """Raise EngineMissing where the engine's program cannot be started."""
    program = profiles.program(engine)
    for word in (engine[0], program):
        if not machine.which(word, environ):
            from ..engine.unstarted import missing

            raise missing(word, 'no such program, or it is not executable')
