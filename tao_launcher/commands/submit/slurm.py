"""From a plan to an sbatch script: the same docker command on every node, once, by srun."""
from __future__ import annotations

import re

from ...base.errors import UsageError
from ...base.record import Record
from ...base.shell import expanded, join, quote
from ...launch import argv
from ...launch.variables import LAUNCH_ID
from . import contract
from .slurm_functions import (
    ARRAY,
    BATCH,
    CLEAN,
    CONTRACT,
    FUNCTIONS,
    GPUS,
    GRACE,
    LIMIT,
    NODE,
    PAUSE,
    PAUSES,
    RANK,
    TRAPS,
)
from .slurm_functions import NAME as CONTAINER_NAME
from .submission import gpu_ids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ...launch.plan import Plan
    from .submission import Submission

MAX_STEP = 120_000  # bytes; the step's commands travel as one word, and the kernel takes 128 KiB
USUAL_GRACE = 30  # seconds that Slurm gives a job whose time is over, unless it is configured otherwise
MOST_SIGNAL = 65535  # seconds before its end that Slurm can warn a job
QUIET = 'SC1003,SC2016'  # shellcheck's words about quoted signs
NAME = 'tao-slurm-JOB-NODE'  # takes the place in the plan of the name that the script gives the container


class Script(Record):
    """An sbatch script, the options that it gives to sbatch, and the variables that it takes from its environment."""

    text: str
    options: Mapping[str, str]
    notices: tuple[str, ...]


def script(plan: Plan, wanted: Submission, sources: Sequence[str], client: Sequence[str]) -> Script:
    """The script for a plan whose GPUs are `submission.gpu_ids`.

    Every node makes sure that `sources` are there. `client` are variables of the engine's client to pass on. Raises
    UsageError and ConfigError for what cannot be said in a script.
    """
    notices = contract.notices(plan, wanted.nodes, plan.mounts)
    plan = contract.by_name(plan, wanted.nodes)
    lines = argv.lines(plan._replace(passed={**plan.passed, 'name': NAME}))
    step = _functions(plan, lines, wanted, sources)
    by_name = [name for name in plan.by_name if name not in (*contract.NAMES, LAUNCH_ID)]
    check_names(by_name)
    exported = tuple(dict.fromkeys(('PATH', 'HOME', *client, *by_name)))
    if wanted.nodes > 1 and plan.ports and plan.passed.get('network') != 'host':
        notices += ("published ports keep docker's own network, where the nodes cannot meet: --network host",)
    return made(plan, wanted, step, f'{FUNCTIONS} {PAUSES}', exported, notices)


def made(
    plan: Plan, wanted: Submission, step: str, functions: str, exported: Sequence[str], notices: tuple[str, ...],
) -> Script:
    """The script whose step is run by these functions on every node. Raises UsageError for one that is too long."""
    if len(step.encode('utf-8', 'surrogateescape')) > MAX_STEP:
        raise UsageError(
            f'the command is longer than a step of Slurm allows: {len(step)} bytes of at most {MAX_STEP}',
            advice='put long values into a file under a mount',
        )
    batch = BATCH % {
        'variables': CONTRACT * (wanted.nodes > 1),
        'grace': GRACE % {'limit': LIMIT % {'stop_timeout': plan.stop_timeout} if wanted.names_timeout else ''},
        'export': 'ALL', 'options': srun_options(wanted, '--kill-on-bad-exit=0'),
        'command': f'bash -c "$(declare -f {functions}); node"',
    }
    words = sbatch_words(plan, wanted, exported)
    return Script('\n'.join((*head(words), '', step, batch)), options(words), notices)


def srun_options(wanted: Submission, *own: str) -> str:
    """The options of srun in the script; those of --srun-arg go last."""
    short = [*own, *['--label'] * (wanted.nodes > 1)]
    return ' \\\n    '.join(filter(None, (join(short), join(wanted.srun_args))))


def check_names(names: Sequence[str]) -> None:
    """Raise UsageError for variables that a script cannot pass on by name."""
    wrong = [name for name in names if not re.fullmatch('[A-Za-z_][A-Za-z0-9_]*', name)]
    if wrong:
        raise UsageError(
            f'{", ".join(wrong)}: cannot be passed to a node by name',
            advice='a name of letters, digits and _',
        )


def sbatch_words(plan: Plan, wanted: Submission, exported: Sequence[str]) -> tuple[str, ...]:
    """What sbatch is told, each option with its value; --sbatch-arg goes last and may replace the output's name."""
    given = {word.partition('=')[0] for word in wanted.sbatch_args}
    name = wanted.name or re.sub('[^A-Za-z0-9_.-]', '-', plan.job)
    gpus = f'{wanted.gpu_type}:{wanted.gpus}' if wanted.gpu_type else f'{wanted.gpus}'
    own = {
        '--job-name': name, '--nodes': f'{wanted.nodes}', '--ntasks-per-node': '1',
        '--gpus-per-node': gpus if wanted.gpus and wanted.asks_for_gpus else '',
        '--time': wanted.time, '--partition': wanted.partition, '--account': wanted.account,
        '--signal': _warning(plan, wanted),
        # a job that is requeued writes on
        '--output': f'{name}-%j.log', '--open-mode': 'append', '--export': ','.join(exported),
    }
    return (*(f'{name}={value}' for name, value in own.items() if value and name not in given), *wanted.sbatch_args)


def _warning(plan: Plan, wanted: Submission) -> str:
    """The warning before its time is over of a job that wants more time to end than Slurm gives by then."""
    if not wanted.names_timeout or plan.stop_timeout <= USUAL_GRACE:
        return ''
    # Slurm may be a minute early
    if wanted.time and 0 < _seconds(wanted.time) <= plan.stop_timeout + 60:
        raise UsageError(
            f'--stop-timeout {plan.stop_timeout}: the job has no more than --time {wanted.time}, '
            'and would be told to end as it begins'
        )
    return f'TERM@{min(plan.stop_timeout, MOST_SIGNAL)}'


def _seconds(limit: str) -> int:
    """A time limit as Slurm reads it: M, M:S, H:M:S, D-H, D-H:M or D-H:M:S; 0 for none."""
    days, dash, rest = limit.rpartition('-')
    if not rest[0].isdigit():
        return 0
    parts = [int(part) for part in rest.split(':')]
    if dash:
        hours, minutes, seconds = (*parts, 0, 0)[:3]
    else:
        hours, minutes, seconds = ((0, *parts, 0), (0, *parts), tuple(parts))[len(parts) - 1]
    return ((int(days or '0') * 24 + hours) * 60 + minutes) * 60 + seconds


def options(words: Sequence[str]) -> dict[str, str]:
    """The options of sbatch in its words."""
    return {name: value for name, _, value in (word.partition('=') for word in words)}


def head(words: Sequence[str]) -> list[str]:
    """The first line of a script, and what sbatch reads."""
    lines = [f'#SBATCH {join([word])}' for word in words]
    return ['#!/bin/bash', *lines, f'# shellcheck disable={QUIET} # what looks like a slip there is the task\'s own']


def _functions(plan: Plan, lines: argv.Lines, wanted: Submission, sources: Sequence[str]) -> str:
    has_array = wanted.gpus and (wanted.nodes > 1 or plan.profile.uses_cdi)
    checks = here(plan.engine[0], sources) + GPUS * bool(wanted.gpus) + ARRAY * bool(has_array)
    engine = join(plan.engine)
    return NODE % {
        'command': command(_line(line, plan, gpu_ids(wanted.gpus)) for line in lines),
        'checks': checks + count(wanted), 'rank': RANK * (wanted.nodes > 1), 'name': CONTAINER_NAME,
        'locals': ' ids' * bool(wanted.gpus) + ' gpus' * bool(has_array), 'stop_timeout': plan.stop_timeout,
        'removal': '; '.join(join((*plan.engine, *words)) + ' "$TAO_LAUNCH_ID"' for words in plan.profile.removal),
        'pause': PAUSE % {'engine': engine}, 'traps': TRAPS, 'clean': CLEAN,
    }


def here(program: str, sources: Sequence[str]) -> str:
    """The lines by which a node makes sure that it has the engine's program and the mount sources."""
    checks = f'    type -P {quote(program)} >/dev/null || {{ refuse {quote(f"{program} is not here")}; return 125; }}\n'
    if sources:
        checks += (
            f'    local source sources=({join(sources)})\n'
            '    for source in "${sources[@]}"; do\n'
            '        [[ -e $source ]] || { refuse "mount source $source is not here"; return 2; }\n'
            '    done\n'
        )
    return checks


def count(wanted: Submission) -> str:
    """The line that tells a rank of several how many GPUs its node has."""
    number = '${#gpus[@]}' if wanted.gpus else 0
    return f'    export NUM_GPU_PER_NODE={number}\n' if wanted.nodes > 1 else ''


def command(lines: Iterable[str]) -> str:
    """The lines of a command as the script has them."""
    return ' \\\n        '.join(filter(None, lines))


def _line(words: Sequence[str], plan: Plan, ids: str) -> str:
    """A line of the command; the container's name and its GPUs (`ids`) are the node's to fill in."""
    if tuple(words) == ('--name', NAME):
        return f'--name "${LAUNCH_ID}"'
    if plan.profile.uses_cdi and tuple(words) in plan.gpus:
        return '"${gpus[@]/#/--device=nvidia.com/gpu=}"' if tuple(words) == plan.gpus[0] else ''
    may_hold_gpus = ids and (tuple(words) in plan.gpus or words[0] == '-e')
    return ' '.join(_word(word, ids) if may_hold_gpus else quote(word) for word in words)


def _word(word: str, ids: str) -> str:
    before, found, after = word.partition(ids)
    return expanded(before, 'ids', after) if found else quote(word)
