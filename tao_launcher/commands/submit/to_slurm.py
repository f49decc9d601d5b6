"""tao submit slurm: hand a plan to sbatch as a script, and wait for it if asked to."""
from __future__ import annotations

import re

from ...base import host
from ...base.errors import EngineError, UsageError
from ...base.patience import Late, within
from ...base.shell import join
from ...engine import process
from . import pyxis, slurm
from .report import submitted
from .submission import CLIENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...base.output import Output
    from ...launch.plan import Plan
    from .slurm import Script
    from .submission import Submission

PATIENCE = 120.0  # seconds for a busy slurmctld
PATIENCE_HERE = 5.0  # seconds for a look at the mount sources
OFTEN, SELDOM = 0.5, 10.0  # seconds between two looks at a job that is waited for, at first and later on
SILENCE = 600.0  # seconds without a word about a job that is waited for
LINES = 10  # of what a program said that an error shows
JOB = r'[0-9]{1,18}(;[\w.-]+)?'  # what sbatch prints: the job, and its cluster if there are several
ENDED = (
    'COMPLETED', 'FAILED', 'CANCELLED', 'TIMEOUT', 'NODE_FAIL', 'OUT_OF_MEMORY', 'PREEMPTED', 'BOOT_FAIL', 'DEADLINE',
)


def submit_slurm(
    plan: Plan, wanted: Submission, dry_run: str, environ: Mapping[str, str], output: Output, *, is_checked: bool,
) -> int:
    """Print the script of a plan (`dry_run` is not ''), or submit it. Returns the exit code; raises Fatal.

    With `is_checked` each node looks for the mount sources that are there on this one.
    """
    if dry_run == 'json':
        raise UsageError('submit slurm submits a script; there is no JSON form of it', advice='--dry-run')
    make = pyxis.script if wanted.is_pyxis else slurm.script
    seen = {mount.source: mount.seen for mount in plan.mounts} if is_checked else {}
    try:
        sources = within(PATIENCE_HERE, lambda: [source for source, path in seen.items() if host.look(path)])
    except Late:
        sources = []  # which a notice has said
    script = make(plan, wanted, sources, [name for name in CLIENT if environ.get(name)])
    for notice in (*plan.notices, *script.notices):
        output.notice(notice)
    if dry_run:
        unset = [name for name, value in plan.export.items() if environ.get(name) != value]
        output.say_exports(unset, 'the script takes {} from the environment of sbatch')
        output.result(script.text)
        return 0
    job, _, cluster = _sbatch(script, {**environ, **plan.export}, output).partition(';')
    submitted(job, wanted, output)
    there = ('-M', cluster) if cluster else ()
    log = slurm.log_path(script.options, job, host.path_of('.'))
    output.notice(f'Slurm has it now, tao list has not: {join(("squeue", *there, "-j", job))}')
    output.notice(f'what it writes: {join(("tail", "-F", log))}')
    output.notice(f'to end it: {join(("scancel", *there, job))}')
    return _wait(job, there, environ, output) if wanted.wait else 0


def _sbatch(script: Script, environ: Mapping[str, str], output: Output) -> str:
    """Submit a script. Returns the job's id, and after a ";" the cluster if there are several. Raises EngineError."""
    # sbatch would let these override the lines of the script
    options = {name[2:].upper().replace('-', '_') for name in script.options}
    above = {f'SBATCH_{name}' for name in (*options, 'TIMELIMIT', 'WAIT') if name != 'TIME' or 'TIME' in options}
    kept = {name: value for name, value in environ.items() if name not in above}
    look = join(('squeue', '--name', script.options['--job-name']))
    try:
        answer = process.ask(('sbatch', '--parsable'), kept, PATIENCE, text=script.text)
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
    if answer.code != 0 or not answer.out.strip():
        raise EngineError('sbatch did not take the job', *(answer.err or answer.out).strip().splitlines()[:LINES])
    job = answer.out.splitlines()[-1].strip()  # its configuration may have it say more before
    if not re.fullmatch(JOB, job):
        said = answer.out.strip().splitlines()[:LINES]
        raise EngineError('sbatch has taken the job, but did not print its number', *said, advice=look)
    output.log(answer.err)
    return job


def _wait(job: str, there: tuple[str, ...], environ: Mapping[str, str], output: Output) -> int:
    """The exit code of a job once it has ended; leaving the waiting does not end it. Raises EngineError."""
    pause, known = OFTEN, process.clock()
    try:
        while True:
            answer = process.ask(('scontrol', *there, '--oneliner', 'show', 'job', job), environ, PATIENCE)
            state, code = slurm.state(answer.out)
            if state in ENDED:
                break
            known = process.clock() if state and answer.code == 0 else known
            if 'Invalid job id' in answer.err or process.clock() - known > SILENCE:
                why = answer.err.strip().splitlines()[:LINES] or ['scontrol shows no state of it']
                raise EngineError(f'Slurm does not know how job {job} ended', *why, advice=join(('sacct', '-j', job)))
            process.sleep(pause)
            pause = min(pause * 1.5, SELDOM)
    except KeyboardInterrupt:
        output.notice(f'no longer waiting; job {job} goes on')
        raise
    if state not in ('COMPLETED', 'FAILED'):
        output.notice(f'job {job}: {state}')
    return code or int(state != 'COMPLETED')
