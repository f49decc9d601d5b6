"""The programs and verbs that there are."""
from __future__ import annotations

TAO = ('tao',)
# Each verb of tao, and the module below commands/ that has its help, its own options and what it does; by what the
# verbs are about, as --help lists them.
VERB_GROUPS = {
    'your jobs': {
        'list': 'jobs.list', 'stop': 'jobs.stop', 'logs': 'jobs.logs', 'attach': 'jobs.attach', 'wait': 'jobs.wait',
        'exec': 'jobs.exec', 'clean': 'jobs.clean',
    },
    'how far they are, what ran': {
        'progress': 'progress.progress', 'history': 'history.history', 'again': 'history.again',
    },
    'tasks, images, air gap': {
        'tasks': 'tasks', 'info': 'info', 'images': 'images.show', 'pull': 'images.pull', 'bundle': 'images.steps',
        'catalogue': 'catalogue.verbs',
    },
    'this machine, its settings': {
        'doctor': 'doctor.doctor', 'config': 'config.verbs', 'completion': 'completion.completion',
    },
    'run a task on a cluster': {'submit': 'submit.arguments'},
}
VERBS = {verb: module for verbs in VERB_GROUPS.values() for verb, module in verbs.items()}
# What docker and the like call them.
OTHERS_WORDS = {
    'ps': 'list', 'ls': 'list', 'jobs': 'list', 'kill': 'stop', 'cancel': 'stop', 'rm': 'clean', 'prune': 'clean',
    'status': 'progress', 'top': 'progress', 'rerun': 'again', 'restart': 'again',
}
WITH_STEPS = ('bundle', 'catalogue', 'config', 'submit')  # verbs that another word follows, which has the options
RUNNERS = ('tao_pt', 'tao_tf', 'tao_tf2', 'tao_deploy', 'tao_ds')
SLURM, KUBERNETES = 'submit slurm', 'submit kubernetes'
SERVICES = ('tao_tf2', 'tao_ds')  # those whose checkout has a microservice
RUNNER_VERBS = ('build', 'release', 'check')
