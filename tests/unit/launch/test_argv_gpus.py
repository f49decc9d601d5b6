"""GPU requests in argv: docker, Tegra, podman, none, ids, counts, and Slurm's allocation."""
from __future__ import annotations

from typing import Any

import pytest
from plans import GPU_FORMS, launch

from tao_launcher.base.errors import UsageError

VOID = ['-e', 'NVIDIA_VISIBLE_DEVICES=void']
UUID = 'GPU-8f6d3a1c-0000-1111-2222-333344445555'
MIG = 'MIG-8f6d3a1c-0000-1111-2222-333344445555'


def gpu_words(argv: tuple[str, ...]) -> list[str]:
    """What stands between --init and TAO_LAUNCH_ID's -e."""
    end = argv.index('TAO_LAUNCH_ID') - 1 if 'TAO_LAUNCH_ID' in argv else argv.index('--label')
    return list(argv[argv.index('--init') + 1:end])


@pytest.mark.parametrize(('gpus', 'docker', 'tegra', 'podman'), [
    ('all', ['--gpus', 'all'], 'all', ['all']),
    ('0', ['--gpus', '"device=0"'], '0', ['0']),
    ('2', ['--gpus', '"device=2"'], '2', ['2']),
    ('0,1', ['--gpus', '"device=0,1"'], '0,1', ['0', '1']),
    ('device=0,1', ['--gpus', '"device=0,1"'], '0,1', ['0', '1']),
    ('"device=0,1"', ['--gpus', '"device=0,1"'], '0,1', ['0', '1']),
    (f'{UUID},{MIG}', ['--gpus', f'"device={UUID},{MIG}"'], f'{UUID},{MIG}', [UUID, MIG]),
    ('0:1', ['--gpus', '"device=0:1"'], '0:1', ['0:1']),
    ('count=2', ['--gpus', '2'], '0,1', ['0', '1']),
])
def test_engines(gpus: str, docker: list[str], tegra: str, podman: list[str]) -> None:
    assert gpu_words(launch('--gpus', gpus, 'dino').argv) == docker
    assert gpu_words(launch('--gpus', gpus, 'dino', is_tegra=True).argv) == [
        '--runtime', 'nvidia', '-e', f'NVIDIA_VISIBLE_DEVICES={tegra}',
    ]
    assert gpu_words(launch('--engine', 'podman', '--gpus', gpus, 'dino').argv) == [
        word for one in podman for word in ('--device', f'nvidia.com/gpu={one}')
    ]


@pytest.mark.parametrize('changed', [{}, {'is_tegra': True}])
def test_none_hides_the_gpus_from_a_default_runtime(changed: dict[str, Any]) -> None:
    assert gpu_words(launch('--gpus', 'none', 'dino', **changed).argv) == VOID
    assert gpu_words(launch('--engine', 'podman', '--gpus', 'none', 'dino', **changed).argv) == VOID


def test_a_remote_daemon_is_no_tegra_because_we_are() -> None:
    found = launch('--gpus', '0', 'dino', is_tegra=True, environ={'DOCKER_HOST': 'tcp://gpu1:2375'})
    assert gpu_words(found.argv) == ['--gpus', '"device=0"']


@pytest.mark.parametrize(('gpus', 'words'), [
    ('all', ['--gpus', 'all']), ('none', VOID), (0, ['--gpus', '"device=0"']), ('0,1', ['--gpus', '"device=0,1"']),
    ([1, '0', UUID], ['--gpus', f'"device=1,0,{UUID}"']), ('count=1', ['--gpus', '1']), (['all'], ['--gpus', 'all']),
])
def test_in_the_mounts_file(gpus: object, words: list[str]) -> None:
    assert gpu_words(launch('dino', file={'DockerOptions': {'gpus': gpus}}).argv) == words


def test_the_task_keeps_its_own_gpus_option() -> None:
    argv = launch('--gpus', '3', 'dino', 'train', '--gpus', '1').argv
    assert gpu_words(argv) == ['--gpus', '"device=3"']
    assert argv[-2:] == ('--gpus', '1')


@pytest.mark.parametrize(('environ', 'ids', 'source'), [
    ({'SLURM_STEP_GPUS': '2', 'SLURM_JOB_GPUS': '2,3'}, '2', 'SLURM_STEP_GPUS'),
    ({'SLURM_JOB_GPUS': '2,3', 'CUDA_VISIBLE_DEVICES': '0,1'}, '2,3', 'SLURM_JOB_GPUS'),
    ({'SLURM_STEP_GPUS': '', 'SLURM_JOB_GPUS': '1'}, '1', 'SLURM_JOB_GPUS'),
    ({'CUDA_VISIBLE_DEVICES': f'{UUID},{MIG}'}, f'{UUID},{MIG}', 'CUDA_VISIBLE_DEVICES'),
    ({'SLURM_JOB_GPUS': ' 2, 3 '}, '2,3', 'SLURM_JOB_GPUS'), ({'SLURM_JOB_GPUS': '2,3,2'}, '2,3', 'SLURM_JOB_GPUS'),
    # Slurm gives a MIG device a number of its own
    ({'SLURM_STEP_GPUS': '8', 'SLURM_JOB_GPUS': '8', 'CUDA_VISIBLE_DEVICES': MIG}, MIG, 'CUDA_VISIBLE_DEVICES'),
])
def test_slurm_job_gets_its_own(environ: dict[str, str], ids: str, source: str) -> None:
    found = launch('dino', 'train', environ={'SLURM_JOB_ID': '7', **environ})
    assert gpu_words(found.argv) == ['--gpus', f'"device={ids}"']
    assert found.plan.notices == (f'Slurm job 7: GPUs {ids} (from {source})',)


@pytest.mark.parametrize(('name', 'text'), [
    ('CUDA_VISIBLE_DEVICES', 'GPU-a"b'), ('SLURM_JOB_GPUS', 'x;y'), ('SLURM_STEP_GPUS', 'all'),
    ('SLURM_JOB_GPUS', '0-3'), ('SLURM_JOB_GPUS', 'count=2'),
])
def test_words_of_slurm_that_are_no_gpus(name: str, text: str) -> None:
    with pytest.raises(UsageError) as error:
        launch('dino', 'train', environ={'SLURM_JOB_ID': '7', name: text})
    assert str(error.value) == f'{name}: "{text}": expected numbers or UUIDs of GPUs'


@pytest.mark.parametrize('environ', [
    {}, {'CUDA_VISIBLE_DEVICES': '0,1'}, {'CUDA_VISIBLE_DEVICES': f'{UUID},1'}, {'SLURM_JOB_GPUS': ' , '},
])
def test_slurm_job_whose_gpus_are_not_known(environ: dict[str, str]) -> None:
    with pytest.raises(UsageError) as error:
        launch('dino', 'train', environ={'SLURM_JOB_ID': '7', 'SLURMD_NODENAME': 'node0', **environ})
    assert (error.value.what, error.value.why, error.value.advice) == (
        'in Slurm job 7 and cannot tell its GPUs',
        ('neither SLURM_STEP_GPUS nor SLURM_JOB_GPUS is set, and CUDA_VISIBLE_DEVICES holds no UUIDs',),
        'say which: --gpus 0,1 (or --gpus none)',
    )


@pytest.mark.parametrize(('name', 'advice'), [
    ('', 'srun tao …, or say which: --gpus 0,1 (or --gpus none)'),
    ('SLURM_STEP_ID', 'say which: --gpus 0,1 (or --gpus none)'),
])
def test_the_shell_of_salloc(name: str, advice: str) -> None:
    with pytest.raises(UsageError) as error:
        launch('dino', 'train', environ={'SLURM_JOB_ID': '7', **dict.fromkeys([name] if name else [], '0')})
    assert error.value.advice == advice


@pytest.mark.parametrize(('options', 'file', 'words'), [
    (['--gpus', '0'], None, ['--gpus', '"device=0"']),
    (['--gpus', 'all'], None, ['--gpus', 'all']),
    ([], {'DockerOptions': {'gpus': 'none'}}, VOID),
])
def test_slurm_job_that_says_which(options: list[str], file: object | None, words: list[str]) -> None:
    assert gpu_words(launch(*options, 'dino', file=file, environ={'SLURM_JOB_ID': '7'}).argv) == words


@pytest.mark.parametrize('gpus', ['all', ['all']])
def test_all_of_the_mounts_file_is_not_meant_in_a_slurm_job(gpus: object) -> None:
    file = {'DockerOptions': {'gpus': gpus}}
    found = launch('dino', 'train', file=file, environ={'SLURM_JOB_ID': '7', 'SLURM_JOB_GPUS': '2,3'})
    assert gpu_words(found.argv) == ['--gpus', '"device=2,3"']
    assert found.plan.notices == ('Slurm job 7: GPUs 2,3 (from SLURM_JOB_GPUS)',)
    with pytest.raises(UsageError) as error:
        launch('dino', 'train', file=file, environ={'SLURM_JOB_ID': '7'})
    assert error.value.what == 'in Slurm job 7 and cannot tell its GPUs'
    assert gpu_words(launch('dino', 'train', file=file).argv) == ['--gpus', 'all']
    # the command line and its variable are of this launch, and so are meant
    environ = {'SLURM_JOB_ID': '7', 'SLURM_JOB_GPUS': '2,3'}
    assert gpu_words(launch('--gpus', 'all', 'dino', file=file, environ=environ).argv) == ['--gpus', 'all']
    assert gpu_words(launch('dino', file=file, environ={**environ, 'TAO_GPUS': 'all'}).argv) == ['--gpus', 'all']


def test_outside_a_job_slurms_variables_mean_nothing() -> None:
    argv = launch('dino', environ={'SLURM_JOB_GPUS': '1', 'CUDA_VISIBLE_DEVICES': '1'}).argv
    assert gpu_words(argv) == ['--gpus', 'all']


@pytest.mark.parametrize(('gpus', 'message'), [
    ('', GPU_FORMS),
    ('0,', GPU_FORMS),
    ('0 1', GPU_FORMS),
    ('-1', GPU_FORMS),
    ('ALL', GPU_FORMS),
    ('all,0', GPU_FORMS),
    ('gpu0', GPU_FORMS),
    ('0,0', 'expected every GPU once'),
    ('count=0', 'expected count=N with N from 1 to 9999'),
    ('count=', 'expected count=N with N from 1 to 9999'),
    ('count=two', 'expected count=N with N from 1 to 9999'),
])
def test_refused(gpus: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        launch('--gpus', gpus, 'dino')
    assert (error.value.what, error.value.why) == (f'--gpus: "{gpus}": {message}', ())
