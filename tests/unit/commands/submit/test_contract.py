"""The variables that a cluster decides for a job of several nodes."""
from __future__ import annotations

import re
from pathlib import Path

from slurm_submission import script, submit
from support import write_mounts


def test_variables_of_the_contract_are_the_clusters(home: Path) -> None:
    given = {'WORLD_SIZE': '1', 'MASTER_PORT': 29400}
    write_mounts(home, {'Envs': [{'variable': name, 'value': value} for name, value in given.items()]})
    done = submit('--nodes=2', 'dino', 'train')
    assert done.err == 'tao: notice: WORLD_SIZE is left out: the cluster decides it\n'
    assert re.findall(r'-e (\S+)', done.out) == [
        'MASTER_PORT=29400', 'WORLD_SIZE', 'NODE_RANK', 'NUM_GPU_PER_NODE', 'MASTER_ADDR', 'TAO_LAUNCH_ID',
    ]


def test_the_network_of_several_nodes() -> None:
    assert '--network host' in script('--nodes=2', 'dino', 'train')
    assert '--network' not in script('dino', 'train')
    assert '--network ib' in script('--nodes=2', '--network=ib', 'dino', 'train')
