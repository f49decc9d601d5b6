"""Which GPUs a launch gets: a Slurm job's own, the first N."""
from __future__ import annotations

import pytest
from plans import launch
from support import FakeDocker, tao

from tao_launcher.launch import gpus
from tao_launcher.settings.values import Gpus

UUIDS = [f'GPU-{i}a2b3c4d-1111-2222-3333-444455556666' for i in range(8)]


def test_the_first_n(fake_docker: FakeDocker) -> None:
    done = tao('--dry-run', '--gpus', 'count=2', 'dino', 'train')
    assert ' --gpus 2 ' in done.out
    assert done.err == 'tao: notice: docker takes the first 2 GPUs, whoever uses them; free:2 picks idle ones\n'


UUID_LIST = f'{UUIDS[2]},MIG-1-2'


@pytest.mark.parametrize(('environ', 'ids', 'name'), [
    ({'SLURM_STEP_GPUS': '1', 'SLURM_JOB_GPUS': '1,2', 'CUDA_VISIBLE_DEVICES': '0'}, '1', 'SLURM_STEP_GPUS'),
    ({'SLURM_JOB_GPUS': '2,3'}, '2,3', 'SLURM_JOB_GPUS'),
    ({'SLURM_STEP_GPUS': '', 'SLURM_JOB_GPUS': '2'}, '2', 'SLURM_JOB_GPUS'),
    ({'CUDA_VISIBLE_DEVICES': UUID_LIST}, UUID_LIST, 'CUDA_VISIBLE_DEVICES'),
])
def test_in_a_slurm_job(fake_docker: FakeDocker, environ: dict[str, str], ids: str, name: str) -> None:
    done = tao('--dry-run', 'dino', 'train', env={'SLURM_JOB_ID': '42', **environ})
    assert (done.code, done.err) == (0, f'tao: notice: Slurm job 42: GPUs {ids} (from {name})\n')
    assert f"--gpus '\"device={ids}\"'" in done.out


@pytest.mark.parametrize('environ', [{}, {'CUDA_VISIBLE_DEVICES': '0,1'}, {'CUDA_VISIBLE_DEVICES': f'{UUIDS[0]},1'},
                                     {'CUDA_VISIBLE_DEVICES': 'NoDevFiles'}])
def test_in_a_slurm_job_that_does_not_tell(fake_docker: FakeDocker, environ: dict[str, str]) -> None:
    done = tao('--dry-run', 'dino', 'train', env={'SLURM_JOB_ID': '42', 'SLURMD_NODENAME': 'node0', **environ})
    assert (done.code, done.out, done.err) == (2, '', (
        'tao: error: in Slurm job 42 and cannot tell its GPUs\n'
        '    neither SLURM_STEP_GPUS nor SLURM_JOB_GPUS is set, and CUDA_VISIBLE_DEVICES holds no UUIDs\n'
        '    try: say which: --gpus 0,1 (or --gpus none)\n'
    ))


@pytest.mark.parametrize('gpus_', ['none', 'all', '0'])
def test_in_a_slurm_job_the_option_stands(fake_docker: FakeDocker, gpus_: str) -> None:
    done = tao('--dry-run', '--gpus', gpus_, 'dino', 'train', env={'SLURM_JOB_ID': '42'})
    assert (done.code, done.err) == (0, '')


@pytest.mark.parametrize(('request_', 'words', 'said'), [
    (Gpus('ids', ('2', '3')), ['train.gpu_ids=[2,3]'],
     ['inside the container the GPUs 2,3 are numbered 0 to 1; the task is told 2,3']),
    (Gpus('ids', ('2',)), ['--gpu_index', '2', '--gpus', '1'],
     ['inside the container the GPUs 2 are numbered 0; the task is told 2']),
    (Gpus('ids', ('2', '3')), ['--gpu_index', '0', '1', '-k', '5'], []),
    (Gpus('ids', ('2', '3')), ['--gpu_index=1'], []),
    (Gpus('ids', ('GPU-6f1c',)), ['gpu_ids=[1]'],
     ['inside the container the GPUs GPU-6f1c are numbered 0; the task is told 1']),
    (Gpus('count', first=2), ['gpu_ids=[0, 2]'],
     ['inside the container the GPUs are numbered 0 to 1; the task is told 0,2']),
    (Gpus('all'), ['gpu_ids=[7]'], []),
    (Gpus('none'), ['gpu_ids=[0]'], []),
    (Gpus('ids', ('2', '3')), ['num_gpu_ids=[7]', 'epochs=7'], []),
])
def test_indices(request_: Gpus, words: list[str], said: list[str]) -> None:
    assert gpus.indices(request_, words) == said


@pytest.mark.parametrize(('visible', 'same'), [
    ('0', '--gpus 0'), ('0, 1', '--gpus 0,1'), ('GPU-8c,MIG-1', '--gpus GPU-8c,MIG-1'), ('-1', '--gpus none'),
    ('', '--gpus none'),
])
def test_a_variable_that_restricts_no_container(visible: str, same: str) -> None:
    environ = {'CUDA_VISIBLE_DEVICES': visible}
    assert launch('dino', 'train', environ=environ).plan.notices == (
        f'CUDA_VISIBLE_DEVICES={visible} does not restrict a container: it gets all GPUs ({same} means the same)',
    )
    assert '--gpus all' in ' '.join(launch('dino', environ=environ).argv)


@pytest.mark.parametrize('visible', ['NoDevFiles', '0,-1,1', '0,0', 'GPU-a;b', 'x' * 100000])
def test_a_variable_that_has_no_equal(visible: str) -> None:
    assert launch('dino', 'train', environ={'CUDA_VISIBLE_DEVICES': visible}).plan.notices == (
        'CUDA_VISIBLE_DEVICES does not restrict a container: it gets all GPUs (--gpus gives it others)',
    )


@pytest.mark.parametrize(('words', 'more'), [
    (['--gpus=all'], {}), (['--gpus=1'], {}), ([], {'TAO_GPUS': 'all'}),
    ([], {'DOCKER_HOST': 'tcp://gpu1:2376'}), (['--env', 'CUDA_VISIBLE_DEVICES'], {}),
    ([], {'SLURM_JOB_ID': '7', 'SLURM_JOB_GPUS': '3'}),
])
def test_a_variable_that_is_not_about_this_launch(words: list[str], more: dict[str, str]) -> None:
    notices = launch(*words, 'dino', 'train', environ={'CUDA_VISIBLE_DEVICES': '0', **more}).plan.notices
    assert [notice for notice in notices if 'restrict' in notice] == []


def test_the_mounts_file_may_be_about_the_gpus_too() -> None:
    environ = {'CUDA_VISIBLE_DEVICES': '0'}
    for file in ({'Envs': [{'variable': 'CUDA_VISIBLE_DEVICES', 'value': '0'}]}, {'DockerOptions': {'gpus': 'all'}}):
        assert launch('dino', 'train', file=file, environ=environ).plan.notices == ()
