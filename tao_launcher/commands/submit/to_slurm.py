"""tao submit slurm: hand a plan to sbatch as a script, and wait for it if asked to."""
from __future__ import annotations

import re

from ...base import access, host
from ...base.errors import ConfigError, EngineError, UsageError
from ...base.patience import Late, within
from ...base.shell import join
from ...engine import process, signals
from ...engine.ask import ask
from ...engine.profile import APPTAINER_KIND
from ...launch.paths import to_host
from . import contract, enroot, pyxis, slurm, slurm_answers
from .report import submitted
from .submission import CLIENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...base.output import Output
    from ...engine.process import Answer
    from ...launch.plan import Plan
    from .slurm import Script
    from .slurm_answers import State
    from .submission import Submission

PATIENCE = 120.0  # seconds for a busy slurmctld
PATIENCE_HERE = 5.0  # seconds for a look at the mount sources
OFTEN, SELDOM = 0.5, 10.0  # seconds between two looks at a job that is waited for, at first and later on
SILENCE = 600.0  # seconds without a word about a job that is waited for
LINES = 10  # of what a program said that an error shows
JOB = r'[0-9]{1,18}(;[\w.-]+)?'  # what sbatch prints: the job, and its cluster if there are several


def submit_slurm(
    plan: Plan, wanted: Submission, dry_run: str, environ: Mapping[str, str], output: Output, *, is_checked: bool,
) -> int:
    """Print the script of a plan (`dry_run` is not ''), or submit it. Returns the exit code; raises Fatal.

    With `is_checked` each node looks for the mount sources that are there on this one.
    """
    if dry_run == 'json':
        raise UsageError('submit slurm submits a script; there is no JSON form of it', advice='--dry-run')
    make, client = _form(plan, wanted)
    try:
        sources, notices = within(PATIENCE_HERE, lambda: _seen(plan, wanted)) if is_checked else ([], [])
    except Late:
        sources, notices = [], []  # which a notice has said
    script = make(plan, wanted, sources, [name for name in client if environ.get(name)])
    for notice in (*plan.notices, *script.notices, *notices):
        output.notice(notice)
    if dry_run:
        unset = [name for name, value in plan.export.items() if environ.get(name) != value]
        output.say_exports(unset, 'the script takes {} from the environment of sbatch')
        output.result(script.text)
        return 0
    job, _, cluster = _sbatch(script, {**environ, **plan.export}, output).partition(';')
    submitted(job, wanted, output)
    there = ('-M', cluster) if cluster else ()
    shown = ask(('scontrol', *there, 'show', 'job', job), environ, PATIENCE_HERE).out
    log = slurm_answers.log_path(shown, script.options, job, host.path_of('.'))
    output.notice(f'Slurm has it now; tao list does not show it: {join(("squeue", *there, "-j", job))}')
    output.notice(f'what it writes: {join(("tail", "-F", log))}')
    output.notice(f'to end it: {join(("scancel", *there, job))}')
    return _wait(job, there, environ, output) if wanted.wait else 0


def _form(
    plan: Plan, wanted: Submission,
) -> tuple[Callable[[Plan, Submission, Sequence[str], Sequence[str]], Script], Sequence[str]]:
    """(what makes the script of this kind of container, the variables that steer its engine)."""
    if wanted.container == APPTAINER_KIND:
        from . import apptainer

        return apptainer.script, apptainer.client(plan)
    return pyxis.script if wanted.container == 'pyxis' else slurm.script, CLIENT


def _seen(plan: Plan, wanted: Submission) -> tuple[list[str], list[str]]:
    """(the mount sources that are there, notices). Raises ConfigError for an image file that is none."""
    is_file = wanted.container == 'pyxis' and enroot.is_a_file(plan.image)
    if is_file and host.is_folder(plan.image):
        raise ConfigError(f'image file {plan.image} is a folder', advice='correct the path (on the nodes? --no-check)')
    if is_file and host.look(plan.image) is False:
        raise ConfigError(
            f'image file {plan.image} not found', advice='correct the path (on the nodes only? --no-check)',
        )
    return [mount.source for mount in plan.mounts if host.look(mount.seen)], _unwritable(plan, wanted)


def _unwritable(plan: Plan, wanted: Submission) -> list[str]:
    """Notices about spec files that the caller may not write to, where the job runs as the caller."""
    shown = plan.user[1] if plan.user[:1] == ('--user',) else plan.owner if wanted.container != 'docker' else ''
    uid, _, gid = shown.partition(':')
    if uid != plan.owner or not uid.isdigit():
        return []
    groups = {int(group) for group in (*plan.groups, gid) if group.isdigit()}
    found = ((path, to_host(path, plan.mounts)) for path in contract.specs(plan, wanted.nodes))
    return [
        f'{path} is not writable by you: {contract.UNWRITTEN}' for path, here in found
        if here and host.look(here) and not access.writable_by(here, int(uid), groups)
    ]


def _sbatch(script: Script, environ: Mapping[str, str], output: Output) -> str:
    """Submit a script. Returns the job's id, and after a ";" the cluster if there are several. Raises EngineError."""
    # sbatch would let these override the lines of the script
    options = {name[2:].upper().replace('-', '_') for name in script.options}
    above = {f'SBATCH_{name}' for name in (*options, 'TIMELIMIT', 'WAIT') if name != 'TIME' or 'TIME' in options}
    kept = {name: value for name, value in environ.items() if name not in above}
    look = join(('squeue', '--name', script.options['--job-name']))
    try:
        answer = ask(('sbatch', '--parsable'), kept, PATIENCE, text=script.text)
    except KeyboardInterrupt:
        output.notice(f'sbatch was interrupted, and may have submitted the job: {look}')
        raise
    if answer.is_missing:
        raise EngineError(
            'sbatch: no such program', 'tao submit slurm hands its script to Slurm',
            advice='run it where sbatch is, or write the script with --dry-run',
        )
    if answer.is_late:
        raise EngineError('sbatch did not end, and may have submitted the job', answer.err, advice=look)
    words = (answer.err.strip() or answer.out.strip()).splitlines()[:LINES]
    if answer.code is not None and answer.code < 0:
        name = signals.name(-answer.code)
        raise EngineError(f'sbatch was ended by {name}, and may have submitted the job', *words, advice=look)
    if answer.code != 0 or not answer.out.strip():
        why = words or [f'it ended with exit code {answer.code} and said nothing']
        raise EngineError('sbatch did not accept the job', *why)
    job = answer.out.splitlines()[-1].strip()  # its configuration may have it say more before
    if not re.fullmatch(JOB, job):
        said = answer.out.strip().splitlines()[:LINES]
        raise EngineError('sbatch has accepted the job but did not print its number', *said, advice=look)
    output.log(answer.err)
    return job


def _wait(job: str, there: tuple[str, ...], environ: Mapping[str, str], output: Output) -> int:
    """The exit code of a job once it has ended; leaving the waiting does not end it. Raises EngineError."""
    pause, known, told = OFTEN, process.clock(), ''
    try:
        while True:
            answer = ask(('scontrol', *there, '--oneliner', 'show', 'job', job), environ, PATIENCE)
            found = slurm_answers.state(answer.out)
            if found.has_ended:
                break
            if answer.code == 0 and found.state:
                known = process.clock()
                if found.state == 'PENDING' and found.reason not in ('', told):
                    told = found.reason
                    output.notice(f'job {job} waits: {told}')
            elif answer.code == 0 or 'Invalid job id' in answer.err or process.clock() - known > SILENCE:
                found = _accounted(job, there, environ, answer)
                break
            process.sleep(pause)
            pause = min(pause * 1.5, SELDOM)
    except KeyboardInterrupt:
        output.notice(f'no longer waiting; job {job} goes on')
        raise
    if found.state != 'COMPLETED':
        output.notice(f'job {job}: {found}')
    return found.code or int(found.state != 'COMPLETED')


def _accounted(job: str, there: tuple[str, ...], environ: Mapping[str, str], shown: Answer) -> State:
    """How a job ended that Slurm has forgotten, as its accounting says. Raises EngineError where there is none."""
    words = ('sacct', *there, '--noheader', '--parsable2', '--allocations', '--format=State,ExitCode', '--jobs', job)
    found = slurm_answers.accounted(ask(words, environ, PATIENCE).out)
    if found.has_ended:
        return found
    why = shown.err.strip().splitlines()[:LINES] or ['scontrol shows no state of it']
    raise EngineError(f'Slurm does not know how job {job} ended', *why, advice=join(('sacct', *there, '-j', job)))
