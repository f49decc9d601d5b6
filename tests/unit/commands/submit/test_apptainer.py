"""The script for Apptainer, and what it does on a node: bash runs it, with an apptainer that writes down its words."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from sif_files import sif
from slurm_submission import FAKES, NODE, on_a_node, submit
from support import Result, tao, write_mounts

FAKE = {**FAKES, 'apptainer': FAKES['docker']}
IMAGE = 'docker://nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
ISOLATION = ['--cleanenv', '--contain', '--pid', '--ipc', '--no-eval', '--writable-tmpfs']
FETCHES = (
    'tao: notice: {} nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt into the cache of its apptainer (APPTAINER_CACHEDIR) '
    'before it begins; a file on a shared file system is fetched once: --image /shared/tao.sif, or tao pull with '
    'TAO_SIF_DIR there\n'
)


def script(*given: str) -> str:
    """The script of a submission with Apptainer whose image is a file."""
    done = submit('--container=apptainer', '--no-check', '--image=/shared/tao.sif', *given)
    assert (done.code, done.err) == (0, '')
    return done.out.replace('[[ -e /shared/tao.sif ]]', '[[ -e / ]]')


def test_the_node_fills_in_its_words(tmp_path: Path, home: Path) -> None:
    write_mounts(home, {'Envs': [{'variable': 'A', 'value': 'x y'}]})
    text = script('--nodes=2', '--gpus_per_node=2', '--volume', f'{tmp_path}:/data:ro', 'dino', 'train', 'd=$x')
    # 2 and 5 are what the node has: the step numbers its own from 0
    argv, environ = on_a_node(text, tmp_path, {'CUDA_VISIBLE_DEVICES': '0,1'}, FAKE)
    assert argv == [
        'exec', '--nv', *ISOLATION, '--bind', f'{tmp_path}:/data:ro', '/shared/tao.sif', 'dino', 'train', 'd=$x',
    ]
    given = {name[13:]: value for name, value in environ.items() if name.startswith('APPTAINERENV_')}
    assert given == {
        'A': 'x y', 'CUDA_VISIBLE_DEVICES': '0,1', 'CUDA_DEVICE_ORDER': 'PCI_BUS_ID', 'WORLD_SIZE': '2',
        'NODE_RANK': '1', 'NUM_GPU_PER_NODE': '2', 'MASTER_ADDR': 'node7', 'MASTER_PORT': '22345',
    }
    assert 'TAO_LAUNCH_ID' not in environ
    assert not Path(environ['APPTAINER_WORKDIR']).exists()


def test_one_node_has_no_contract(tmp_path: Path) -> None:
    argv, environ = on_a_node(script('--gpus=none', 'dino', 'train'), tmp_path, fakes=FAKE)
    assert argv == ['exec', *ISOLATION, '/shared/tao.sif', 'dino', 'train']
    assert {name: environ[name] for name in environ if name.startswith('APPTAINERENV_')} == {
        'APPTAINERENV_CUDA_VISIBLE_DEVICES': '',
    }


def test_a_port_and_an_order_of_ones_own(tmp_path: Path) -> None:
    own = ['--env=MASTER_PORT=29400', '--env=CUDA_DEVICE_ORDER=FASTEST_FIRST']
    _, environ = on_a_node(script('--nodes=2', *own, 'dino', 'train'), tmp_path,
                           {'CUDA_VISIBLE_DEVICES': 'MIG-1'}, FAKE)
    assert environ['APPTAINERENV_MASTER_PORT'] == '29400'
    assert environ['APPTAINERENV_CUDA_VISIBLE_DEVICES'] == 'MIG-1'
    assert environ['APPTAINERENV_CUDA_DEVICE_ORDER'] == 'FASTEST_FIRST'


@pytest.mark.parametrize(('change', 'variables', 'code', 'said'), [
    (('[[ -e / ]]', '[[ -e /shared/tao.sif ]]'), {}, 125, 'image /shared/tao.sif is not here'),
    (('type -P apptainer', 'type -P no-apptainer'), {}, 125, 'apptainer is not here'),
    (('', ''), {'CUDA_VISIBLE_DEVICES': ''}, 2, 'Slurm gave no GPUs to this step'),
    (('', ''), {'CUDA_VISIBLE_DEVICES': '$(id)'}, 2, 'Slurm gave no numbers or UUIDs of GPUs: $(id)'),
])
def test_what_a_node_lacks(
    change: tuple[str, str], variables: dict[str, str], code: int, said: str, tmp_path: Path,
) -> None:
    for name, body in FAKE.items():
        (tmp_path / name).write_text(f'#!/bin/bash\n{body}\n')
        (tmp_path / name).chmod(0o755)
    env = {'PATH': f'{tmp_path}:/usr/bin:/bin', **NODE, 'CUDA_VISIBLE_DEVICES': '0', 'SLURM_STEP_NUM_NODES': '1',
           **variables}
    text = script('dino', 'train').replace(*change)
    done = subprocess.run(['bash'], input=text, env=env, capture_output=True, encoding='utf-8', timeout=30)
    assert (done.returncode, done.stderr) == (code, f'tao: error: node8: {said}\n')


def test_secrets_go_by_name(home: Path, tmp_path: Path) -> None:
    write_mounts(home, {'Envs': [{'variable': 'API_KEY', 'value': 's3cr3t'}]})
    done = tao('submit', 'slurm', '--container=apptainer', '--env=TOKEN', '--dry-run', 'dino', 'train',
               env={'TOKEN': 'x', 'APPTAINER_CACHEDIR': '/big', 'APPTAINER_DOCKER_PASSWORD': 'p4ss'})
    exported = re.findall('^#SBATCH --export=(.*)$', done.out, re.MULTILINE)
    own = 'APPTAINER_CACHEDIR,APPTAINER_DOCKER_PASSWORD,APPTAINERENV_API_KEY,APPTAINERENV_TOKEN'
    assert exported == [f'PATH,HOME,{own}']
    assert not re.search('s3cr3t|p4ss', done.out + done.err)
    assert 'the script takes APPTAINERENV_API_KEY, APPTAINERENV_TOKEN from the environment of sbatch' in done.err


@pytest.mark.parametrize(('words', 'who'), [
    ([], 'the node fetches'), (['--nodes=2'], 'every node fetches'),
])
def test_an_image_of_a_registry(words: list[str], who: str) -> None:
    done = submit('--container=apptainer', *words, 'dino', 'train')
    assert (done.code, done.err) == (0, FETCHES.format(who))
    assert f' {IMAGE} \\\n' in done.out
    assert '[[ -e' not in done.out


def test_an_image_that_tao_pull_has_made_a_file(home: Path) -> None:
    folder = home / 'sif'
    folder.mkdir()
    path = folder / 'nvcr.io+nvidia+tao+tao-toolkit=7.1.0-pyt.sif'
    path.write_bytes(sif())
    env = {'TAO_SIF_DIR': str(folder)}
    done = tao('submit', 'slurm', '--container=apptainer', '--dry-run', 'dino', 'train', env=env)
    assert done.code == 0
    assert f'    [[ -e {path} ]] || ' in done.out
    assert 'every node' not in done.err


@pytest.mark.parametrize(('words', 'env', 'program'), [
    (['--container=apptainer'], {}, 'apptainer'), (['--engine=singularity'], {}, 'singularity'),
    (['--container=apptainer', '--engine=singularity'], {}, 'singularity'),
    ([], {'TAO_ENGINE': 'apptainer'}, 'apptainer'), (['--container=docker'], {'TAO_ENGINE': 'apptainer'}, 'docker'),
    (['--container=apptainer'], {'TAO_ENGINE': 'podman'}, 'apptainer'),
    (['--container=apptainer'], {'TAO_DOCKER_DISABLE': '1'}, 'apptainer'),
])
def test_who_makes_the_container(words: list[str], env: dict[str, str], program: str) -> None:
    done = tao('submit', 'slurm', '--quiet', '--dry-run', *words, 'dino', 'train', env=env)
    assert done.code == 0, done.err
    assert re.search(rf'^    exec .*?{program} (exec|run)', done.out, re.MULTILINE | re.DOTALL)


def test_two_engines() -> None:
    done = submit('--container=apptainer', '--engine=docker', 'dino', 'train')
    assert done == Result(2, '', 'tao: error: --container apptainer and --engine docker cannot be combined\n')


def test_kubernetes_has_none() -> None:
    done = tao('submit', 'kubernetes', '--engine=apptainer', '--dry-run', 'dino', 'train')
    assert (done.code, done.out) == (2, '')
    done = tao('submit', 'kubernetes', '-q', '--dry-run', 'dino', 'train', env={'TAO_ENGINE': 'apptainer'})
    assert done.code == 0, done.err


def test_what_it_cannot_be_told() -> None:
    done = submit('--container=apptainer', '--port=8888:8888', '--ulimit=stack=1', 'dino', 'train')
    assert (done.code, done.out) == (2, '')
    assert done.err.startswith('tao: error: 2 options that apptainer cannot be told\n')
