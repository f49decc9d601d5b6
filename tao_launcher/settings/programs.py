"""The programs and verbs that there are."""
from __future__ import annotations

TAO = ('tao',)
VERBS = (
    'list', 'stop', 'logs', 'attach', 'wait', 'exec', 'clean', 'info', 'images', 'pull', 'bundle', 'doctor', 'config',
    'submit', 'completion',
)
RUNNERS = ('tao_pt', 'tao_tf', 'tao_tf2', 'tao_deploy', 'tao_ds')
SLURM, KUBERNETES = 'submit slurm', 'submit kubernetes'
SERVICES = ('tao_tf2', 'tao_ds')  # those whose checkout has a microservice
RUNNER_VERBS = ('build', 'release', 'check')
