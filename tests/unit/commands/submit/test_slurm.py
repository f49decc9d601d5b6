"""The sbatch script: what it says for which options."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from slurm_submission import script, submit
from support import Result, tao, write_mounts


def lines(text: str) -> list[str]:
    return re.findall('^#SBATCH (.*)$', text, re.MULTILINE)


def test_lines_for_sbatch() -> None:
    assert lines(script('dino', 'train')) == [
        '--job-name=model-dino-train', '--nodes=1', '--ntasks-per-node=1', '--gpus-per-node=1',
        '--output=model-dino-train-%j.log', '--open-mode=append', '--export=PATH,HOME',
    ]
    found = lines(script(
        '--nodes', '4', '--gpus-per-node=a100:8', '--time', '1-12:00', '--partition', 'gpu,big', '--account=lab_1',
        '--name', 'night', '--sbatch-arg', '--qos=low', "--sbatch-arg=--comment=it's late", '--sbatch-arg=--exclusive',
        '--sbatch-arg=--output=/logs/%x-%j', 'dino', 'train',
    ))
    assert found == [
        '--job-name=night', '--nodes=4', '--ntasks-per-node=1', '--gpus-per-node=a100:8', '--time=1-12:00',
        '--partition=gpu,big', '--account=lab_1', '--open-mode=append', '--export=PATH,HOME', '--qos=low',
        "'--comment=it'\"'\"'s late'", '--exclusive', '--output=/logs/%x-%j',
    ]


def test_the_log_is_written_over_where_that_is_asked_for() -> None:
    found = lines(script('--sbatch-arg=--open-mode=truncate', 'dino', 'train'))
    assert [line for line in found if '-mode' in line] == ['--open-mode=truncate']


@pytest.mark.parametrize(('seconds', 'line'), [
    ('', []), ('20', []), ('300', ['--signal=TERM@300']), ('86400', ['--signal=TERM@65535']),
])
def test_a_longer_time_to_end(seconds: str, line: list[str]) -> None:
    text = script(*[f'--stop-timeout={seconds}'] * bool(seconds), 'dino', 'train')
    assert [one for one in lines(text) if 'signal' in one] == line
    given = lines(script('--stop-timeout=300', '--sbatch-arg=--signal=USR1@9', 'dino', 'train'))
    assert [one for one in given if 'signal' in one] == ['--signal=USR1@9']


@pytest.mark.parametrize(('limit', 'is_enough'), [
    ('6', False), ('7', True), ('5:59', False), ('0:6:00', False), ('1:00:00', True), ('0-1', True), ('0-0:6', False),
    ('0-0:7:0', True), ('unlimited', True), ('INFINITE', True), ('0', True),
])
def test_a_time_to_end_within_the_time_limit(limit: str, is_enough: bool) -> None:
    done = submit('--stop-timeout=300', f'--time={limit}', 'dino', 'train')
    said = (
        f'tao: error: --stop-timeout 300: the job has no more than --time {limit}, '
        'and would be told to end as it begins\n'
    )
    assert (done.code, done.err) == ((0, '') if is_enough else (2, said))


def test_words_for_srun() -> None:
    words = ['--srun-arg=--cpu-bind=none', '--srun-arg', "--network=it's", '--srun-arg=--verbose']
    for how in ('docker', 'pyxis'):
        text = script(f'--container={how}', *words, 'dino', 'train')
        assert " --cpu-bind=none '--network=it'\"'\"'s' --verbose \\\n" in text


@pytest.mark.parametrize(('given', 'line'), [
    (['--gpus=none'], None), (['--gpus=count=3'], '--gpus-per-node=3'), (['--gpus_per_node=0'], None),
    (['--sbatch-arg=--gres=gpu:v100:2'], None),
    (['--sbatch-arg=--gres=gpu:2', '--gpus_per_node=2'], '--gpus-per-node=2'),
])
def test_gpus(given: list[str], line: str | None) -> None:
    text = script(*given, 'dino', 'train')
    assert [one for one in lines(text) if 'gpus' in one] == ([line] if line else [])
    assert ('NVIDIA_VISIBLE_DEVICES=void' in text) == (given[0] in ('--gpus=none', '--gpus_per_node=0'))
    assert ('--gpus "\\"device=${ids}\\""' in text) != ('NVIDIA_VISIBLE_DEVICES=void' in text)


def test_gpus_of_a_workstation(home: Path) -> None:
    write_mounts(home, {'DockerOptions': {'gpus': 'all'}})
    assert '--gpus-per-node=1' in lines(script('dino', 'train'))
    path = write_mounts(home, {'DockerOptions': {'gpus': [0, 1]}})
    assert submit('dino', 'train') == Result(2, '', (
        f'tao: error: {path}: DockerOptions.gpus: Slurm chooses the GPUs; say how many: --gpus_per_node 2\n'
        '    try: tao submit slurm --help\n'
    ))
    assert '--gpus-per-node=2' in lines(script('--gpus_per_node', '2', 'dino', 'train'))


def test_secrets_are_exported_by_name(home: Path) -> None:
    write_mounts(home, {'Envs': [{'variable': 'API_KEY', 'value': 's3cr3t'}]})
    done = tao('submit', 'slurm', '--env=LATER', '--dry-run', 'dino', 'train', env={'LATER': 'x'})
    assert '#SBATCH --export=PATH,HOME,API_KEY,LATER\n' in done.out
    assert 's3cr3t' not in done.out + done.err
    assert done.err == 'tao: notice: the script takes API_KEY from the environment of sbatch: export it first\n'


def test_what_the_engine_is_steered_by_is_passed_on() -> None:
    done = tao('submit', 'slurm', '--dry-run', 'dino', 'train', env={'DOCKER_HOST': 'unix:///run/user/1/docker.sock'})
    assert '#SBATCH --export=PATH,HOME,DOCKER_HOST\n' in done.out
    done = tao('submit', 'slurm', '--dry-run', 'dino', 'train', env={'DOCKER_HOST': 'ssh://gpu.example'})
    assert '#SBATCH --export=PATH,HOME\n' in done.out
    assert done.err == 'tao: notice: every node uses its own engine, not the remote daemon ssh://gpu.example\n'


def test_ports_of_several_nodes() -> None:
    done = submit('--nodes=2', '--port=8888:8888', 'dino', 'train')
    assert done.err == (
        "tao: notice: published ports keep docker's own network, where the nodes cannot meet: --network host\n"
    )


def test_too_long() -> None:
    done = submit('dino', 'train', 'x' * 130000)
    assert (done.code, done.out) == (2, '')
    assert re.fullmatch(
        'tao: error: the command is longer than a step of Slurm allows: 13[0-9]{4} bytes of at most 120000\n'
        '    try: put long values into a file under a mount\n', done.err,
    )
