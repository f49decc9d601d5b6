"""From a plan to an sbatch script for Slurm's pyxis plugin: srun makes the containers, without docker."""
from __future__ import annotations

import re

from ...base.errors import UsageError
from ...base.shell import join, quote
from ...base.text import in_quotes, is_utf8, plural
from ...launch.variables import LAUNCH_ID
from ...settings.option import NOTICE
from ...settings.options import ROWS
from . import contract, enroot
from .of_docker import OF_DOCKER, dockers_own
from .slurm import Script, check_names, head, options, sbatch_words, srun_options
from .slurm_functions import BATCH, CONTRACT
from .submission import gpu_ids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...launch.plan import Plan
    from ...settings.values import Mount
    from .submission import Submission

# In the container, which has the step's variables. With these Lightning would leave it to Slurm to start a process for
# each GPU, and refuse more than one.
FORGET = (
    'unset SLURM_NTASKS SLURM_NNODES SLURM_PROCID SLURM_LOCALID SLURM_NTASKS_PER_NODE RANK LOCAL_RANK GROUP_RANK; '
    'export SLURM_JOB_NAME=bash; '
)
# Paths get into a shell script of enroot's, and into a table whose columns blanks part.
ODD = r'[$`"\\\s]'
PLACE = 'export NODE_RANK=$SLURM_NODEID NUM_GPU_PER_NODE=${SLURM_GPUS_ON_NODE:-0}; '
PLACED = ('NODE_RANK', 'NUM_GPU_PER_NODE')
ALONE = 'exec env "$@"'
# Of several ranks srun returns the highest code: one that is ended as another has failed must not have a higher one.
# Slurm signals every process of the step, so nothing has to be passed on. It may do so as soon as a rank has begun.
LISTEN = 'ended=; trap ended=yes TERM; trap : HUP INT QUIT USR1 USR2; '
AMONG_OTHERS = 'env "$@"; code=$?; [ ! "$ended" ] || [ $code = 0 ] || code=1; exit $code'


def script(plan: Plan, wanted: Submission, sources: Sequence[str], client: Sequence[str]) -> Script:
    """The script for a plan; `sources` and `client` are of no use here: pyxis looks for its mounts itself.

    Raises UsageError with everything that pyxis cannot express.
    """
    problems = _untold(plan)
    if problems:
        raise UsageError(f'{plural(len(problems), "thing")} that pyxis cannot express', *problems)
    notices = contract.notices(plan, wanted.nodes, plan.mounts)
    plan = contract.by_name(plan, wanted.nodes)
    ids = gpu_ids(wanted.gpus)
    words = [word for word in plan.variables if not (ids and ids in word) and word != LAUNCH_ID]
    check_names([word.partition('=')[0] for word in words])
    by_name = [name for name in plan.by_name if name not in (*contract.NAMES, LAUNCH_ID)]
    exported = tuple(dict.fromkeys(('PATH', 'HOME', *by_name)))
    inside = LISTEN + PLACE + FORGET + AMONG_OTHERS if wanted.nodes > 1 else FORGET + ALONE
    # what is for the container alone is set in it: srun has a PATH as well. GPUs are chosen before it is there
    early = [word for word in words if '=' not in word and word not in PLACED or word.startswith('NVIDIA_')]
    names = [word.partition('=')[0] for word in early]
    own = [f'export {quote(word)}\n' for word in early if '=' in word]
    late = [word for word in words if word not in (*early, *PLACED)]
    step = [
        f'--container-image={enroot.called(plan.image)}', '--container-writable', '--no-container-mount-home',
        '--no-container-remap-root' if plan.user else '--container-remap-root',
        '--no-container-entrypoint' if plan.passed.get('entrypoint') is not None else '--container-entrypoint',
        *([f'--container-mounts={",".join(map(_mount, plan.mounts))}'] if plan.mounts else []),
        *([f'--container-env={",".join(names)}'] if names else []),
        *(
            f'{row.pyxis}={plan.passed[row.key]}' for row in ROWS
            if row.pyxis.startswith('-') and row.key in plan.passed
        ),
    ]
    batch = BATCH % {
        'variables': ''.join(own) + CONTRACT * (wanted.nodes > 1), 'grace': '',
        # sbatch's login shell has more in its environment than was asked for
        'export': ','.join(dict.fromkeys((*exported, *names))),
        'options': ' \\\n    '.join((srun_options(wanted, '--kill-on-bad-exit=1'), *map(quote, step))),
        'command': join(('sh', '-c', inside, 'sh', *late, *_command(plan))),
    }
    told = sbatch_words(plan, wanted, exported)
    return Script('\n'.join((*head(told), '', batch)), options(told), (*notices, *_notices(plan)))


def _command(plan: Plan) -> tuple[str, ...]:
    """The command with the entry point that was asked for, which pyxis cannot be told."""
    own = str(plan.passed.get('entrypoint') or '')
    return (own, *plan.command) if own else plan.command


def _mount(mount: Mount) -> str:
    return ':'.join(part for part in (mount.source, mount.destination, mount.mode.replace(',', '+')) if part)


def _untold(plan: Plan) -> list[str]:
    sources = plan.settings.sources
    problems = dockers_own(plan, lambda row: row.pyxis)
    problems += [
        f'{sources[key]}: {plan.passed[key]}: {OF_DOCKER}' for key in ('ipc', 'network')
        if plan.passed.get(key, 'host') != 'host'
    ]
    if plan.user and plan.user[-1].partition(':')[0] != plan.owner:
        problems.append(
            f'{sources["user"]}: {plan.user[-1]}: a container of pyxis runs as you (--run_as_user) or as its own root',
        )
    if plan.image.startswith('sha256:'):
        problems.append('an image by its id: pyxis pulls it by its name (--image REF)')
    for mount in plan.mounts:
        for path in dict.fromkeys((mount.source, mount.destination)):
            if not is_utf8(path):
                problems.append(f'{mount.origin}: {in_quotes(path)}: a path that is not UTF-8')
            if re.search('[:,]', path):
                problems.append(f'{mount.origin}: {path}: a path with ":" or "," cannot be mounted')
            if re.search(ODD, path):
                problems.append(f'{mount.origin}: {quote(path)}: enroot takes no $, `, ", \\ or blank in a path')
        if {'z', 'Z'} & set(mount.mode.split(',')):
            problems.append(f'{mount.origin}: mode {mount.mode}: pyxis does not relabel')
    return problems


def _notices(plan: Plan) -> list[str]:
    names = [
        row.file for row in ROWS
        if row.pyxis == NOTICE and (row.key in plan.passed or getattr(plan.settings, row.file, None))
    ]
    return [f'{", ".join(names)}: the host\'s own are used with pyxis'] if names else []
