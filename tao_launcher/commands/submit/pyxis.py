"""From a plan to an sbatch script for Slurm's pyxis plugin: srun makes the containers, without docker."""
from __future__ import annotations

import re

from ...base.errors import UsageError
from ...base.shell import join, quote
from ...base.text import plural
from ...launch.variables import LAUNCH_ID
from ...settings.docker_args import word_name
from ...settings.option import NOTICE, REFUSED
from ...settings.options import ROWS
from . import contract
from .slurm import Script, check_names, head, options, sbatch_words
from .slurm_functions import BATCH, CONTRACT
from .submission import gpu_ids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...launch.plan import Plan
    from ...settings.values import Mount
    from .submission import Submission

# pyxis passes the step's variables on into the container
COMMAND = "sh -c '%sexec env \"$@\"' sh"
PLACE = 'NODE_RANK=$SLURM_NODEID NUM_GPU_PER_NODE=${SLURM_GPUS_ON_NODE:-0} '


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
    # what is for the container alone is set in it: srun has a PATH as well. GPUs are chosen before it is there
    early = [word for word in words if '=' not in word or word.startswith('NVIDIA_')]
    names = [word.partition('=')[0] for word in early]
    own = [f'export {quote(word)}\n' for word in early if '=' in word]
    inside = [word for word in words if word not in early]
    step = [
        f'--container-image={image(plan.image)}', '--container-writable', '--no-container-mount-home',
        '--no-container-remap-root' if plan.user else '--container-remap-root',
        *([f'--container-mounts={",".join(map(_mount, plan.mounts))}'] if plan.mounts else []),
        f'--container-env={",".join(names)}',
        *(
            f'{row.pyxis}={plan.passed[row.key]}' for row in ROWS
            if row.pyxis.startswith('-') and row.key in plan.passed
        ),
    ]
    batch = BATCH % {
        'variables': ''.join(own) + CONTRACT * (wanted.nodes > 1), 'grace': '',
        'options': '--kill-on-bad-exit=1' + ' --label' * (wanted.nodes > 1) + ''.join(
            f' \\\n    {quote(option)}' for option in step
        ),
        'command': f'{COMMAND % (PLACE * (wanted.nodes > 1))} {join((*inside, *_command(plan)))}',
    }
    told = sbatch_words(plan, wanted, exported)
    return Script('\n'.join((*head(told), '', batch)), options(told), (*notices, *_notices(plan)))


def _command(plan: Plan) -> tuple[str, ...]:
    """The command with the entry point that was asked for; pyxis does not run that of an image."""
    own = str(plan.passed.get('entrypoint') or '')
    return (own, *plan.command) if own else plan.command


def image(reference: str) -> str:
    """An image as enroot names it: docker://HOST#REPOSITORY:TAG."""
    host, slash, rest = reference.partition('/')
    if slash and (re.search('[.:]', host) or host == 'localhost'):
        return f'docker://{host}#{rest}'
    return f'docker://{reference}'


def _mount(mount: Mount) -> str:
    return ':'.join(part for part in (mount.source, mount.destination, mount.mode) if part)


def _untold(plan: Plan) -> list[str]:
    problems = [f'{word_name(word)}: an option of docker run' for word in plan.extra_args]
    problems += [
        f'{row.key}: an option of docker run' for row in ROWS if row.pyxis == REFUSED and row.key in plan.passed
    ]
    problems += [
        f'{key} {plan.passed[key]}: an option of docker run' for key in ('ipc', 'network')
        if plan.passed.get(key, 'host') != 'host'
    ]
    if plan.user and plan.user[-1].partition(':')[0] != plan.owner:
        problems.append(f'user {plan.user[-1]}: a container of pyxis runs as you (--run_as_user) or as its own root')
    if plan.image.startswith('sha256:'):
        problems.append('an image by its id: pyxis pulls it by its name (--image REF)')
    for mount in plan.mounts:
        if re.search('[:,]', mount.source + mount.destination):
            problems.append(f'{mount.origin}: {mount.source}: a path with ":" or "," cannot be mounted')
        if {'z', 'Z'} & set(mount.mode.split(',')):
            problems.append(f'{mount.origin}: mode {mount.mode}: pyxis does not relabel')
    return problems


def _notices(plan: Plan) -> list[str]:
    names = [
        row.file for row in ROWS
        if row.pyxis == NOTICE and (row.key in plan.passed or getattr(plan.settings, row.file, None))
    ]
    return [f'{", ".join(names)}: the host\'s own are used with pyxis'] if names else []
