"""The variables that a cluster decides for a job of several nodes."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from nobody import as_nobody
from slurm_submission import script, submit
from support import tao, write_mounts


def test_variables_of_the_contract_are_the_clusters(home: Path) -> None:
    given = {'WORLD_SIZE': '1', 'MASTER_PORT': 29400}
    write_mounts(home, {'Envs': [{'variable': name, 'value': value} for name, value in given.items()]})
    done = submit('--nodes=2', 'dino', 'train')
    assert done.err == 'tao: notice: WORLD_SIZE is left out: the cluster decides it\n'
    assert re.findall(r'-e (\S+)', done.out) == [
        'MASTER_PORT=29400', 'WORLD_SIZE', 'NODE_RANK', 'NUM_GPU_PER_NODE', 'MASTER_ADDR', 'TAO_LAUNCH_ID',
    ]


def test_one_node_is_told_nothing() -> None:
    text = script('dino', 'train')
    assert re.findall(r'-e (\S+)', text) == ['TAO_LAUNCH_ID']
    assert not re.findall('WORLD_SIZE|NODE_RANK|NUM_GPU_PER_NODE|MASTER_', text)
    assert 'NODE_RANK' not in script('--container=pyxis', 'dino', 'train')
    assert '-e WORLD_SIZE=3 ' in script('--env=WORLD_SIZE=3', 'dino', 'train')


@pytest.mark.parametrize(('options', 'spec', 'is_said'), [
    (['--nodes=2', '--volume=SPECS:/specs:ro'], '-e /specs/a.yaml', True),
    (['--nodes=2', '--volume=SPECS:/specs:ro', '--container=pyxis'], '--spec=/specs/a.yaml', True),
    (['--nodes=2', '--volume=SPECS:/specs:ro', '--workdir=/specs'], '-e a.yaml', True),
    (['--nodes=2', '--volume=SPECS:/specs:ro', '--volume=SPECS:/specs/own'], '-e /specs/own/a.yaml', False),
    (['--nodes=2', '--volume=SPECS:/specs'], '-e /specs/a.yaml', False),
    (['--volume=SPECS:/specs:ro'], '-e /specs/a.yaml', False),
])
def test_a_spec_file_that_cannot_be_written(options: list[str], spec: str, is_said: bool, tmp_path: Path) -> None:
    (tmp_path / 'a.yaml').touch()
    done = submit(*(word.replace('SPECS', str(tmp_path)) for word in options), 'dino', 'train', *spec.split())
    assert (done.code, done.err) == (0, (
        'tao: notice: /specs/a.yaml is on a read-only mount (--volume): for several nodes TAO writes their '
        'number into the spec file, and where it cannot, each node trains alone with default settings; mount it for '
        'writing\n'
    ) * is_said)


@pytest.mark.parametrize(('options', 'is_said'), [
    (['--nodes=2', '--run_as_user'], True), (['--nodes=2', '--container=pyxis'], True), (['--nodes=2'], False),
    (['--run_as_user'], False), (['--nodes=2', '--run_as_user', '--no-check'], False),
])
def test_a_spec_file_that_is_not_the_callers(options: list[str], is_said: bool, open_folder: Path) -> None:
    (open_folder / 'a.yaml').touch(0o444)
    words = ['submit', 'slurm', '--dry-run', *options, f'--volume={open_folder}:/specs']
    done = as_nobody(*words, 'dino', 'train', '-e', '/specs/a.yaml')
    assert done.code == 0, done
    assert ('tao: notice: /specs/a.yaml is not writable by you: for several nodes TAO writes ' in done.err) == is_said


def test_a_spec_file_on_a_claim_for_reading() -> None:
    words = ['--nodes=2', '--pvc=specs:/specs:ro', 'dino', 'train', '-e', '/specs/a.yaml']
    done = tao('submit', 'kubernetes', '--dry-run=json', *words)
    assert '/specs/a.yaml is on a read-only mount (--pvc): ' in done.err
    assert '/specs/a.yaml' not in tao('submit', 'kubernetes', '--dry-run=json', *words[1:]).err


def test_the_network_of_several_nodes() -> None:
    assert '--network host' in script('--nodes=2', 'dino', 'train')
    assert '--network' not in script('dino', 'train')
    assert '--network ib' in script('--nodes=2', '--network=ib', 'dino', 'train')
