"""tao tasks: the tasks that there are, by group."""
from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from plans import CATALOGUE
from support import SCHEMAS, FakeDocker, tao


def test_every_task_by_its_group() -> None:
    done = tao('tasks')
    assert (done.code, done.err) == (0, '')
    groups = [line for line in done.out.splitlines() if line.endswith(':')]
    assert groups == ['model:', 'dataset:', 'deploy:']
    images = [images for groups in CATALOGUE.releases.values() for images in groups.values()]
    names = {name for tasks_of in images for tasks in tasks_of.values() for name in tasks}
    assert set(done.out.split()) == {*names, *groups}
    assert [line for line in done.out.splitlines() if len(line) > 80] == []


def test_a_group() -> None:
    assert tao('tasks', 'dataset') == (
        0,
        'dataset:\n'
        '  analytics annotations augmentation auto_label embedding gap_analysis image\n'
        '  skin_tone tmm\n',
        '',
    )


@pytest.mark.parametrize(('words', 'env'), [
    (['tasks', 'dataset', '--release', '5.0.0'], {}),
    (['--release', '5.0.0', 'tasks', 'dataset'], {}),
    (['tasks', 'dataset'], {'TAO_RELEASE': '5.0.0'}),
    (['--release', '7.1.0', 'tasks', '--release', '5.0.0', 'dataset'], {'TAO_RELEASE': '4.0.0'}),
])
def test_a_release(words: list[str], env: dict[str, str]) -> None:
    assert tao(*words, env=env) == (0, 'dataset:\n  analytics annotations augmentation auto_label\n', '')


def test_a_newer_release() -> None:
    done = tao('tasks', '--release', '9.9.9', '--format', 'json')
    assert done.err.startswith('tao: notice: release 9.9.9 is newer than those known here')
    assert {one['release'] for one in json.loads(done.out)} == {'9.9.9'}


def test_json() -> None:
    done = tao('tasks', '--format', 'json')
    assert (done.code, done.err) == (0, '')
    found = json.loads(done.out)
    jsonschema.Draft202012Validator(SCHEMAS['tasks']).validate(found)
    assert [one for one in found if one['task'] == 'dino'] == [
        {
            'group': 'model', 'task': 'dino', 'release': '7.1.0', 'image': 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt',
            'subtasks': [
                'convert', 'default_specs', 'distill', 'evaluate', 'export', 'inference', 'quantize', 'train',
            ],
        },
        {
            'group': 'deploy', 'task': 'dino', 'release': '7.1.0',
            'image': 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-deploy',
            'subtasks': ['evaluate', 'gen_trt_engine', 'inference'],
        },
    ]
    of_a_group = json.loads(tao('tasks', 'deploy', '--format', 'json').out)
    assert of_a_group == [one for one in found if one['group'] == 'deploy']


@pytest.mark.parametrize(('words', 'err'), [
    (['modle'], 'no group modle\n    did you mean model?\n    groups: model, dataset, deploy\n    try: tao tasks\n'),
    (['dino'], 'dino is a task, not a group\n    try: tao dino --help\n'),
    (['dinno'], 'no group dinno\n    groups: model, dataset, deploy\n    try: tao tasks\n'),
    (['deploy', '--release', '3.22.05'], 'no group deploy in release 3.22.05\n    groups: model\n    try: tao tasks\n'),
])
def test_an_unknown_group(words: list[str], err: str) -> None:
    assert tao('tasks', *words) == (2, '', f'tao: error: {err}')


def test_an_unknown_release() -> None:
    done = tao('tasks', '--release', '7.0')
    assert (done.code, done.out) == (2, '')
    assert done.err.startswith('tao: error: unknown release 7.0\n    did you mean 7.1.0?\n    known: 3.22.02, ')


def test_own_releases_are_listed_too(home: Path) -> None:
    (home / '.tao').mkdir()
    (home / '.tao' / 'config.json').write_text(json.dumps({'format_version': 3.0, 'task_group': {'model': {'dockers': {
        'lab/tao': {'1': {'docker_registry': 'reg.lab', 'tasks': ['newnet']}},
    }}}}))
    assert tao('tasks') == (0, 'model:\n  newnet\n', '')


def test_it_needs_no_engine(fake_docker: FakeDocker, home: Path) -> None:
    tao('tasks')
    assert fake_docker.calls == []
    assert list(home.iterdir()) == []
