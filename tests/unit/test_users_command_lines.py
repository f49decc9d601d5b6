"""Command lines that users and NVIDIA's documentation write, with all that the launcher says to them."""
from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Mapping

import pytest
from engine_answers import Engine
from support import Result, tao, write_mounts

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'


@pytest.fixture(autouse=True)
def mounts(home: Path) -> None:
    """Three folders, one of them with a spec file."""
    for name in ('data', 'results', 'specs'):
        (home / name).mkdir()
    (home / 'specs' / 'dino.yaml').write_text('x')
    write_mounts(home, {
        'Mounts': [{'source': f'~/{name}', 'destination': f'/{name}'} for name in ('data', 'results', 'specs')],
        'DockerOptions': {'shm_size': '16G'},
    })


def launched(home: Path, *words: str, env: Mapping[str, str] | None = None) -> tuple[str, str]:
    """(the dry run, what else was said): without what every launch with these mounts has."""
    done = tao(*words, env=env)
    assert done.code == 0, done
    mounts = ' '.join(f'-v {home}/{name}:/{name}' for name in ('data', 'results', 'specs'))
    out = done.out.replace(f'docker run --rm --init --gpus all {mounts} ', '')
    return re.sub(r'--label tao\.user=\d+ --label tao\.plan=\w+ ', '', out), done.err


def test_ipc_as_nvidias_documentation_has_it(home: Path) -> None:
    assert launched(home, '--ipc=host', '--dry-run', 'dino', 'train') == (
        f'-e TAO_LAUNCH_ID --shm-size 16G --ipc host --label tao.job=model/dino/train {IMAGE} dino train\n', '')
    assert launched(home, '--docker-arg=--ipc=host', '--dry-run', 'dino', 'train') == (
        f'-e TAO_LAUNCH_ID --shm-size 16G --label tao.job=model/dino/train --ipc=host {IMAGE} dino train\n', '')


def test_all_options_of_nvidias_command_lines(home: Path) -> None:
    words = ('--ipc=host', '--workdir=/results', '--hostname=trainer', '--memory=64g', '--cpus=8',
             '--platform=linux/amd64', '--entrypoint=/bin/bash')
    assert launched(home, *words, '--dry-run', 'dino', 'run', '-c', 'dino train') == (
        '-e TAO_LAUNCH_ID --shm-size 16G --ipc host --workdir /results --hostname trainer --memory 64g --cpus 8'
        ' --platform linux/amd64 --entrypoint /bin/bash --label tao.job=model/dino/run'
        f" {IMAGE} -c 'dino train'\n", '')


def test_a_made_up_registry(home: Path) -> None:
    assert launched(home, '--dry-run', 'dino', 'run', 'echo', 'works', env={'OVERRIDE_REGISTRY': 'local.pwn'}) == (
        '-e TAO_LAUNCH_ID --shm-size 16G --label tao.job=model/dino/run'
        ' local.pwn/nvidia/tao/tao-toolkit:7.1.0-pyt echo works\n', '')


def test_a_proxy_with_a_password(home: Path) -> None:
    env = {'HTTP_PROXY': 'http://u:pw@proxy:3128'}
    assert launched(home, '--dry-run', '--env', 'HTTP_PROXY', 'dino', 'train', env=env) == (
        f'-e HTTP_PROXY -e TAO_LAUNCH_ID --shm-size 16G --label tao.job=model/dino/train {IMAGE} dino train\n', '')


def test_keys_of_trackers(home: Path) -> None:
    words = ('--env', 'WANDB_API_KEY', '--env', 'CLEARML_API_SECRET_KEY', '--env', 'CLEARML_WEB_HOST=https://app')
    env = {'WANDB_API_KEY': 'a', 'CLEARML_API_SECRET_KEY': 's'}
    assert launched(home, '--dry-run', *words, 'dino', 'train', env=env) == (
        '-e WANDB_API_KEY -e CLEARML_API_SECRET_KEY -e CLEARML_WEB_HOST=https://app -e TAO_LAUNCH_ID'
        f' --shm-size 16G --label tao.job=model/dino/train {IMAGE} dino train\n', '')


def test_braces_and_blanks(home: Path) -> None:
    words = ('pointpillars', 'dataset_convert', '-e', '/specs/dino.yaml', 'dataset.data_split={test: test}')
    out, err = launched(home, '--dry-run', *words)
    assert out.endswith("-e /specs/dino.yaml 'dataset.data_split={test: test}'\n")
    assert err == ''


def test_docker_runs_own_spelling() -> None:
    assert tao('-v', '/a:/b', 'dino', 'train') == Result(2, '', (
        "tao: error: unknown option -v\n    docker run's -v is --volume here\n"
        '    try: tao --volume SRC[:DST[:MODE]] …\n'
    ))


def test_a_subtask_that_the_image_does_not_have(home: Path) -> None:
    out, err = launched(home, '--dry-run', 'bevfusion', 'dataset_convert', '-e', '/specs/dino.yaml')
    assert out == (
        '-e TAO_LAUNCH_ID --shm-size 16G --label tao.job=model/bevfusion/dataset_convert'
        ' nvcr.io/nvidia/tao/tao-toolkit:5.5.0-pyt bevfusion dataset_convert -e /specs/dino.yaml\n'
    )
    assert err == (
        'tao: notice: dataset_convert is not a known subtask of model bevfusion; '
        'known: convert, default_specs, evaluate, inference, train\n'
    )


def test_a_task_of_ones_own_image(home: Path) -> None:
    assert launched(home, '--image', 'my:1', '--dry-run', 'my_own', 'train') == (
        '-e TAO_LAUNCH_ID --shm-size 16G --label tao.job=model/my_own/train my:1 my_own train\n',
        'tao: notice: no task my_own, but my:1 may have it\n',
    )


def test_gpus_that_the_shell_has_chosen(home: Path) -> None:
    assert launched(home, '--dry-run', 'dino', 'train', env={'CUDA_VISIBLE_DEVICES': '0,1'})[1] == (
        'tao: notice: CUDA_VISIBLE_DEVICES=0,1 does not restrict a container: it gets all GPUs '
        '(--gpus 0,1 means the same)\n'
    )


def test_everything_is_stopped_before_a_training(engine: Engine) -> None:
    assert tao('stop', '--all') == Result(0, '', 'tao: no jobs to stop\n')


def test_a_release_of_the_documentation_that_is_the_version_of_images() -> None:
    assert tao('--release', '7.0.1', '--dry-run', 'dino', 'train') == Result(2, '', (
        'tao: error: unknown release 7.0.1\n'
        f'    7.0.1 is the version of an image: codetr of release 7.1.0 runs in {IMAGE.replace("7.1.0", "7.0.1")}\n'
        '    did you mean 7.1.0?\n'
        '    known: 3.22.02, 3.22.05, 4.0.0, 4.0.1, 5.0.0, 5.1.0, 5.2.0, 5.2.0.1, 5.3.0, 5.5.0, 6.0.0, 6.0.1, 6.25.7, '
        '6.25.9, 6.25.10, 6.25.11, 6.25.11.1, 6.26.3, 7.1.0\n'
        '    try: tao --tag 7.0.1-pyt dino …\n'
    ))


def test_a_release_that_is_newer_than_the_launcher(home: Path) -> None:
    out, err = launched(home, '--release', '7.3.0', '--dry-run', 'dino', 'train')
    assert out == (
        '-e TAO_LAUNCH_ID --shm-size 16G --label tao.job=model/dino/train'
        f' {IMAGE.replace("7.1.0", "7.3.0")} dino train\n'
    )
    assert err == (
        'tao: notice: release 7.3.0 is newer than those known here: it is assumed to have the images of 7.1.0, '
        'with 7.3.0 in their tags\n'
    )


def test_a_driver_that_is_too_old_for_the_default_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    smi = tmp_path / 'nvidia-smi'
    smi.write_text('#!/bin/sh\necho "0, NVIDIA GeForce RTX 3090, 24576, 535.183.01"\n')
    smi.chmod(0o755)
    monkeypatch.setenv('PATH', f'{tmp_path}:{os.environ["PATH"]}')
    found = [one for one in json.loads(tao('doctor', '--format=json').out) if one['name'] == 'driver']
    advice = found[0].pop('fix')
    assert found == [{'name': 'driver', 'status': 'warn', 'found': (
        '535.183.01; TAO 7.1.0 asks for 580 or later; release 5.3.0 is the newest that this driver is for')}]
    assert advice.endswith(', or --release 5.3.0 before the task name')
