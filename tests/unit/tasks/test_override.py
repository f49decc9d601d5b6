"""~/.tao/config.json replaces the catalogue: NVIDIA's three formats, a digest, and what is wrong with a file."""
from __future__ import annotations

from typing import Any

import pytest

from tao_launcher.base import json_text
from tao_launcher.base.errors import ConfigError
from tao_launcher.tasks import catalogue

DIGEST = 'sha256:' + '0' * 64
DIGEST_FORM = 'expected "sha256:" and 64 hex digits'
IMAGE_FORM = 'expected an image such as nvcr.io/nvidia/tao/tao-toolkit:6.0.0-pyt'
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
    ([], ['a list: expected an object {...}']), ('x', ['a string: expected an object {...}']),
    ({}, ['format_version: null: expected 1.0, 2.0 or 3.0']),
    ({'format_version': '4.0'}, ['format_version: "4.0": expected 1.0, 2.0 or 3.0']),
    ({'format_version': '3.0'}, ['task_group: null: expected an object {...}']),
    ({'format_version': '1.0', 'dockers': []}, ['dockers: a list: expected an object {...}']),
    ({'format_version': '1.0', 'dockers': {'a/b': {}}}, [
        'dockers["a/b"].docker_tag: null: expected a string', 'dockers["a/b"].docker_registry: null: expected a string',
        'dockers["a/b"].tasks: null: expected a list [...]',
    ]),
    ({'format_version': '1.0', 'dockers': {'a/b': 's3cr3t'}}, ['dockers["a/b"]: a string: expected an object {...}']),
    ({'format_version': '2.0', 'dockers': {'a': {'t': {'docker_registry': 1, 'tasks': ['x', 2, '']}}}}, [
        'dockers.a.t.docker_registry: 1: expected a string', 'dockers.a.t.tasks[1]: 2: expected a string',
        'dockers.a.t.tasks[2]: "": expected a string that is not empty',
    ]),
    ({'format_version': '3.0', 'task_group': {'m': 1, 'n': {'dockers': {'a': {'t': {
        'docker_registry': 'r', 'tasks': [], 'docker_digest': 'x'}}}}}}, [
        'task_group.m: a number: expected an object {...}', 'task_group.m.dockers: null: expected an object {...}',
        f'task_group.n.dockers.a.t.docker_digest: "x": {DIGEST_FORM}',
    ]),
])
def test_every_fault(document: object, lines: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        replaced(document)
    count = f'{len(lines)} problem{"s" if len(lines) > 1 else ""}'
    assert (error.value.what, list(error.value.why)) == (f'/c.json: {count}', lines)


def entry_of(image: str = 'a/b', tag: str = 't', registry: str = 'nvcr.io', **more: object) -> Any:
    """A catalogue with one image."""
    return {'format_version': '2.0', 'dockers': {image: {tag: {'docker_registry': registry, 'tasks': ['x'], **more}}}}


@pytest.mark.parametrize('digest', [
    'sha256:' + '0' * 63, 'sha256:' + '0' * 65, 'sha256:' + 'A' * 64, 'sha256:' + 'g' * 64, 'sha512:' + '0' * 64,
    '0' * 64, 'sha256:', '', f'{DIGEST} ',
])
def test_a_digest_is_sha256_and_64_hex_digits(digest: str) -> None:
    with pytest.raises(ConfigError) as error:
        replaced(entry_of(docker_digest=digest))
    shown = json_text.show(digest)
    assert (error.value.what, error.value.why) == (
        '/c.json: 1 problem', (f'dockers["a/b"].t.docker_digest: {shown}: {DIGEST_FORM}',),
    )


@pytest.mark.parametrize(('document', 'fault'), [
    (entry_of(registry='--privileged'), f'dockers["a/b"].t: "--privileged/a/b:t": {IMAGE_FORM}'),
    (entry_of(registry='--x', docker_digest=DIGEST),
        f'dockers["a/b"].t: "--x/a/b@sha256:{"0" * 34}… (81 characters): {IMAGE_FORM}'),
    (entry_of(registry='nvcr io'), f'dockers["a/b"].t: "nvcr io/a/b:t": {IMAGE_FORM}'),
    (entry_of(image='a b'), f'dockers["a b"].t: "nvcr.io/a b:t": {IMAGE_FORM}'),
    (entry_of(tag='t '), f'dockers["a/b"]["t "]: "nvcr.io/a/b:t ": {IMAGE_FORM}'),
    (entry_of(tag='t\n'), f'dockers["a/b"]["t\\n"]: "nvcr.io/a/b:t\\n": {IMAGE_FORM}'),
    (entry_of(image='a$(id)'), f'dockers["a$(id)"].t: "nvcr.io/a$(id):t": {IMAGE_FORM}'),
    (entry_of(registry='nvcr.io\n'),
        'dockers["a/b"].t.docker_registry: "nvcr.io\\n": line breaks are not allowed here'),
    ({'format_version': '1.0', 'dockers': {'a': {'docker_registry': '-v', 'docker_tag': 't', 'tasks': []}}},
        f'dockers.a: "-v/a:t": {IMAGE_FORM}'),
])
def test_an_image_is_read_as_that_of_the_option(document: object, fault: str) -> None:
    with pytest.raises(ConfigError) as error:
        replaced(document)
    assert (error.value.what, error.value.why) == ('/c.json: 1 problem', (fault,))
