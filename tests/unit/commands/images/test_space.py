"""Whether there is room for images where the engine keeps them."""
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from archives import classic, configuration, sha, write_bundle
from image_answers import DINO, Engine
from support import tao

from tao_launcher.commands.images import bundle

CONTAINERD = {'DockerRootDir': '/', 'DriverStatus': [['driver-type', 'io.containerd.snapshotter.v1']]}


@pytest.mark.parametrize(('info', 'needed'), [({'DockerRootDir': '/'}, '2200.0'), (CONTAINERD, '2900.0')])
def test_before_a_pull(engine: Engine, info: dict[str, Any], needed: str) -> None:
    engine.answers('manifest', json.dumps({'layers': [{'digest': 'sha256:1', 'size': 10 ** 15}]}))
    engine.answers('info', json.dumps(info))
    done = tao('--quiet', 'pull', 'model/dino')
    assert (done.code, done.out) == (1, '')
    assert done.err.startswith('tao: error: not enough room in /\n    ')
    assert done.err.endswith(
        f' free, about {needed} TB needed\n    try: docker image prune, or tao --no-check pull …\n'
    )
    assert not [call for call in engine.calls if call[1] == 'pull']
    assert tao('--quiet', '--no-check', 'pull', 'model/dino').code == 0


def test_before_a_load(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it does not fit it is not given to the engine."""
    config = configuration()
    archive = classic({DINO: config})
    image = bundle.Image(DINO, sha(config), sha(config), (), 1, '7.1.0', ())
    folder = write_bundle(tmp_path / 'bundle', archive.data(), image)
    engine.answers('info', json.dumps({'DockerRootDir': '/'}))
    free = os.statvfs('/')
    monkeypatch.setattr(os, 'statvfs', lambda path: os.statvfs_result((*free[:4], 1, *free[5:])))
    done = tao('--quiet', 'bundle', 'load', str(folder))
    assert (done.code, done.out) == (1, '')
    assert done.err.startswith('tao: error: not enough room in /\n    ')
    assert done.err.endswith(' needed\n    try: docker image prune, or tao --no-check bundle load …\n')
    assert not [call for call in engine.calls if call[1] == 'load']
    tao('--quiet', '--no-check', 'bundle', 'load', str(folder))
    assert [call for call in engine.calls if call[1] == 'load']
