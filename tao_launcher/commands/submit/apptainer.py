"""From a plan to an sbatch script for Apptainer: the same command on every node, once, by srun; no docker there."""
from __future__ import annotations

from ...base.shell import expanded, join, quote
from ...engine.apptainer import prefixed, variable
from ...launch import apptainer
from ...launch.variables import LAUNCH_ID
from ...settings.container_values import is_file
from . import contract
from .slurm import Script, check_names, command, count, here, made
from .slurm_functions import ARRAY, FUNCTIONS, NODE, RANK
from .submission import gpu_ids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...launch.plan import Plan
    from .submission import Submission

WORKDIR = 'WORKDIR'  # the folder that has the container's /tmp, /var/tmp and home; in memory they would be small
# What steers the program, passed on to the nodes where it is set: where it keeps images, and who it is for registries.
OWN = ('CACHEDIR', 'TMPDIR', WORKDIR, 'CONFIGDIR', 'DISABLE_CACHE', 'NOHTTPS', 'DOCKER_USERNAME', 'DOCKER_PASSWORD')
# The job is one of the step's processes, so the GPUs are numbered for it as Slurm says to the step, which may see
# no others. They are no UUIDs of a daemon on the outside.
GPUS = """\
    ids=${CUDA_VISIBLE_DEVICES-}
    [[ $ids ]] || { refuse 'Slurm gave no GPUs to this step'; return 2; }
    [[ $ids =~ ^[0-9A-Za-z:/,-]+$ ]] || { refuse "Slurm gave no numbers or UUIDs of GPUs: $ids"; return 2; }
    export %(order)s=${%(order)s-PCI_BUS_ID}
"""
# Slurm signals every process of the step. With its first process all of a container ends.
REMOVAL = '[[ ! $client ]] || kill -KILL "$client"'
# A folder for what the job writes there, of this node, which goes with it.
FOLDER = """\
    [[ ${%(workdir)s-} ]] || ! folder=$(mktemp -d) || export %(workdir)s=$folder
"""
CLEAN = '    [[ ! $folder ]] || { chmod -R u+rwX "$folder"; rm -rf --one-file-system "$folder"; } 2>/dev/null\n'


def client(plan: Plan) -> list[str]:
    """The variables that steer the plan's program."""
    return [variable(plan.profile, name) for name in OWN]


def script(plan: Plan, wanted: Submission, sources: Sequence[str], client: Sequence[str]) -> Script:
    """The script for a plan whose GPUs are `submission.gpu_ids`.

    Every node makes sure that `sources` are there, and an image that is a file. `client` are variables of the program
    to pass on. Raises UsageError and ConfigError for what cannot be said in a script.
    """
    notices = (*contract.notices(plan, wanted.nodes, plan.mounts), *_notices(plan, wanted))
    own = contract.decided(plan, wanted.nodes)
    plan = contract.by_name(plan, wanted.nodes)
    plan = plan._replace(variables=tuple(word for word in plan.variables if word not in (*own, LAUNCH_ID)))
    lines = apptainer.lines(plan)
    by_name = [name for name in plan.by_name if name not in (*contract.NAMES, LAUNCH_ID)]
    check_names(by_name)
    has_array = wanted.gpus and wanted.nodes > 1
    gpus = GPUS % {'order': prefixed(plan.profile, 'CUDA_DEVICE_ORDER')} if wanted.gpus else ''
    checks = here(plan.engine[0], sources) + _image(plan) + gpus + ARRAY * bool(has_array)
    checks += count(wanted) + _passed_on(own, plan) + FOLDER % {'workdir': variable(plan.profile, WORKDIR)}
    step = NODE % {
        'command': command(_line(line, plan, gpu_ids(wanted.gpus)) for line in lines),
        'checks': checks, 'rank': RANK * (wanted.nodes > 1), 'name': '',
        'locals': " folder=''" + ' ids' * bool(wanted.gpus) + ' gpus' * bool(has_array),
        'stop_timeout': plan.stop_timeout, 'removal': REMOVAL, 'pause': '', 'traps': '', 'clean': CLEAN,
    }
    exported = tuple(dict.fromkeys(('PATH', 'HOME', *client, *by_name)))
    return made(plan, wanted, step, FUNCTIONS, exported, notices)


def _image(plan: Plan) -> str:
    """The line by which a node makes sure of an image that is a file or a folder."""
    if not plan.image.startswith('/'):
        return ''
    missing = quote(f'image {plan.image} is not here')
    return f'    [[ -e {quote(plan.image)} ]] || {{ refuse {missing}; return 125; }}\n'


def _passed_on(names: Sequence[str], plan: Plan) -> str:
    """The lines that pass variables of the step into the container."""
    return ''.join(f'    export {prefixed(plan.profile, name)}=${name}\n' for name in names)


def _line(words: Sequence[str], plan: Plan, ids: str) -> str:
    """A line of the command; the GPUs (`ids`) are the node's to fill in."""
    if not ids or not words[0].startswith(prefixed(plan.profile, 'CUDA_VISIBLE_DEVICES') + '='):
        return join(words)
    before, _, after = words[0].partition(ids)
    return expanded(before, 'ids', after)


def _notices(plan: Plan, wanted: Submission) -> list[str]:
    if is_file(plan.image):
        return []
    cache = variable(plan.profile, 'CACHEDIR')
    who = 'every node fetches' if wanted.nodes > 1 else 'the node fetches'
    return [
        f'{who} {plan.image} into the cache of its {plan.profile.name} ({cache}) before it begins; '
        'a file on a shared file system is fetched once: --image /shared/tao.sif, or tao pull with TAO_SIF_DIR there'
    ]
