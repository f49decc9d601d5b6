"""GPU requests: which GPUs a launch gets, and how each engine is told."""
from __future__ import annotations

from .errors import UsageError
from .values import Gpus, Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .daemon import Daemon


def request(given: Gpus | None, environ: Mapping[str, str]) -> tuple[Gpus, str]:
    """The GPUs to ask for and a notice (or ''): in a Slurm job its own, else all.

    Docker knows nothing of Slurm's allocation, and all GPUs of a shared node are never meant.
    Raises UsageError in a Slurm job whose GPUs can not be told.
    """
    if given is not None:
        return given, ''
    job = environ.get('SLURM_JOB_ID')
    if not job:
        return Gpus('all'), ''
    for name in ('SLURM_STEP_GPUS', 'SLURM_JOB_GPUS', 'CUDA_VISIBLE_DEVICES'):
        ids = tuple(one.strip() for one in environ.get(name, '').split(',') if one.strip())
        # CUDA's indices may count from 0 inside the job's own GPUs; UUIDs are unmistakable
        trusted = name != 'CUDA_VISIBLE_DEVICES' or all(one.startswith(('GPU-', 'MIG-')) for one in ids)
        if ids and trusted:
            return Gpus('ids', ids), f'Slurm job {job}: GPUs {",".join(ids)} (from {name})'
    raise UsageError(
        f'in Slurm job {job} and can not tell its GPUs',
        'neither SLURM_STEP_GPUS nor SLURM_JOB_GPUS is set, and CUDA_VISIBLE_DEVICES holds no UUIDs',
        advice='say which: --gpus 0,1 (or --gpus none)',
    )


def engine_words(gpus: Gpus, daemon: Daemon, is_tegra: bool) -> tuple[list[tuple[str, ...]], list[Variable]]:
    """The engine's words for a request, one option each, and the variables it needs."""
    if gpus.kind == 'none':
        # without it a default nvidia runtime gives the container every GPU
        return [], [Variable('NVIDIA_VISIBLE_DEVICES', 'void', '--gpus none')]
    ids = gpus.ids or (tuple(str(i) for i in range(gpus.first)) if gpus.first else ('all',))
    if daemon.is_podman:
        return [('--device', f'nvidia.com/gpu={one}') for one in ids], []
    if is_tegra and not daemon.is_remote:
        return [('--runtime', 'nvidia')], [Variable('NVIDIA_VISIBLE_DEVICES', ','.join(ids), '--gpus')]
    if gpus.kind == 'ids':
        # docker reads the value as CSV: without the inner quotes the second id is another field
        return [('--gpus', f'"device={",".join(ids)}"')], []
    return [('--gpus', str(gpus.first) if gpus.first else 'all')], []
