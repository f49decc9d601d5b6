"""The documentation's example against the real engine: the container is what the mounts file says."""
from __future__ import annotations

import json
import os
import pwd
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from inspected import Shown, created, image_environment, shown
from jobs import OURS, TAO, launched

if TYPE_CHECKING:
    from conftest import Docker, Program

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:5.0.0-tf1.15.5'
INSIDE = '/workspace/tao-experiments'
TASK = ['detectnet_v2', 'train', '-e', f'{INSIDE}/specs/train.txt', '--gpus', '2']
GIB = 2**30


@pytest.fixture
def example(docker: Docker, tmp_path: Path) -> dict[str, Any]:
    """The documentation's mounts file with folders that exist, written where it is read by default."""
    for name in ('kitti', 'results', 'specs'):
        (tmp_path / name).mkdir()
    (tmp_path / 'specs/train.txt').touch()
    example = {
        'Mounts': [
            {'source': f'{tmp_path}/kitti', 'destination': f'{INSIDE}/data'},
            {'source': f'{tmp_path}/results', 'destination': f'{INSIDE}/results'},
            {'source': f'{tmp_path}/specs', 'destination': f'{INSIDE}/specs'},
        ],
        'Envs': [{'variable': 'CUDA_DEVICE_ORDER', 'value': 'PCI_BUS_ID'}],
        'DockerOptions': {
            'shm_size': '16G', 'ulimits': {'memlock': -1, 'stack': 67108864}, 'user': '1000:1000',
            'ports': {'8888': 8888},
        },
    }
    (Path(docker.env['HOME']) / '.tao_mounts.json').write_text(json.dumps(example))
    return example


def expected(docker: Docker, tmp_path: Path, *ulimits: str) -> Shown:
    limits = {'memlock': ('memlock', -1, -1), 'stack': ('stack', 67108864, 67108864)}
    return Shown(
        mounts={
            (f'{tmp_path}/kitti', f'{INSIDE}/data', True),
            (f'{tmp_path}/results', f'{INSIDE}/results', True),
            (f'{tmp_path}/specs', f'{INSIDE}/specs', True),
        },
        environment={
            'CUDA_DEVICE_ORDER=PCI_BUS_ID', 'HOME=/tmp', f'USER={name_of(1000)}', f'LOGNAME={name_of(1000)}',
            *image_environment(docker, IMAGE),
        },
        shm_size=16 * GIB,
        ulimits={limits[name] for name in ulimits},
        ports={'8888/tcp': {('', '8888')}},
        user='1000:1000',
        groups=[],
        gpus=[(-1, None, [['gpu']])],
    )


def name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f'uid{uid}'


def test_created_from_the_dry_run(
    each_docker: Docker, tao: Program, example: dict[str, Any], tmp_path: Path,
) -> None:
    """Not started, because not every machine may raise memlock."""
    container = created(each_docker, tao, *TASK)
    assert shown(container) == expected(each_docker, tmp_path, 'memlock', 'stack')
    assert (container['Path'], container['Args']) == (TASK[0], TASK[1:])
    assert container['Config']['Image'] == IMAGE
    assert container['HostConfig']['AutoRemove'] is True
    assert container['HostConfig']['Init'] is True


def test_running(docker: Docker, example: dict[str, Any], tmp_path: Path) -> None:
    del example['DockerOptions']['ulimits']['memlock']
    (Path(docker.env['HOME']) / '.tao_mounts.json').write_text(json.dumps(example))
    script = f'id -u; id -g; df -k /dev/shm | tail -n 1; ulimit -s; echo > {INSIDE}/results/file; sleep 600'
    os.chmod(tmp_path / 'results', 0o777)
    argv = [TAO, '--stop-timeout', '0', 'detectnet_v2', 'run', 'sh', '-c', script]
    with launched(argv, docker.env) as job:
        (container,) = docker.wait_for(OURS)
        assert shown(docker.inspect(container)) == expected(docker, tmp_path, 'stack')
        job.wait_for('\n65536\n')
        uid, gid, shm, stack = job.out.decode().splitlines()
        assert (uid, gid, shm.split()[1], stack) == ('1000', '1000', str(16 * GIB // 1024), '65536')
        assert visible_gpus(docker, container) == 'all'
        job.send(15)
        assert job.code() == 143
    assert (tmp_path / 'results/file').stat().st_uid == 1000


def visible_gpus(docker: Docker, container: str) -> str:
    """What NVIDIA's runtime hook was asked for."""
    script = r"tr '\0' '\n' < /proc/1/environ | sed -n 's/^NVIDIA_VISIBLE_DEVICES=//p'"
    return docker.run('exec', container, 'sh', '-c', script).stdout.strip()


GPUS = [
    (['--gpus', '0,1'], [(0, ['0', '1'], [['gpu']])]),
    (['--gpus', '2'], [(0, ['2'], [['gpu']])]),
    (['--gpus', 'count=2'], [(2, None, [['gpu']])]),
    (['--gpus', 'GPU-8a56'], [(0, ['GPU-8a56'], [['gpu']])]),
    (['--gpus', 'none'], []),
]


@pytest.mark.parametrize(('options', 'requests'), GPUS)
def test_gpus(each_docker: Docker, tao: Program, options: list[str], requests: list[Any]) -> None:
    container = created(each_docker, tao, *options, 'dino', 'train')
    assert shown(container).gpus == requests
    assert ('NVIDIA_VISIBLE_DEVICES=void' in container['Config']['Env']) == (not requests)


def test_the_pretty_dry_run_pasted_into_a_shell(docker: Docker, tao: Program, example: dict[str, Any]) -> None:
    del example['DockerOptions']['ulimits']
    (Path(docker.env['HOME']) / '.tao_mounts.json').write_text(json.dumps(example))
    pretty = tao('--dry-run=pretty', 'detectnet_v2', 'run', 'print_argv', 'a b', "it's", '$HOME')
    out = subprocess.run(
        ['sh'], input=pretty.stdout, env=docker.env, stdout=subprocess.PIPE, encoding='utf-8', timeout=60, check=True,
    ).stdout
    assert out == "argv[0]=<print_argv>\nargv[1]=<a b>\nargv[2]=<it's>\nargv[3]=<$HOME>\n"
