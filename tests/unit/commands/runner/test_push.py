"""What is looked at before and after a push."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from engine_answers import Engine
from support import MADE, tao

BASE = 'r.test:5000/a/b'
NEW, OTHER = ('sha256:' + letter * 64 for letter in 'bc')


def test_a_tag_that_someone_moves_before_the_push(buildable: Path, engine: Engine) -> None:
    engine.answers('image', json.dumps([{'Id': MADE}]))
    engine.answers('image.2', json.dumps([{'Id': OTHER}]))
    done = tao('build', '--push', program='tao_pt')
    assert (done.code, done.out) == (1, '')
    assert [call[1] for call in engine.calls] == ['buildx', 'image', 'tag', 'image', 'rmi']
    assert done.err.splitlines()[-1] == f'    the build made {MADE}, and something else moved its tag in the meantime'


def test_a_digest_that_is_named_twice(buildable: Path, engine: Engine) -> None:
    engine.answers('image', json.dumps([{'Id': MADE, 'RepoDigests': [f'{BASE}@{NEW}', f'{BASE}@{NEW}']}]))
    done = tao('build', '--push', program='tao_pt')
    assert (done.code, done.out) == (0, f'{BASE}@{NEW}\n')
    assert json.loads((buildable / 'docker/manifest.json').read_text())['digest'] == NEW


@pytest.mark.parametrize(('architecture', 'is_pushed'), [('arm64', True), ('', True), ('amd64', False)])
def test_an_image_of_another_platform_than_was_asked_for(
    buildable: Path, engine: Engine, architecture: str, is_pushed: bool,
) -> None:
    """A FROM may name one; the manifest would have it for the wrong machines."""
    digests = {'x86': OTHER, 'arm': OTHER}
    names = {'registry': 'r.test:5000', 'repository': 'a/b'}
    (buildable / 'docker/manifest.json').write_text(json.dumps({**names, 'digests': digests}))
    engine.answers('image', json.dumps([{'Id': MADE, 'Architecture': architecture, 'RepoDigests': [f'{BASE}@{NEW}']}]))
    done = tao('build', '--push', '--arm', program='tao_pt')
    arm = json.loads((buildable / 'docker/manifest.json').read_text())['digests']['arm']
    assert (done.code, arm) == ((0, NEW) if is_pushed else (1, OTHER))
    assert ('push' in [call[1] for call in engine.calls]) == is_pushed
    assert is_pushed or 'is an image for amd64, not for linux/arm64; nothing was pushed\n' in done.err
    (buildable / 'release/docker').mkdir(parents=True)
    (buildable / 'release/docker/Dockerfile').touch()
    engine.forget()
    done = tao('--platform', 'linux/arm64', 'release', '--push', '--tag', 'x', program='tao_pt')
    assert (done.code == 0, 'push' in [call[1] for call in engine.calls]) == (is_pushed, is_pushed)
