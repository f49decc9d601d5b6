"""tao images: the images that tasks need, and which of them are here."""
from __future__ import annotations

import json

import jsonschema
import pytest
from image_answers import DINO, ID, OTHER, REPOSITORY, Engine, image
from support import SCHEMAS, tao

SCHEMA = SCHEMAS['images']


def test_table(engine: Engine) -> None:
    engine.has(image(DINO, digests=(f'{REPOSITORY}@{OTHER}',)))
    assert tao('images', 'dino') == (0, (
        'IMAGE                                        HERE  SIZE     ID            DIGEST        RELEASE  TASKS\n'
        f'{DINO}     yes   21.3 GB  aaaaaaaaaaaa  bbbbbbbbbbbb  7.1.0    model/dino\n'
        f'{REPOSITORY}:7.1.0-deploy  no                                         7.1.0    deploy/dino\n'
    ), '')
    assert engine.calls == [['docker', 'image', 'inspect', DINO, f'{REPOSITORY}:7.1.0-deploy']]


@pytest.mark.parametrize(('words', 'references', 'err'), [
    (['model/dino'], [DINO], ''),
    (['model/dino', 'model/segformer', 'dino'], [DINO, f'{REPOSITORY}:7.1.0-deploy'], ''),
    (['model/dino', '--release', '5.5.0'], [f'{REPOSITORY}:5.5.0-pyt'], ''),
    (['model/dino', '--registry', 'h:5000/p/'], ['h:5000/p/nvidia/tao/tao-toolkit:7.1.0-pyt'], ''),
    (['model/detectnet_v2'], [f'{REPOSITORY}:5.0.0-tf1.15.5'], (
        'tao: notice: model detectnet_v2 is not in release 7.1.0; it is taken from 6.26.3, the last that has it\n'
    )),
])
def test_json(engine: Engine, words: list[str], references: list[str], err: str) -> None:
    engine.has(image(DINO, digests=(f'{REPOSITORY}@{OTHER}',)))
    done = tao('images', '--format', 'json', *words)
    assert (done.code, done.err) == (0, err)
    listed = json.loads(done.out)
    jsonschema.Draft202012Validator(SCHEMA).validate(listed)
    assert [entry['reference'] for entry in listed] == references
    for entry in listed:
        found = entry['reference'] == DINO
        assert (entry['present'], entry['size'], entry['id'], entry['digests']) == (
            (True, 21_300_000_000, ID, [f'{REPOSITORY}@{OTHER}']) if found else (False, None, None, [])
        )
        assert list(entry) == ['reference', 'present', 'size', 'id', 'digests', 'release', 'tasks']
