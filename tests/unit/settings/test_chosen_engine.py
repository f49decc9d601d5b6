"""The engine that is asked about jobs, and who is the caller there."""
from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from engine_answers import ID, Engine, container
from support import tao


def test_another_engine(engine: Engine) -> None:
    engine.has(container())
    assert tao('--engine', 'podman', 'list', '--format', 'ids').out == f'{ID}\n'
    assert [call[0] for call in engine.calls] == ['podman']


def test_a_remote_engine_knows_the_caller_by_name(engine: Engine) -> None:
    tao('list', env={'DOCKER_HOST': 'ssh://gpu1'})
    owner = engine.calls[0][-1]
    assert re.fullmatch(rf'label=tao\.user=[^@]+@{re.escape(os.uname().nodename)}', owner)


@pytest.mark.parametrize(('words', 'env', 'whose'), [
    (['--engine', 'none'], {}, '--engine'), ([], {'TAO_ENGINE': 'none'}, 'TAO_ENGINE'),
    ([], {'TAO_DOCKER_DISABLE': '1'}, 'TAO_DOCKER_DISABLE'),
])
@pytest.mark.parametrize('verb', [
    ['list'], ['stop', '--all'], ['logs', 'x'], ['attach', 'x'], ['wait', 'x'], ['exec', 'x'], ['clean'],
    ['images', 'dino'], ['pull', 'dino'],
], ids=lambda verb: verb[0])
def test_there_is_none(words: list[str], env: dict[str, str], whose: str, verb: list[str]) -> None:
    assert tao(*words, *verb, env=env) == (
        125, '', f'tao: error: there is no engine to be asked ({whose})\n'
        '    with --engine none a job is a process of this machine: it has no container and no image\n'
        '    try: tao history, tao progress RESULTS_FOLDER; or --engine docker, where there is one\n',
    )


@pytest.mark.parametrize('verb', [['list'], ['stop', '--all'], ['logs', 'x'], ['exec', 'x']])
def test_an_engine_without_a_daemon_keeps_no_list(verb: list[str]) -> None:
    assert tao('--engine', 'singularity', *verb) == (
        125, '', 'tao: error: singularity keeps no list of jobs that could be asked (--engine)\n'
        '    a job is a process of its launcher, and ends with it\n'
        '    try: tao history, tao progress RESULTS_FOLDER; or --engine docker, where there is one\n',
    )


@pytest.mark.parametrize(('program', 'words', 'task'), [
    ('tao_pt', ['build'], 'builds images'), ('tao_pt', ['build', '--push', '--dry-run'], 'builds images'),
    ('tao_ds', ['release', '--tag', 'x'], 'builds images'),
    ('tao_pt', ['release', '--tag', 'x', '--wheel'], 'builds images'),
    ('tao', ['catalogue', 'probe', 'a/b:1.0.0'], 'looks into images'),
])
@pytest.mark.parametrize(('options', 'env', 'what'), [
    (['--engine', 'apptainer'], {}, 'apptainer is not an engine that {} (--engine)\n'),
    ([], {'TAO_ENGINE': 'singularity'}, 'singularity is not an engine that {} (TAO_ENGINE)\n'),
    ([], {'TAO_DOCKER_DISABLE': '1'}, 'there is no engine that {} (TAO_DOCKER_DISABLE)\n'
     '    with --engine none a command runs on this machine, in no container\n'),
])
def test_nobody_has_asked_for_jobs(
    program: str, words: list[str], task: str, options: list[str], env: dict[str, str], what: str, checkout: Path,
) -> None:
    for name in ('docker', 'release/docker'):
        (checkout / name).mkdir(parents=True, exist_ok=True)
        (checkout / name / 'Dockerfile').touch()
    os.chdir(checkout)
    assert tao(*options, *words, program=program, env=env) == (125, '', (
        f'{program}: error: {what.format(task)}'
        '    try: --engine docker or --engine podman, on a machine that has it\n'
    ))
