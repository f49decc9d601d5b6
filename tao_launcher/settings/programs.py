"""The programs and verbs that there are."""
from __future__ import annotations

TAO = ('tao',)
# Each verb of tao, and the module below commands/ that has its help, its own options and what it does.
VERBS = {
    'list': 'jobs.list', 'stop': 'jobs.stop', 'logs': 'jobs.logs', 'attach': 'jobs.attach', 'wait': 'jobs.wait',
    'exec': 'jobs.exec', 'clean': 'jobs.clean', 'info': 'info', 'images': 'images.show', 'pull': 'images.pull',
    'bundle': 'images.steps', 'doctor': 'doctor.doctor', 'config': 'config.verbs', 'submit': 'submit.arguments',
    'completion': 'completion.completion',
}
RUNNERS = ('tao_pt', 'tao_tf', 'tao_tf2', 'tao_deploy', 'tao_ds')
SLURM, KUBERNETES = 'submit slurm', 'submit kubernetes'
SERVICES = ('tao_tf2', 'tao_ds')  # those whose checkout has a microservice
RUNNER_VERBS = ('build', 'release', 'check')
