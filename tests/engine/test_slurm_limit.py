"""What a job's time limit does, which Slurm looks at every half minute."""
from __future__ import annotations

from typing import TYPE_CHECKING

from jobs import IGNORES
from test_slurm import TWO, folder, slurm

if TYPE_CHECKING:
    from cluster import Cluster
    from conftest import Docker

__all__ = ('folder', 'slurm')


def test_time_limit(slurm: Cluster, docker: Docker) -> None:
    polite = 'trap "echo saved; exit 9" TERM; echo ready; sleep 100 & wait'
    jobs = [
        slurm.submit('--time=1', '--gpus=none', 'dino', 'run', 'sh', '-c', polite),
        slurm.submit('--time=1', *TWO, 'dino', 'run', 'sh', '-c', IGNORES),
    ]
    slurm.says(jobs[0], 'ready')
    slurm.says(jobs[1], 'ready', times=2)
    for job in jobs:
        slurm.run('scontrol', 'update', f'JobId={job}', 'EndTime=now')
    for job in jobs:
        slurm.wait_for(job, 'TIMEOUT', timeout=60)
    docker.wait_for('label=tao.job', count=0, all=True)
    assert 'saved' in slurm.log(jobs[0])
