"""From a plan to a command of this machine: its words, its environment, and what has no meaning for it."""
from __future__ import annotations

import shlex
from typing import Any

import pytest
from plans import Launch, launch

from tao_launcher.base.errors import UsageError
from tao_launcher.launch import argv, here


def planned(words: str, **given: Any) -> Launch:
    return launch('--engine', 'none', *shlex.split(words), **given)


def line(words: str, **given: Any) -> str:
    return shlex.join(argv.words(here.lines(planned(words, **given).plan)))


@pytest.mark.parametrize(('words', 'printed'), [
    ('dino train -e x', 'env dino train -e x'), ('dino', 'env /bin/bash'), ('dino run a b', 'env a b'),
    ('--env A=1 --workdir /w dino train', 'env -C /w A=1 dino train'),
    ('--entrypoint /e dino train', 'env /e dino train'), ('--entrypoint /e dino', 'env /e'),
    ('--entrypoint= dino', 'env /bin/bash'), ('dino run a=b c', """env sh -c 'exec "$0" "$@"' a=b c"""),
    ('--gpus 1,0 dino train', 'env CUDA_VISIBLE_DEVICES=1,0 CUDA_DEVICE_ORDER=PCI_BUS_ID dino train'),
    ('--gpus GPU-a dino train', 'env CUDA_VISIBLE_DEVICES=GPU-a dino train'),
    ('--gpus all dino train', 'env dino train'), ('--gpus none dino train', 'env CUDA_VISIBLE_DEVICES= dino train'),
    ('--gpus count=2 dino train', 'env CUDA_VISIBLE_DEVICES=0,1 CUDA_DEVICE_ORDER=PCI_BUS_ID dino train'),
])
def test_lines(words: str, printed: str) -> None:
    assert line(words) == printed


def test_gpus_of_the_caller() -> None:
    """In a Slurm job, or with CUDA_VISIBLE_DEVICES, its own; that many, the first ones are the first of those."""
    environ = {'CUDA_VISIBLE_DEVICES': '4, 5,6', 'SLURM_JOB_ID': '7'}
    assert line('dino train', environ=environ) == 'env dino train'
    assert planned('dino train', environ=environ).plan.notices == ()
    words = 'env CUDA_VISIBLE_DEVICES=4,5 CUDA_DEVICE_ORDER=PCI_BUS_ID dino train'
    assert line('--gpus count=2 dino train', environ=environ) == words


def test_a_part_of_a_gpu_has_no_index_for_cuda() -> None:
    with pytest.raises(UsageError, match='--gpus 0:1: CUDA_VISIBLE_DEVICES takes no index of a part of a GPU'):
        planned('--gpus 0:1 dino train')


def test_indices_that_the_task_does_not_have() -> None:
    (notice,) = planned('--gpus 2,3 dino train gpu_ids=[2,3]').plan.notices
    assert notice == (
        'with CUDA_VISIBLE_DEVICES the GPUs 2,3 are numbered 0 to 1; the task is told 2,3'
    )


def test_environment() -> None:
    """The caller's with the plan's; the identity of a container's user is no matter, and nothing steers a client."""
    file = {'Envs': [
        {'variable': 'A', 'value': '1'}, {'variable': 'A_KEY', 'value': 's'}, {'variable': 'PATH', 'value': '/p'},
        {'variable': 'HTTPS_PROXY', 'value': 'http://me:pw@there'}, {'variable': 'GONE'}, {'variable': 'MINE'},
    ], 'DockerOptions': {'user': 'host'}}
    environ = {'HOME': '/h', 'PATH': '/bin', 'MINE': 'm', 'HTTPS_PROXY': 'x'}
    made = planned('--env A=2 dino train', file=file, environ=environ).plan
    assert here.environment(made, environ) == {
        'HOME': '/h', 'PATH': '/p', 'MINE': 'm', 'A': '2', 'A_KEY': 's', 'HTTPS_PROXY': 'http://me:pw@there',
    }
    assert argv.words(here.lines(made)) == ('env', 'PATH=/p', 'A=2', 'dino', 'train')
    assert planned('--env HOME=/x dino train').plan.variables == ('HOME=/x',)


@pytest.mark.parametrize(('words', 'file', 'told'), [
    ('', {}, ''),
    ('--user 1000:1000', {}, ''), ('--run_as_user', {}, ''),
    ('--user 12:34', {}, '--user has'),
    ('', {'user': 'root'}, 'DockerOptions.user of /home/user/.tao_mounts.json has'),
    ('--port 1:2 --network host --ipc host', {}, '--port, --network, --ipc have'),
    ('--image a:b', {}, '--image has'), ('--cached a:b', {}, '--cached has'), ('--tag t', {}, '--tag has'),
    ('--pull never --registry a.b', {}, '--registry, --pull have'), ('--name n1', {}, '--name has'),
    ('--docker-arg=--pid=host --host-path /a=/b', {}, '--host-path, --docker-arg have'),
    ('--memory 1G --cpus 2 --hostname h --platform linux/amd64', {}, '--hostname, --memory, --cpus, --platform have'),
    ('--volume /a:/b:ro', {}, 'mode ro of /b has'), ('--shm_size 1k --ulimit nofile=3', {}, ''),
    ('', {'privileged': True, 'init': False, 'group_add': ['7'], 'ports': {'1': 2}},
     'DockerOptions.ports.1 of /home/user/.tao_mounts.json, DockerOptions.privileged of /home/user/.tao_mounts.json, '
     'DockerOptions.group_add of /home/user/.tao_mounts.json have'),
])
def test_what_has_no_meaning(words: str, file: dict[str, Any], told: str) -> None:
    made = planned(f'{words} dino train', file={'DockerOptions': file})
    expected = [f'no container is started: {told} no effect'] if told else []
    assert here.notices(made.plan, []) == expected
    assert made.plan.notices == ()


def test_lower_limits() -> None:
    file = {'DockerOptions': {'shm_size': '1.5G', 'ulimits': {'stack': 100, 'memlock': -1, 'nofile': 50, 'core': 7}}}
    made = planned('dino train', file=file).plan
    now = {'stack': 99, 'memlock': 64, 'nofile': -1, 'core': None}
    of = 'of /home/user/.tao_mounts.json'
    lower = here.lower_limits(made, 64 << 20, now)
    assert lower == [
        f'/dev/shm has 64 MiB here, less than 1.5G (DockerOptions.shm_size {of})',
        f'stack is 99 here, less than 100 (DockerOptions.ulimits.stack {of})',
        f'memlock is 64 here, less than unlimited (DockerOptions.ulimits.memlock {of})',
    ]
    assert here.lower_limits(made, 3 << 29, {'stack': 100, 'memlock': -1, 'nofile': 50}) == []
    assert here.lower_limits(made, None, {}) == []
    assert here.notices(made, lower[1:2]) == [f'no container is started: {lower[1]}']


def test_nvidias_variable_is_said() -> None:
    made = launch('dino', 'train', environ={'TAO_DOCKER_DISABLE': '1'}).plan
    assert here.notices(made, []) == [
        'TAO_DOCKER_DISABLE is set: as with --engine none, the command is run on this machine',
    ]


def test_refused() -> None:
    with pytest.raises(UsageError, match='--detach: with --engine none there is nothing that would keep the job'):
        here.refuse(planned('--detach dino train').plan)
    here.refuse(planned('dino train').plan)


def test_explained() -> None:
    made = planned('--env A_KEY --env B=1 --gpus 0 --workdir /w dino train', environ={'A_KEY': 's'}).plan
    assert here.explained(made, here.lines(made)) == [
        (('env',), 'the engine: --engine, so no container; TAO here: 7.1.0'),
        (('-C', '/w'), '--workdir'),
        (('CUDA_VISIBLE_DEVICES=0',), '--gpus: how CUDA is told'),
        (('CUDA_DEVICE_ORDER=PCI_BUS_ID',), '--gpus: how CUDA is told'),
        (('B=1',), '--env'),
        (('dino', 'train'), 'the command line'),
    ]
