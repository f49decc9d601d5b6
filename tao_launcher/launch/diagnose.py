"""After a failed launch, and only then: ask the engine why, and say it in a line or two."""
from __future__ import annotations

from ..base import host, machine
from ..base.errors import Fatal
from ..base.times import seconds
from ..engine import answers, daemon, failures, installed, process
from ..engine.init import lacks_init, with_init
from ..engine.logins import is_logged_in, logins
from . import argv, causes
from .causes import FailureFacts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..base.output import Output
    from ..engine.process import Answer
    from .containers import Launch
    from .plan import Plan

PATIENCE = 5.0  # seconds for all answers together: someone waits at a terminal


class TimedEngine:
    """The launch's engine, asked until its time is up."""

    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._until = process.clock() + PATIENCE

    def ask(self, *words: str) -> Answer:
        """Ask; no answer counts as one without a code."""
        return self._launch.ask(*words, timeout=max(0.1, self._until - process.clock()))


def diagnose(code: int, since: float, kills: int | None, plan: Plan, launch: Launch, output: Output) -> int:
    """Explain a job's exit code, if it can be explained.

    `since` is when it was started (seconds since 1970), `kills` what host.memory_kills() said then.
    Returns the code, but 125 where the engine was not reached.
    """
    here = host.survey(launch.env)
    found = with_init(daemon.find(launch.engine, launch.env, here.home, host.json_file))
    facts = FailureFacts(
        code=code, engine=launch.engine, machine=installed.for_remedies(here, launch.env), environ=launch.env,
        image=plan.image, command=_program(plan), pull=str(plan.passed.get('pull', '')),
        wants_gpu=bool(plan.gpus), shm=_shm(plan),
        has_init=bool(plan.init), ulimits=tuple(limit.name for limit in plan.ulimits),
        has_memory_limit=any(line[0].partition('=')[0] in ('--memory', '-m') for line in argv.lines(plan)),
        name=str(plan.passed.get('name', '')), network=str(plan.passed.get('network', '')),
        address=found.address, is_remote=found.is_remote,
        lacks_init=plan.init == ('--init',) and lacks_init(found),
    )
    engine = TimedEngine(launch)
    if code in (1, 125, 126):
        version = engine.ask('version')
        facts = facts._replace(engine_code=version.code, engine_error=version.err)
        if version.code != 0:  # newer clients make 126 of the socket's "permission denied"
            facts = facts._replace(code=125)
    if code in (125, 126, 127, 137) and facts.engine_code == 0:
        facts = _what_happened(facts, since, kills, plan, launch, engine)
    if facts.code == 127 and plan.init == ('--init',) and facts.events and 'start' not in facts.events:
        info = engine.ask('info', '--format', '{{json .}}').json()
        facts = facts._replace(lacks_init=facts.lacks_init or failures.has_no_init(info))
    if facts.code == 125 and facts.engine_code == 0 and 'start' not in (facts.events or ()):
        facts = _why_refused(facts, engine)
        if facts.wants_gpu and not facts.is_remote:
            from .driver import old_driver

            facts = facts._replace(old_driver=old_driver(plan, launch.env, output))
    what, remedy = causes.failure(facts)
    if what:
        output.error(Fatal(what, advice=remedy))
    return facts.code


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
    answer = engine.ask(
        'events', '--since', f'{since:.6f}', '--until', f'{machine.now() + 1:.6f}', '--format', '{{json .}}',
        '--filter', 'type=container', '--filter', f'label=tao.plan={launch.plan}',
    )
    events = list(answers.lines(answer.out)) if answer.code == 0 else []
    containers = {answers.text(event, 'id') or answers.text(event, 'ID') for event in events}
    if len(containers) != 1:
        events = []  # not seen; or an equal launch at the same time, and not to be told apart
    names = plan.profile.events
    times = {names.get(name, name): when for name, when in map(_named, events)}
    lifetime = times['die'] - times['start'] if 'die' in times and 'start' in times else None
    now = host.memory_kills()
    meanwhile = now - kills if kills is not None and now is not None and not facts.is_remote else None
    is_tegra = host.exists('/etc/nv_tegra_release')
    has_driver = is_tegra or host.exists('/proc/driver/nvidia/version') or host.exists('/dev/dxg')
    return facts._replace(
        events=tuple(times) if events else None, lifetime=lifetime, kernel_kills=meanwhile,
        has_driver=None if facts.is_remote else has_driver,
        has_nvidia=machine.has_cdi() if plan.profile.uses_cdi and not facts.is_remote else None,
    )


def _named(event: object) -> tuple[str, float]:
    """An event's name, and its time in seconds since 1970."""
    name = answers.text(event, 'Action') or answers.text(event, 'Status')
    return name, answers.number(event, 'timeNano') / 1e9 or seconds(answers.text(event, 'Time')) or 0


def _why_refused(facts: FailureFacts, engine: TimedEngine) -> FailureFacts:
    """The facts with what the engine says of itself and of the image."""
    image = engine.ask('image', 'inspect', '-f', '{{.Id}}', facts.image)
    taken = engine.ask('ps', '-aq', '--filter', f'name=^/?{facts.name}$').out if facts.name else ''
    info = engine.ask('info', '--format', '{{json .}}').json()
    folder = failures.image_folder(info)
    return facts._replace(
        image_is_here=image.code == 0 if image.code is not None else None,
        is_logged_in=is_logged_in(facts.image.partition('/')[0], logins(facts.engine, facts.environ)),
        name_is_taken=bool(taken.strip()), disk=folder, is_podman='host' in info,
        remaps_users=failures.remaps_users(info),
        disk_free=host.free_bytes(folder) if folder and not facts.is_remote else None,
        has_nvidia=failures.has_nvidia(info) if info and facts.has_nvidia is None else facts.has_nvidia,
    )
