"""The documents of a registry, from the engine's own client."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from archives import classic, configuration, index, registry_manifest, sha
from image_answers import DINO, REPOSITORY, Engine, image
from support import tao

from tao_launcher.commands.images import bundle

A = configuration('a')
MANIFEST, ARM = registry_manifest(A), registry_manifest(configuration('a', 'arm64'))
WHOLE = index(MANIFEST, ARM)
BY_DIGEST = f'{REPOSITORY}@{sha(MANIFEST)}'
# `buildx imagetools inspect --raw REFERENCE` and `manifest inspect REFERENCE` answer with the file of that digest.
CLIENT = """
for last; do :; done
[ "$1" != {verb} ] || {{ exec cat "$folder/${{last#*@}}"; }}
"""


def answers(engine: Engine, verb: str, **documents: bytes) -> None:
    for digest, data in documents.items():
        (engine.folder / f'sha256:{digest}').write_bytes(data)
    script = engine.folder / 'docker'
    lines = script.read_text().splitlines(keepends=True)
    script.write_text(''.join((*lines[:3], CLIENT.format(verb=verb), *lines[3:])))


def save(engine: Engine, folder: Path, digest: str) -> list[bytes]:
    """The documents of a bundle of an image that has that digest."""
    engine.has(image(DINO, id=sha(A), digests=(f'{REPOSITORY}@{digest}',)))
    engine.answers('save')
    (engine.folder / 'save.out').write_bytes(classic({DINO: A}).data())
    assert tao('--quiet', 'bundle', 'save', str(folder), 'model/dino') == (0, '', '')
    (found,), _, _ = bundle.read_manifest((folder / 'manifest.json').read_bytes(), 'manifest.json')
    return bundle.documents(found)


def test_byte_for_byte(engine: Engine, tmp_path: Path) -> None:
    """An index with the manifest of this machine; another machine's is not asked for."""
    answers(engine, 'buildx', **{sha(data)[7:]: data for data in (WHOLE, MANIFEST, ARM)})
    assert save(engine, tmp_path / 'b', sha(WHOLE)) == [WHOLE, MANIFEST]
    asked = [call[1:] for call in engine.calls if call[1] in ('buildx', 'manifest')]
    assert asked == [
        ['buildx', 'imagetools', 'inspect', '--raw', f'{REPOSITORY}@{sha(data)}'] for data in (WHOLE, MANIFEST)
    ]


@pytest.mark.parametrize('indent', [2, 3])
def test_from_what_manifest_inspect_shows(engine: Engine, tmp_path: Path, indent: int) -> None:
    """Without buildx: the client shows other blanks than the document has."""
    engine.answers('buildx', '', 'docker: "buildx" is not a docker command.\n', 1)
    document = json.dumps(json.loads(MANIFEST), indent=indent).encode()
    answers(engine, 'manifest', **{sha(document)[7:]: json.dumps(json.loads(MANIFEST), indent='\t').encode() + b'\n'})
    assert save(engine, tmp_path / 'b', sha(document)) == [document]


def test_a_registry_that_has_something_else(engine: Engine, tmp_path: Path) -> None:
    answers(engine, 'buildx', **{sha(MANIFEST)[7:]: ARM})
    assert save(engine, tmp_path / 'b', sha(MANIFEST)) == []


def test_a_registry_that_is_not_there(engine: Engine, tmp_path: Path) -> None:
    for verb in ('buildx', 'manifest'):
        engine.answers(verb, '', 'no such host\n', 1)
    assert save(engine, tmp_path / 'b', sha(MANIFEST)) == []
