"""The catalogue that is in effect: the built-in one, or the file that replaces it."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import FakeDocker, tao

DIGEST = 'sha256:' + '0' * 64
FORMAT_3: dict[str, Any] = {'format_version': 3.0, 'toolkit_version': '9.0', 'task_group': {
    'model': {'dockers': {'nvidia/tao/tao-toolkit': {'9.0-pyt': {'docker_registry': 'my.reg:5000',
        'tasks': ['dino', 'new']}}}},
    'deploy': {'dockers': {'nvidia/tao/tao-toolkit': {
        '9.0-deploy': {'docker_registry': 'nvcr.io', 'tasks': ['dino'], 'docker_digest': DIGEST},
    }}},
    'extra': {'dockers': {}},
}}


@pytest.fixture
def config(home: Path) -> Path:
    (home / '.tao').mkdir()
    return home / '.tao' / 'config.json'


def image_of(*words: str) -> str:
    done = tao('--dry-run=json', *words)
    assert done.code == 0, done
    return str(json.loads(done.out)['image'])


def test_replaces_the_builtin_catalogue(config: Path) -> None:
    config.write_text(json.dumps(FORMAT_3))
    assert image_of('new', 'train') == 'my.reg:5000/nvidia/tao/tao-toolkit:9.0-pyt'
    assert image_of('deploy', 'dino', 'evaluate') == f'nvcr.io/nvidia/tao/tao-toolkit@{DIGEST}'
    assert image_of('--release', '9.0', 'dino', 'train') == 'my.reg:5000/nvidia/tao/tao-toolkit:9.0-pyt'
    assert image_of('--registry', 'other', 'new') == 'other/nvidia/tao/tao-toolkit:9.0-pyt'
    assert image_of('--tag', 'x', 'deploy', 'dino') == 'nvcr.io/nvidia/tao/tao-toolkit:x'
    done = tao('--dry-run', '--release', '7.1.0', 'dino')
    assert (done.code, done.err) == (2, f'tao: error: unknown release 7.1.0 in {config}\n    known: 9.0\n')
    done = tao('--dry-run', 'visual_changenet', 'train')
    assert done == (2, '', (
        f'tao: error: no task visual_changenet (the catalogue is {config})\n    try: tao tasks\n'
    ))
    done = tao('--dry-run', 'deploy', 'new', 'train')
    assert done == (2, '', (
        f'tao: error: no task new in group deploy (the catalogue is {config})\n    it is in group model\n'
        '    try: tao model new …\n'
    ))


def test_help_in_spite_of_a_broken_file(config: Path, fake_docker: FakeDocker) -> None:
    plain = tao('--help', 'dino')
    assert plain.code == 0 and plain.err == ''
    config.write_text('{}')
    error = f'tao: error: {config}: 1 problem\n    format_version: null: expected 1.0, 2.0 or 3.0\n'
    assert tao('--help', 'dino') == tao('-h', 'dino') == plain._replace(err=error)
    assert tao('--help', 'options') == (0, tao('--help', 'options').out, error)
    for words in (['dino', 'train'], ['--dry-run', 'dino', 'train'], ['info']):
        assert tao(*words) == (2, '', error)
    assert fake_docker.calls == []


@pytest.mark.parametrize(('text', 'error'), [
    ('', 'the file is empty\n    expected a JSON object, at least {}\n'),
    ('{,}', None), ('[' * 100000, 'nested too deeply\n'),
])
def test_file_that_is_no_json(text: str, error: Any, config: Path) -> None:
    config.write_text(text)
    done = tao('--dry-run', 'dino')
    assert (done.code, done.out) == (2, '')
    if error:
        assert done.err == f'tao: error: {config}: {error}'


def test_a_folder_in_its_place(config: Path) -> None:
    config.mkdir()
    done = tao('--dry-run', 'dino')
    assert (done.code, done.err) == (2, f'tao: error: {config}: is a folder, expected the catalogue of releases\n')
