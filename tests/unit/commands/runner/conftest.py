"""A checkout of a backend, for the tests of its runner's verbs."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from runner_checkout import DIGEST, PROFILES


@pytest.fixture
def root(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of every backend, whose path has a blank; the user's name is known."""
    folder = tmp_path / 'my checkout'
    for name in ('docker', 'release/docker'):
        (folder / name).mkdir(parents=True)
        (folder / name / 'Dockerfile').touch()
    for profile in PROFILES.values():
        (folder / profile['package']).mkdir()
    (folder / 'docker' / 'manifest.json').write_text(
        json.dumps({'registry': 'nvcr.io', 'repository': 'a/b', 'digest': DIGEST}),
    )
    (home / '.local/state/tao').mkdir(parents=True)
    monkeypatch.setenv('USER', 'DOM\\jo doe')
    return folder
