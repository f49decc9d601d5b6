"""Which images tasks need, and which an engine has, under whatever name."""
from __future__ import annotations

import json
from pathlib import Path

from image_answers import ID, OTHER, REPOSITORY, Engine, image
from support import tao


def test_the_whole_catalogue(engine: Engine) -> None:
    """Every task once, from the newest release that has it; every image once."""
    listed = json.loads(tao('images', '--format', 'json').out)
    assert len({entry['reference'] for entry in listed}) == len(listed)
    tasks = [task for entry in listed for task in entry['tasks']]
    assert len(set(tasks)) == len(tasks)
    assert {'model/dino', 'deploy/dino', 'dataset/annotations', 'model/speech_to_text'} <= set(tasks)


def test_podman(engine: Engine) -> None:
    """It leaves "sha256:" out of ids and writes its registries out."""
    engine.has(image('docker.io/a/nvidia/tao/tao-toolkit:7.1.0-pyt', id='a' * 64))
    (entry,) = json.loads(tao(
        '--engine', 'podman', '--registry', 'docker.io/a', 'images', 'model/dino', '--format', 'json',
    ).out)
    assert (entry['present'], entry['id']) == (True, ID)
    engine.has(image('a/nvidia/tao/tao-toolkit:7.1.0-pyt'))  # docker leaves its own out
    (entry,) = json.loads(tao('--registry', 'docker.io/a', 'images', 'model/dino', '--format', 'json').out)
    assert entry['present']


def test_an_image_that_a_bundle_brought(engine: Engine, home: Path) -> None:
    """Its digest is lost, its id is known."""
    entry = {'docker_registry': 'nvcr.io', 'tasks': ['dino'], 'docker_digest': OTHER}
    groups = {'model': {'dockers': {'nvidia/tao/tao-toolkit': {'1': entry}}}}
    (home / '.tao').mkdir()
    (home / '.tao/config.json').write_text(json.dumps({'format_version': 3.0, 'task_group': groups}))
    (home / '.local/state/tao').mkdir(parents=True)
    known = home / '.local/state/tao/images.json'
    by_digest = {f'{REPOSITORY}@{OTHER}': ID}
    known.write_text(json.dumps({**by_digest, 'proven': by_digest}))
    engine.has(image(f'{REPOSITORY}:bundle-1'))
    assert [entry['present'] for entry in json.loads(tao('images', '--format', 'json').out)] == [True]
    assert tao('pull', 'dino') == (0, '', 'tao: every image is here\n')
    tag = f'{REPOSITORY}:bundle-{"b" * 12}'
    assert tao('bundle', 'save', '--dry-run', 'b', 'dino').out == f'docker tag {ID} {tag}\ndocker save {tag}\n'
    # without a proof the registry's own is fetched, and from then on used
    known.write_text(json.dumps(by_digest))
    assert [entry['present'] for entry in json.loads(tao('images', '--format', 'json').out)] == [True]
    assert tao('--quiet', 'pull', 'dino') == (0, '', '')
    assert [call[1:] for call in engine.calls if call[1] == 'pull'] == [['pull', '--quiet', f'{REPOSITORY}@{OTHER}']]
    assert json.loads(known.read_text()) == {}
