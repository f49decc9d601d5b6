"""The environment variables that the launcher reads."""
from __future__ import annotations

from ..base.record import Record
from .options import ROWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .option import Option


class EnvVar(Record):
    """An environment variable that the launcher reads."""

    name: str
    help: str


def _as_option(row: Option) -> str:
    if row.repeatable:
        return f'as {row.name}; several are joined by ":"'
    *others, last = ('1', *(value for value, _ in row.choices))
    return f'as {row.name}: {", ".join(others)} or {last}' if row.optional else f'as {row.name}'


VARIABLES = (
    EnvVar('LAUNCHER_MOUNTS', 'the mounts file, when --mounts_file is not given'),
    *(EnvVar(row.variable, _as_option(row)) for row in ROWS if row.variable),
    EnvVar('TAO_DOCKER_DISABLE', "NVIDIA's; 1: as --engine none, with a notice, unless an engine is named"),
    EnvVar('TAO_HISTORY', 'the file that launches are recorded in; off, no or 0 for none: see tao history'),
    EnvVar('TAO_SIF_DIR', "the folder of Apptainer's images (default: ~/.local/share/tao/sif): see tao pull"),
    EnvVar('TAO_LAUNCHER_DEBUG', '1: as --verbose'),
    EnvVar('TAO_DEBUG', 'set: a bug of the launcher shows its traceback'),
    EnvVar('NO_COLOR', 'set: no colour'),
    EnvVar('SLURM_JOB_ID', 'set: without --gpus the Slurm job\'s own GPUs (UUIDs in CUDA_VISIBLE_DEVICES,'
                             ' SLURM_STEP_GPUS, SLURM_JOB_GPUS)'),
    EnvVar('CUDA_VISIBLE_DEVICES', 'set, and no --gpus: a notice says that it does not restrict a container'),
    EnvVar('DOCKER_HOST', "docker's own, like DOCKER_CONTEXT and DOCKER_CONFIG; a remote daemon skips the host checks"),
    EnvVar('DOCKER_DEFAULT_PLATFORM',
           "docker's own, the platform of images; a notice says if it is not this machine's"),
    EnvVar('CONTAINER_HOST', "podman's own, like CONTAINER_CONNECTION; a remote daemon skips the host checks"),
    EnvVar('NV_TAO_PYTORCH_TOP', 'the checkout of tao_pt; NV_TAO_TF_TOP, NV_TAO_TF2_TOP, NV_TAO_DEPLOY_TOP and'
                                   ' NV_TAO_DS_TOP those of its siblings'),
)
