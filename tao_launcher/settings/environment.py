"""The environment variables that the launcher reads."""
from __future__ import annotations

from ..base.record import Record
from .options import ROWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .option import Option


class Variable(Record):
    """An environment variable that the launcher reads."""

    name: str
    help: str


def _as_option(row: Option) -> str:
    *others, last = ('1', *(value for value, _ in row.choices))
    return f'as {row.name}: {", ".join(others)} or {last}' if row.optional else f'as {row.name}'


VARIABLES = (
    Variable('LAUNCHER_MOUNTS', 'the mounts file, when --mounts_file is not given'),
    *(Variable(row.variable, _as_option(row)) for row in ROWS if row.variable),
    Variable('TAO_LAUNCHER_DEBUG', '1: as --verbose'),
    Variable('TAO_DEBUG', 'set: a bug of the launcher shows its traceback'),
    Variable('NO_COLOR', 'set: no colour'),
    Variable('SLURM_JOB_ID', 'set: without --gpus the Slurm job\'s own GPUs (SLURM_STEP_GPUS, SLURM_JOB_GPUS,'
                             ' UUIDs in CUDA_VISIBLE_DEVICES)'),
    Variable('DOCKER_HOST', "docker's own, as DOCKER_CONTEXT, DOCKER_CONFIG; a remote one skips the host checks"),
    Variable('CONTAINER_HOST', "podman's own, as CONTAINER_CONNECTION; a remote one skips the host checks"),
    Variable('NV_TAO_PYTORCH_TOP', 'the checkout of tao_pt; NV_TAO_TF_TOP, NV_TAO_TF2_TOP, NV_TAO_DEPLOY_TOP and'
                                   ' NV_TAO_DS_TOP those of its siblings'),
)
