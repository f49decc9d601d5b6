"""Checks of the settings that variables give."""
from __future__ import annotations

from .findings import Check, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import MachineFacts

SHOWN_VARIABLES = (
    'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'CONTAINER_HOST', 'CONTAINER_CONNECTION', 'LAUNCHER_MOUNTS',
    'OVERRIDE_REGISTRY', 'TAO_DOCKER_DISABLE', 'TAO_ENGINE', 'TAO_GPUS', 'TAO_PULL', 'TAO_RELEASE', 'TAO_DRY_RUN',
    'SLURM_JOB_ID', 'CUDA_VISIBLE_DEVICES',
)


def settings(facts: MachineFacts) -> Finding | None:
    """Whether the variables can be used."""
    if facts.settings_error:
        return Finding('settings', 'fail', facts.settings_error, 'unset the variable, or see tao --help environment')
    return None


def variables(facts: MachineFacts) -> Finding | None:
    """Which variables steer the launcher or the engine."""
    shown = [f'{name}={facts.environ[name]}' for name in SHOWN_VARIABLES if facts.environ.get(name)]
    return Finding('variables', 'info', ', '.join(shown)) if shown else None


SETTINGS, VARIABLES = Check(settings), Check(variables)
