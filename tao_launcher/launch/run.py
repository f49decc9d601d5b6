"""Run a planned job and come back with its exit code."""
from __future__ import annotations

import os
import time

from ..base import host
from ..base.errors import EngineError, EngineMissing, ResultLost
from ..base.late import signal
from ..base.output import OutputClosed
from ..base.shell import quote
from ..engine import answers, process, profiles, signals
from ..engine.profile import NO_ENGINE
from .containers import Launch
from .history import Ended, Recorder, of_plan
from .supervise import REFUSED, SupervisedJob
from .variables import LAUNCH_ID
from .witness import Witness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..engine.profile import Profile
    from ..settings.invocation import Invocation
    from .plan import Plan

EXPLAINED = (125, 126, 127, 135, 137, 139)  # exit codes whose reason may be found afterwards
QUICK = 3.0  # seconds within which a program of another kind of machine has ended, container and all
JUST_STARTED = 0.3  # seconds after which a detached job that ended at once is noticed


def run(plan: Plan, words: tuple[str, ...], invocation: Invocation) -> int:
    """Run the argv `words` of `plan`; the job's exit code, negative to die of a signal.

    Raises EngineError when the engine's program cannot be started.
    """
    environ, output = invocation.environ, invocation.output
    launch = recognised(
        words, plan.engine, {**environ, **plan.export}, plan.owner, plan.profile, is_sudo=plan.is_sudo,
    )
    output.verbose(f'running: {" ".join(plan.engine)} run … {plan.image}')
    recorder = Recorder(of_plan(plan, words), invocation)
    witness = Witness(plan, launch, recorder.look_up)
    job = SupervisedJob(plan, launch, output)
    if recorder.is_kept:
        job.witness = witness
        job.watchers.append(witness)
    if plan.settings.timeout:
        from .time_limit import TimeLimit

        job.limit = TimeLimit(
            plan.settings.timeout, plan.settings.sources['timeout'], output, lambda: job.receive(signal.SIGTERM),
        )
        job.watchers.append(job.limit)
    with recorder:
        code = _code(job, words, environ)
    if recorder.is_kept:
        witness.finish(job.seconds, has_run=code != EngineError.code)
        recorder.end(_ended(job, witness, code if code >= 0 else 128 - code))
    return code


def _ended(job: SupervisedJob, witness: Witness, code: int) -> Ended:
    """How a launch has ended, for its entry."""
    container = witness.container or job.seen or job.id
    was_interrupted = job.plan.tty and code == 128 + signal.SIGINT
    number = (*job.received, signal.SIGINT if was_interrupted else 0)[0]
    how = (
        'timeout' if job.has_had_its_time else 'signal' if number else 'detached' if job.is_left
        else 'refused' if code == EngineError.code and not (witness.container or job.has_run or job.was_lost) else 'job'
    )
    return Ended(
        how, None if job.is_left else code, int(number), witness.image_id, witness.digests, container=container,
        seconds=job.seconds,
    )


def _code(job: SupervisedJob, words: tuple[str, ...], environ: Mapping[str, str]) -> int:
    """The job's exit code; negative for a signal that it, or we, died of. Raises EngineError."""
    plan, launch, output = job.plan, job.launch, job.output
    since, kills = time.time(), host.memory_kills()
    try:
        code, out = job.run(words)
    except EngineMissing as error:
        raise _with_other_ways(error, plan, environ) from None
    if job.received and (job.abandoned or code == 125):
        code = -job.received[0]  # the job has no code of its own
    if _was_interrupted(plan, job, code):
        return -signal.SIGINT
    if job.has_had_its_time:
        from .time_limit import TIMED_OUT

        return TIMED_OUT
    # clients end with 1 as well when they find no engine: docker's since 29, a wrong context, a sudo that refuses
    is_unreached = code == 1 and job.is_unreached
    is_quick = code in (1, 255) and time.time() - since < QUICK
    is_told = job.was_lost and code in REFUSED  # the engine was back, and refused nothing
    if (code in EXPLAINED or is_unreached or is_quick) and not job.received and not is_told:
        from .diagnose import diagnose

        facts = diagnose(code, since, kills, plan, launch, job.silence, output)
        code, job.has_run = facts.code, facts.has_started
    if plan.detach and code == 0:
        code = _detached(out, job)
    if code and not (job.received or job.is_left or launch.is_remote):
        from .says import say

        say(plan, launch, since, output)
    return code if code >= 0 else 128 - code


def _with_other_ways(error: EngineMissing, plan: Plan, environ: Mapping[str, str]) -> EngineMissing:
    """The error with the other ways that are open here: the task's own program, as in a container of TAO, and engines
    without a daemon."""
    from ..base import machine

    task = '' if plan.target.program else (*plan.job.split('/'), '')[1]
    ways = []
    if task and machine.which(task, environ):
        what = f'{task} is on PATH here, as in a container of TAO'
        ways.append((NO_ENGINE, f'{what}, where --engine {NO_ENGINE} runs it without another one'))
    found = [name for name in profiles.DAEMONLESS if machine.which(name, environ)]
    ways += [(name, f'{name} is on PATH here, and runs images of docker without a daemon') for name in found[:1]]
    advice = [f'--engine {name} (or TAO_ENGINE={name})' for name, _ in ways]
    return EngineMissing(
        error.what, *error.why, *(way for _, way in ways), advice='; or '.join((*advice, error.advice)),
    )


def _was_interrupted(plan: Plan, job: SupervisedJob, code: int) -> bool:
    """Whether Ctrl-C ended the job, so that a shell loop or make around the launcher is to stop too."""
    if signal.SIGINT in job.received:
        return code in (130, 137, -signal.SIGINT, -signal.SIGKILL)
    if not (plan.tty and code == 130) or not plan.target.command:
        return False
    # With -t it was a byte for the job's own terminal. Off it, it is a signal for the whole foreground.
    signals.interrupt_group()
    return True


def recognised(
    words: Sequence[str], engine: Sequence[str], environ: Mapping[str, str], owner: str, profile: Profile, *,
    is_sudo: bool,
) -> Launch:
    """How the container of the argv `words`, which has our labels, is recognised; `env` is what it is started with."""
    # its value is nowhere but in this environment and the container's: what has it is this launch's
    launch_id = '' if is_sudo else os.urandom(16).hex()
    env = {**environ, **({LAUNCH_ID: launch_id} if launch_id else {})}
    digest = next(word for word in words if word.startswith('tao.plan='))
    return Launch(
        engine=tuple(engine), env=env, plan=digest.partition('=')[2], owner=owner, launch_id=launch_id,
        started=process.utc(), removal=profile.removal,
    )


def _detached(out: str, job: SupervisedJob) -> int:
    """Print a detached job's id; when it has ended already, its log (to stderr) and its code. Raises EngineError.

    The code of one that runs is 0, or that of an id that could not be printed.
    """
    launch, output = job.launch, job.output
    container = job.seen = (answers.ids(out) or [''])[-1]  # a wrapper may say something before it
    job.is_left = job.has_run = True
    if not container:
        output.notice('the engine has started the job but printed no id; tao list shows it')
        return 0
    lost, which = 0, ''
    try:
        output.result(container + '\n')
    except (OutputClosed, ResultLost) as e:
        lost, which = e.code, f' (container {container[:12]})'
    process.sleep(JUST_STARTED)
    state = launch.ask('inspect', '-f', '{{.State.Running}} {{.State.ExitCode}}', container)
    running, _, code = state.out.strip().partition(' ')
    if state.code != 0 or running != 'false':
        if lost:
            advice = f'{profiles.tao(launch.engine)} attach {quote(container[:12])}'
            output.error(ResultLost(f'the job runs on{which}, but its id could not be written', advice=advice))
        return lost
    job.is_left = False
    log = launch.ask('logs', container)
    output.log(log.out + log.err)
    known = answers.exit_code(code)
    if known is None:
        raise EngineError('the job has ended already, but the engine does not say with which exit code')
    output.notice(f'the job{which} has ended already, with exit code {known}')
    return known or lost
