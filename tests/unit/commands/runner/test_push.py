"""What is looked at before and after a push."""
from __future__ import annotations

import json
from pathlib import Path

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
