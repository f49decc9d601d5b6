"""tao info: the catalogue, as NVIDIA's launcher shows it, and where a task is found."""
from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from support import SCHEMAS, FakeDocker, tao


def test_the_newest_release() -> None:
    assert tao('info') == (
        0,
        'format_version: 3.0\ntoolkit_version: 7.1.0\npublished_date: 2026-08-20\ntask_group: model, dataset, deploy\n',
        '',
    )


def test_another_release() -> None:
    assert tao('--release', '5.5.0', 'info') == tao('info', env={'TAO_RELEASE': '5.5.0'}) == (
        0,
        'format_version: 3.0\ntoolkit_version: 5.5.0\npublished_date: 2024-08-26\ntask_group: model, dataset, deploy\n',
        '',
    )


def test_a_task() -> None:
    releases = (
        '5.0.0, 5.1.0, 5.2.0, 5.2.0.1, 5.3.0, 5.5.0, 6.0.0, 6.0.1, 6.25.7, 6.25.9, 6.25.10, 6.25.11, 6.25.11.1, '
        '6.26.3, 7.1.0'
    )
    assert tao('--release', '5.5.0', 'info', 'deploy/dino') == (
        0,
        'task: dino\n'
        'groups:\n'
        '  deploy:\n'
        '    image: nvcr.io/nvidia/tao/tao-toolkit:5.5.0-deploy\n'
        '    release: 5.5.0\n'
        f'    releases: {releases}\n'
        '    subtasks: evaluate, gen_trt_engine, inference\n',
        '',
    )
    assert [line for line in tao('info', 'dino').out.splitlines() if line.endswith(':')] == [
        'groups:', '  model:', '  deploy:',
    ]


def test_all_releases() -> None:
    lines = tao('info', '--releases').out.splitlines()
    assert lines[:2] == ['RELEASE    PUBLISHED   TASKS  IMAGES', '3.22.02    2022-02-28  33     5']
    assert len(lines) == 20


@pytest.mark.parametrize(('words', 'schema'), [
    ([], 'release'), (['--verbose'], 'release'), (['--releases'], 'releases'),
    (['--releases', '--verbose'], 'releases'),
    (['dino'], 'task'), (['model/dino'], 'task'), (['detectnet_v2'], 'task'), (['speech_to_text'], 'task'),
])
def test_json(words: list[str], schema: str) -> None:
    done = tao('info', '--format', 'json', *words)
    assert (done.code, done.err) == (0, '')
    jsonschema.Draft202012Validator(SCHEMAS[schema]).validate(json.loads(done.out))


@pytest.mark.parametrize(('words', 'err'), [
    (['info', 'detectnet_v3'], None),
    (['info', 'x/dino'], 'no task dino in group x\n    it is in groups deploy and model\n    try: tao deploy dino …\n'),
    (['info', 'dino', '--format', 'ids'], None),
])
def test_usage(words: list[str], err: str) -> None:
    done = tao(*words)
    assert (done.code, done.out) == (2, '')
    assert err is None or done.err == f'tao: error: {err}'


def test_an_unknown_release() -> None:
    done = tao('--release', '1.9.9', 'info')
    assert (done.code, done.out) == (2, '')
    assert done.err.startswith('tao: error: unknown release 1.9.9\n    known: 3.22.02, ')
    of_a_task = tao('--release', '7.0.1', 'info', 'deploy/dino')
    assert of_a_task.err.splitlines()[-1] == '    try: tao --tag 7.0.1-deploy deploy dino …'


def test_a_newer_release() -> None:
    done = tao('--release', '9.9.9', 'info', '--verbose')
    assert (done.code, 'tao-toolkit:9.9.9-pyt' in done.out) == (0, True)
    assert done.err == (
        'tao: notice: release 9.9.9 is newer than those known here: it is assumed to have the images of 7.1.0, '
        'with 9.9.9 in their tags\n'
    )


def test_it_needs_no_engine(fake_docker: FakeDocker, home: Path) -> None:
    tao('info', '--verbose', 'dino')
    assert fake_docker.calls == []
    assert list(home.iterdir()) == []
