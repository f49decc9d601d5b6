"""After a failed launch, and only then: ask the engine why, and say it in a line or two."""
from __future__ import annotations

from ..base import host, machine
from ..base.errors import Fatal
from ..base.shell import join
from ..base.times import seconds
from ..engine import answers, daemon, installed, platforms
from ..engine.init import lacks_init, with_init
from . import argv, causes, investigate
from .facts import FailureFacts
from .looks import TimedEngine
from .told import LATE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..base.output import Output
    from ..engine.process import Answer
    from .containers import Launch
    from .plan import Plan

REFUSED = (125, 126, 127)
GONE = {'die', 'destroy', 'remove'}  # events of a container that has ended; the last is podman's


def diagnose(
    code: int, since: float, kills: int | None, plan: Plan, launch: Launch, silence: Answer | None, output: Output,
) -> FailureFacts:
    """Explain a job's exit code, if it can be explained.

    `since` is when it was started (seconds since 1970), `kills` what host.memory_kills() said then, `silence` the
    engine's answer to a question since then, where that was none: it is not asked again.
    Returns what is known: with the code, but 125 where the engine was not reached.
    """
    engine = TimedEngine(launch)
    facts = _known(code, plan, launch)
    if silence and code in (1, 125, 126):  # newer clients make 126 of the socket's "permission denied"
        facts = facts._replace(code=125, engine_code=silence.code, engine_error=silence.err)
    elif code in causes.QUICK_CODES:
        facts = investigate.for_which_machine(facts, plan, engine)
    elif code in (*REFUSED, 137) and not silence:
        facts = _what_happened(facts, since, kills, plan, launch, engine)
        if facts.engine_code == 0 and code in (126, 127) and plan.mounts:
            facts = facts._replace(hidden_by=investigate.hiding(plan, facts.command, engine))
        if facts.engine_code == 0 and code in REFUSED and not facts.has_started:
            facts = investigate.why_refused(facts, plan, TimedEngine(launch))
            if facts.wants_gpu and not facts.is_remote:
                from .driver import old_driver

                facts = facts._replace(old_driver=old_driver(plan, launch.env, output))
    for what, remedy in causes.failures(facts):
        output.error(Fatal(what, advice=remedy))
    return facts


def _known(code: int, plan: Plan, launch: Launch) -> FailureFacts:
    """What needs no question."""
    here = host.survey(launch.env)
    found = with_init(daemon.find(launch.engine, launch.env, here.home, host.json_file))
    asked, asked_from = platforms.asked(investigate.told(plan, '--platform')[0], launch.engine, launch.env)
    network, network_from = investigate.told(plan, '--network')
    return FailureFacts(
        code=code, engine=launch.engine, machine=installed.for_remedies(here, launch.env), environ=launch.env,
        image=plan.image, command=_program(plan), pull=str(plan.passed.get('pull', '')),
        wants_gpu=bool(plan.gpus), shm=_shm(plan),
        has_init=bool(plan.init),
        has_memory_limit=any(line[0].partition('=')[0] in ('--memory', '-m') for line in argv.lines(plan)),
        name=str(plan.passed.get('name', '')), network=network, network_from=network_from,
        address=found.address, is_remote=found.is_remote,
        lacks_init=plan.init == ('--init',) and lacks_init(found),
        platform=asked, platform_from=asked_from,
        build=_build(plan), is_service=plan.target.is_service,
    )


def _build(plan: Plan) -> str:
    """The command that builds the image, which a developer runner has for its own."""
    program, settings = plan.target.program, plan.settings
    if not program or settings.image:
        return ''
    return join((program, 'build', *(['--tag', settings.tag] if settings.tag else [])))


def _program(plan: Plan) -> str:
    """What is started in the container, where that is known."""
    return str(plan.passed.get('entrypoint') or '') or plan.command[0]


def _shm(plan: Plan) -> str:
    size, ipc = (plan.passed.get(key, '') for key in ('shm_size', 'ipc'))
    return str(size) or (f'what --ipc {ipc} gives it' if ipc else '')


def _what_happened(
    facts: FailureFacts, since: float, kills: int | None, plan: Plan, launch: Launch, engine: TimedEngine,
) -> FailureFacts:
    """The facts with what the engine saw of the container, which it knows after --rm too, and the kernel."""
    now = host.memory_kills()
    meanwhile = now - kills if kills is not None and now is not None and not facts.is_remote else None
    answer, times, containers = _events(since, 0, plan, launch, engine)
    is_late = facts.is_remote or not plan.profile.service or not _is_whole(facts.code, times, meanwhile)
    if answer.code == 0 and is_late:
        answer, times, containers = _events(since, LATE, plan, launch, engine)
    if answer.code is None:
        return facts._replace(engine_code=None, engine_error=answer.err)
    if facts.name and facts.code in REFUSED and times and not times.keys() & GONE:
        times, containers = {}, 0  # an equal launch's, which has the name: what is ours is gone by now
    lifetime = times['die'] - times['start'] if 'die' in times and 'start' in times else None
    is_tegra = host.exists('/etc/nv_tegra_release')
    has_driver = is_tegra or host.exists('/proc/driver/nvidia/version') or host.exists('/dev/dxg')
    return facts._replace(
        events=_seen(times, containers, has_answered=answer.code == 0 and not facts.is_remote),
        lifetime=lifetime, kernel_kills=meanwhile,
        has_driver=None if facts.is_remote else has_driver,
        has_nvidia=machine.has_cdi() if plan.profile.uses_cdi and not facts.is_remote else None,
    )


def _events(
    since: float, late: float, plan: Plan, launch: Launch, engine: TimedEngine,
) -> tuple[Answer, dict[str, float], int]:
    """(the engine's answer, the times of the events of a launch's containers, the number of those).

    The engine is asked for what it sees until `late` seconds from now, and answers no sooner.
    """
    answer = engine.ask(
        'events', '--since', f'{since:.6f}', '--until', f'{machine.now() + late:.6f}', '--format', '{{json .}}',
        '--filter', 'type=container', '--filter', f'label=tao.plan={launch.plan}',
    )
    events = list(answers.lines(answer.out)) if answer.code == 0 else []
    names = plan.profile.events
    times = {names.get(name, name): when for name, when in map(_named, events)}
    return answer, times, len(set(map(_container, events)))


def _is_whole(code: int, times: Mapping[str, float], kernel_kills: int | None) -> bool:
    """Whether the events of docker's are all there: it tells of a container before its client does, of its end not."""
    if code == 137 and kernel_kills != 0 and 'oom' not in times:
        return False  # which may come after the end
    return bool(times.keys() & {'die', 'destroy'}) or not times and code in REFUSED


def _container(event: object) -> str:
    """The id of an event's container: the top level of newer engines' events has none."""
    return answers.text(event, 'id') or answers.text(event, 'ID') or answers.text(event, 'Actor', 'ID')


def _seen(times: Mapping[str, float], containers: int, *, has_answered: bool) -> tuple[str, ...] | None:
    """The names of the events of a launch's container, none where there was no container; None where nobody knows.

    An equal launch at the same time cannot be told apart, and a remote engine's clock may be another.
    """
    if containers == 1:
        return tuple(times)
    return () if not containers and has_answered else None


def _named(event: object) -> tuple[str, float]:
    """An event's name, and its time in seconds since 1970."""
    name = answers.text(event, 'Action') or answers.text(event, 'Status')
    return name, answers.number(event, 'timeNano') / 1e9 or seconds(answers.text(event, 'Time')) or 0
