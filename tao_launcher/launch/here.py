"""From a plan to a command of this machine, in no container: the second way to run one. Pure."""
from __future__ import annotations

from ..base.errors import UsageError
from ..engine.profile import NO_ENGINE
from ..settings.container_values import bytes_of
from ..settings.option import NOTICE
from ..settings.settings import DISABLE
from . import explain
from .unmet import unmet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .argv import Lines
    from .explain import Explained
    from .plan import Plan

SCRIPT = ('sh', '-c', 'exec "$0" "$@"')  # what starts a program whose name `env` would take for a variable
# Said with what this machine has, where that is less.
LIMITS = ('shm_size', 'ulimits')


def lines(plan: Plan) -> Lines:
    """The lines of a dry run: `env` with what the command's own environment has, and the command.

    Secrets are left to the environment that the line is run in, as with an engine.
    """
    workdir = str(plan.passed.get('workdir', ''))
    words = command(plan)
    return [
        ('env',), *([('-C', workdir)] if workdir else []),
        *((word,) for word in plan.variables if '=' in word),
        (*(SCRIPT if '=' in words[0] else ()), *words),
    ]


def command(plan: Plan) -> tuple[str, ...]:
    """What is run: the task's own command, after the entry point that was asked for."""
    entry_point = plan.passed.get('entrypoint')
    return (*([str(entry_point)] if entry_point else []), *plan.command)


def environment(plan: Plan, environ: Mapping[str, str]) -> dict[str, str]:
    """The command's environment: the caller's, with the plan's variables."""
    given = (word.partition('=') for word in plan.variables if '=' in word)
    return {**environ, **{name: value for name, _, value in given}, **plan.export}


def explained(plan: Plan, lines: Lines) -> Explained:
    """(words, reason) for each of the lines."""
    origins = dict(zip(plan.variables, plan.origins))
    engine = f'the engine: {plan.settings.sources["engine"]}, so no container'
    found: Explained = [(lines[0], f'{engine}; TAO here: {plan.release or "unknown"}')]
    for words in lines[1:-1]:
        if words[0] == '-C':
            found.append((words, explain.option(plan, '--workdir')))
        else:
            found.append((words, explain.variable(plan, words[0], origins[words[0]])))
    return [*found, (lines[-1], explain.command_reason(plan))]


def refuse(plan: Plan) -> None:
    """Raise UsageError for what only an engine can do."""
    if plan.detach:
        raise UsageError(
            f'--detach: with --engine {NO_ENGINE} there is nothing that would keep the job',
            advice='nohup tao … > job.log &',
        )


def notices(plan: Plan, lower: list[str]) -> list[str]:
    """What has no meaning without a container, in one notice; and that a variable of NVIDIA's asked for it.

    `lower` are the limits of this machine that are lower than what is asked for.
    """
    found = []
    if plan.settings.sources['engine'].name == DISABLE:
        found.append(f'{DISABLE} is set: as with --engine {NO_ENGINE}, the command is run on this machine')
    without = list(dict.fromkeys(_without_meaning(plan)))
    parts = [f'{", ".join(without)} {"has" if len(without) == 1 else "have"} no effect'] if without else []
    if parts or lower:
        found.append(f'no container is started: {"; ".join((*parts, *lower))}')
    return found


def _without_meaning(plan: Plan) -> Iterator[str]:
    """The settings, in words, that only an engine makes something of."""
    for _, source in unmet(plan, lambda row: row.here == NOTICE and row.file not in LIMITS):
        yield str(source)
    read_only = [mount.destination for mount in plan.mounts if 'ro' in mount.mode.split(',')]
    if read_only:
        yield f'mode ro of {", ".join(read_only)}'


def lower_limits(
    plan: Plan, shared_memory: int | None, soft_limits: Mapping[str, int | None],
) -> list[str]:
    """The limits here, in words, that are lower than what the plan asks for; sizes in bytes, -1 for no limit."""
    found = []
    sources = plan.settings.sources
    wanted = str(plan.passed.get('shm_size', ''))
    if wanted and shared_memory is not None and shared_memory < bytes_of(wanted):
        found.append(f'/dev/shm has {shared_memory >> 20} MiB here, less than {wanted} ({sources["shm_size"]})')
    for limit in plan.ulimits:
        now = soft_limits.get(limit.name)
        if now is not None and now != -1 and (limit.soft == -1 or now < limit.soft):
            asked = 'unlimited' if limit.soft == -1 else limit.soft
            found.append(f'{limit.name} is {now} here, less than {asked} ({sources[f"ulimits.{limit.name}"]})')
    return found
