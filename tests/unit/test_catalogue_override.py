"""~/.tao/config.json replaces the catalogue: NVIDIA's three formats, a digest, and what is wrong with a file."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import tao

from tao_launcher import catalogue
from tao_launcher.errors import ConfigError

DIGEST = 'sha256:' + '0' * 64
FORMAT_1: dict[str, Any] = {'format_version': '1.0', 'toolkit_version': '3.0', 'dockers': {
    'nvidia/tao/tao-toolkit-tf': {'docker_registry': 'nvcr.io', 'docker_tag': 'v3', 'tasks': ['classification', 'ssd']},
}}
FORMAT_2: dict[str, Any] = {'format_version': '2.0', 'toolkit_version': '4.0.1', 'dockers': {'nvidia/tao/tao-toolkit': {
    '4.0.0-a': {'docker_registry': 'nvcr.io', 'tasks': ['ssd', 'both']},
    '4.0.0-b': {'docker_registry': 'nvcr.io', 'tasks': ['both']},
}}}
FORMAT_3: dict[str, Any] = {'format_version': 3.0, 'toolkit_version': '9.0', 'task_group': {
    'model': {'dockers': {'nvidia/tao/tao-toolkit': {'9.0-pyt': {'docker_registry': 'my.reg:5000',
        'tasks': ['dino', 'new']}}}},
    'deploy': {'dockers': {'nvidia/tao/tao-toolkit': {
        '9.0-deploy': {'docker_registry': 'nvcr.io', 'tasks': ['dino'], 'docker_digest': DIGEST},
    }}},
    'extra': {'dockers': {}},
}}


def replaced(document: object) -> catalogue.Catalogue:
    return catalogue.from_override(document, '/c.json', {'model/dino': ('train',), 'deploy/dino': ('evaluate',)})


@pytest.mark.parametrize(('document', 'releases'), [
    (FORMAT_1, {'3.0': {'model': {'nvcr.io/nvidia/tao/tao-toolkit-tf:v3': ['classification', 'ssd']}}}),
    (FORMAT_2, {'4.0.1': {'model': {
        'nvcr.io/nvidia/tao/tao-toolkit:4.0.0-a': ['ssd', 'both'], 'nvcr.io/nvidia/tao/tao-toolkit:4.0.0-b': ['both'],
    }}}),
    (FORMAT_3, {'9.0': {
        'model': {'my.reg:5000/nvidia/tao/tao-toolkit:9.0-pyt': ['dino', 'new']},
        'deploy': {f'nvcr.io/nvidia/tao/tao-toolkit@{DIGEST}': ['dino']}, 'extra': {},
    }}),
    ({'format_version': 1, 'dockers': {}}, {'config.json': {'model': {}}}),
])
def test_formats(document: object, releases: object) -> None:
    assert replaced(document).releases == releases


@pytest.mark.parametrize('spelling', [3, 3.0, '3', '3.0'])
def test_spellings_of_the_version(spelling: object) -> None:
    assert replaced({**FORMAT_3, 'format_version': spelling}) == replaced(FORMAT_3)


def test_of_two_tags_the_last_wins() -> None:
    assert catalogue.find(replaced(FORMAT_2), '', 'both', '', '').image.endswith(':4.0.0-b')


@pytest.mark.parametrize(('document', 'lines'), [
    ([], ['a list: expected an object {...}, with the list in its "Mounts"']),
    ({}, ['format_version: null: expected 1.0, 2.0 or 3.0']),
    ({'format_version': '4.0'}, ['format_version: "4.0": expected 1.0, 2.0 or 3.0']),
    ({'format_version': '3.0'}, ['task_group: null: expected an object {...}']),
    ({'format_version': '1.0', 'dockers': []}, ['dockers: a list: expected an object {...}']),
    ({'format_version': '1.0', 'dockers': {'a/b': {}}}, [
        'dockers["a/b"].docker_tag: null: expected a string', 'dockers["a/b"].docker_registry: null: expected a string',
        'dockers["a/b"].tasks: null: expected a list [...]',
    ]),
    ({'format_version': '2.0', 'dockers': {'a': {'t': {'docker_registry': 1, 'tasks': ['x', 2, '']}}}}, [
        'dockers.a.t.docker_registry: 1: expected a string', 'dockers.a.t.tasks[1]: 2: expected a string',
        'dockers.a.t.tasks[2]: "": expected a string',
    ]),
    ({'format_version': '3.0', 'task_group': {'m': 1, 'n': {'dockers': {'a': {'t': {
        'docker_registry': 'r', 'tasks': [], 'docker_digest': 'x'}}}}}}, [
        'task_group.m: 1: expected an object {...}', 'task_group.m.dockers: null: expected an object {...}',
        'task_group.n.dockers.a.t.docker_digest: "x": expected a digest "sha256:…"',
    ]),
])
def test_every_fault(document: object, lines: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        replaced(document)
    count = f'{len(lines)} problem{"s" if len(lines) > 1 else ""}'
    assert (error.value.what, list(error.value.why)) == (f'/c.json: {count}', [
        line.replace(', with the list in its "Mounts"', '') if document != [] else line for line in lines
    ])


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
    assert (done.code, done.out) == (2, '')


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
