"""Jobs in containers of a real pyxis, where its plugin and enroot are."""
from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cluster import PYXIS
from test_slurm import folder, slurm

if TYPE_CHECKING:
    from cluster import Cluster
    from conftest import Docker

__all__ = ('folder', 'slurm')
pytestmark = pytest.mark.skipif(not PYXIS, reason='no spank_pyxis.so and enroot: neither is a package of Debian')
IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
RANK = '''
echo "<$FROM_IMAGE $WORLD_SIZE $NODE_RANK $NUM_GPU_PER_NODE $SLURM_JOB_NAME $SLURM_NTASKS$RANK$LOGNAME>"
[ "$NODE_RANK" = 0 ] && exec sleep 600
exit 3
'''


@pytest.fixture
def image(docker: Docker, tmp_path: Path) -> Path:
    """The stand-in image as a file of enroot's."""
    path = tmp_path / 'tao.sqsh'
    words = ['enroot', 'import', '--output', str(path), f'dockerd://{IMAGE}']
    subprocess.run(words, env=docker.env, check=True, timeout=120)
    return path


def test_two_nodes(slurm: Cluster, image: Path) -> None:
    words = ['--container=pyxis', f'--image={image}', '--nodes=2', '--gpus=none', 'dino', 'run', 'sh', '-c', RANK]
    done = slurm.tao('--quiet', 'submit', 'slurm', '--wait', *words, check=False)
    log = slurm.log(done.out.strip())
    assert done.code == 3, log
    for rank in (0, 1):
        assert f'{rank}: <yes 2 {rank} 0 bash >\n' in log


def test_a_mount_and_one_node(slurm: Cluster, image: Path, tmp_path: Path) -> None:
    (tmp_path / 'data').mkdir()
    script = 'echo "$WORLD_SIZE written" >/data/out; touch /ro/x || echo "read-only"'
    mounts = [f'--volume={tmp_path}/data:/data', f'--volume={tmp_path}/data:/ro:ro']
    words = ['--container=pyxis', f'--image={image}', '--gpus=none', *mounts, 'dino', 'run', 'sh', '-c', script]
    job = slurm.submit(*words)
    assert slurm.ended(job) == '0:0', slurm.log(job)
    assert (tmp_path / 'data/out').read_text() == ' written\n'
    assert 'read-only\n' in slurm.log(job)
