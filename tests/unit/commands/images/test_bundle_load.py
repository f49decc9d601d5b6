"""tao bundle load: what is loaded, found again under another id, and remembered."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from archives import LAYER, classic, configuration, registry_manifest, sha, write_bundle
from engine_messages import Message, of
from image_answers import DINO, OTHER, REPOSITORY, Engine, image
from support import tao

from tao_launcher.commands.images import bundle

A = configuration('a')
MANIFEST = registry_manifest(A)
BY_DIGEST = f'{REPOSITORY}@{sha(MANIFEST)}'
LASTING = f'{REPOSITORY}:bundle-{sha(MANIFEST)[7:19]}'


@pytest.fixture
def tagged(tmp_path: Path) -> str:
    made = bundle.Image(DINO, sha(A), sha(A), (), 1, '7.1.0', ())
    return str(write_bundle(tmp_path / 'tagged', classic({DINO: A}).data(), made))


@pytest.fixture
def by_digest(tmp_path: Path) -> str:
    made = bundle.Image(BY_DIGEST, sha(A), sha(A), (BY_DIGEST,), 1, '7.1.0', (), (bundle.packed(MANIFEST),))
    return str(write_bundle(tmp_path / 'by_digest', classic({LASTING: A}).data(), made))


@pytest.fixture
def remembered(home: Path) -> Path:
    path = home / '.local/state/tao/images.json'
    path.parent.mkdir(parents=True)
    return path


def made_of(command: str) -> dict[str, Any]:
    """What an engine tells of an image with that command."""
    return {'RootFS': {'Type': 'layers', 'Layers': [sha(LAYER)]}, 'Config': {'Cmd': [command], 'Env': [], 'User': ''}}


def verbs(engine: Engine) -> list[str]:
    return [call[1] for call in engine.calls]


@pytest.mark.parametrize(('out', 'why'), [
    (f'Error unpacking image {DINO}: failed to extract layer: write /x: no space left on device\n',
     '    the disk is full where the engine keeps images\n    try: docker image prune\n'),
    (f'Loaded image: {DINO}\nError unpacking image {DINO}: apply layer error\n', ''),
])
def test_a_load_that_ends_with_0_and_failed(engine: Engine, tagged: str, out: str, why: str) -> None:
    """Docker with containerd's image store."""
    engine.answers('load', out)
    done = tao('--quiet', 'bundle', 'load', tagged)
    said = ''.join(f'    {line}\n' for line in out.splitlines())
    assert done == (125, '', f'tao: error: the images could not be loaded\n{said}{why}')


@pytest.mark.parametrize('message', of('load: space'), ids=lambda one: one.engine)
def test_a_full_disk(engine: Engine, tagged: str, message: Message) -> None:
    """In the words of every engine that was asked to load one there."""
    engine.answers('load', '', message.text, 1)
    done = tao('--quiet', 'bundle', 'load', tagged)
    assert done.code == 125
    assert done.err.endswith('    the disk is full where the engine keeps images\n    try: docker image prune\n')


def test_an_image_under_another_id(engine: Engine, tagged: str) -> None:
    """A containerd store makes a manifest of its own of what classic docker saved."""
    engine.has({**image(DINO, id=OTHER), **made_of('a')})
    assert tao('--quiet', 'bundle', 'load', tagged) == (0, f'{DINO}\n', '')
    assert tao('--quiet', 'bundle', 'load', '--dry-run', tagged) == (0, '', '')
    assert 'load' not in verbs(engine) and 'tag' not in verbs(engine)


def test_another_image_under_its_tag(engine: Engine, tagged: str) -> None:
    engine.has({**image(DINO, id=OTHER), **made_of('b')})
    assert tao('--quiet', 'bundle', 'load', '--dry-run', tagged) == (0, 'docker load\n', '')
    assert tao('--quiet', 'bundle', 'load', tagged) == (1, '', f'tao: error: not there after loading\n    {DINO}\n')
    assert 'load' in verbs(engine)


def test_an_id_that_the_bundle_lies_about(engine: Engine, tmp_path: Path) -> None:
    """Another image of this host does not become the one of the bundle."""
    made = bundle.Image(DINO, OTHER, sha(A), (), 1, '7.1.0', ())
    folder = write_bundle(tmp_path / 'bundle', classic({DINO: A}).data(), made)
    engine.has({**image('a.test/other:1', id=OTHER), **made_of('b')})
    done = tao('--quiet', 'bundle', 'load', str(folder))
    assert done == (1, '', f'tao: error: not there after loading\n    {DINO}\n')
    assert 'load' in verbs(engine) and 'tag' not in verbs(engine)


def test_what_is_proven_is_remembered_so(engine: Engine, by_digest: str, remembered: Path) -> None:
    engine.has({**image(LASTING, id=OTHER), **made_of('a')})
    assert tao('--quiet', 'bundle', 'load', by_digest) == (0, f'{BY_DIGEST}\n', '')
    assert json.loads(remembered.read_text()) == {BY_DIGEST: OTHER, 'proven': {BY_DIGEST: OTHER}}


@pytest.mark.parametrize('is_here', [True, False])
def test_what_is_proven_stays_while_it_is_here(
    engine: Engine, tmp_path: Path, remembered: Path, is_here: bool,
) -> None:
    """A bundle without a proof replaces it only where this engine does not have it: it was another engine's."""
    made = bundle.Image(BY_DIGEST, sha(A), sha(A), (BY_DIGEST,), 1, '7.1.0', ())
    folder = write_bundle(tmp_path / 'bundle', classic({LASTING: A}).data(), made)
    proven = {BY_DIGEST: OTHER, 'proven': {BY_DIGEST: OTHER}}
    remembered.write_text(json.dumps(proven))
    ours = {**image(LASTING, id=sha(A)), **made_of('a')}
    engine.has(ours, *([image(id=OTHER)] if is_here else []))
    assert tao('--quiet', 'bundle', 'load', str(folder)).code == 0
    assert json.loads(remembered.read_text()) == (proven if is_here else {BY_DIGEST: sha(A)})


def test_an_engine_that_knows_the_digest(engine: Engine, by_digest: str, remembered: Path) -> None:
    """Then nothing else is believed."""
    remembered.write_text(json.dumps({BY_DIGEST: OTHER, 'other@sha256:1': OTHER}))
    engine.has({**image(LASTING, id=sha(MANIFEST), digests=(BY_DIGEST,)), **made_of('a')})
    assert tao('--quiet', 'bundle', 'load', by_digest).code == 0
    assert json.loads(remembered.read_text()) == {'other@sha256:1': OTHER}


def test_an_engine_that_has_another_image_of_the_digest(engine: Engine, by_digest: str, remembered: Path) -> None:
    engine.has(
        {**image(LASTING, id=sha(A)), **made_of('a')}, {**image(id=OTHER, digests=(BY_DIGEST,)), **made_of('b')},
    )
    done = tao('bundle', 'load', by_digest)
    assert (done.code, done.out) == (0, f'{BY_DIGEST}\n')
    assert f'tao: notice: {BY_DIGEST}: the engine has another image of this digest, which is used\n' in done.err
    assert not remembered.exists()
