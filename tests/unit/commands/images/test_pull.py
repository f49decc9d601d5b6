"""tao pull: what is said before, and when an image cannot be had."""
from __future__ import annotations

import json

import pytest
from image_answers import DINO, Engine
from support import tao


@pytest.mark.parametrize(('said', 'advice'), [
    ('Error response from daemon: unauthorized: <html><title>401 Authorization Required</title></html>',
     "docker login nvcr.io -u '$oauthtoken'"),
    ('Error response from daemon: pull access denied for nvcr.io/x, repository does not exist or may require '
     "'docker login': denied: requested access to the resource is denied", "docker login nvcr.io -u '$oauthtoken'"),
    ('error pulling image configuration: download failed after attempts=6: dial tcp: i/o timeout',
     'the same again: what was fetched is kept'),
    ('Error response from daemon: manifest for nvcr.io/x not found: manifest unknown: manifest unknown', ''),
    ('Error response from daemon: failed to resolve reference "nvcr.io/x": nvcr.io/x: not found', ''),
    ('failed to register layer: write /x: no space left on device', ''),
])
def test_pull_that_fails(engine: Engine, said: str, advice: str) -> None:
    engine.answers('pull', '', f'{said}\n', 1)
    done = tao('--quiet', 'pull', 'model/dino')
    tried = f'    try: {advice}\n' if advice else ''
    assert done == (125, '', f'tao: error: {DINO} could not be pulled\n    {said}\n{tried}')


def test_the_login_is_the_engines_and_the_registrys(engine: Engine) -> None:
    engine.answers('pull', '', 'unauthorized: authentication required\n', 125)
    done = tao('--quiet', '--engine', 'podman', '--registry', 'harbor.test:8443/p', 'pull', 'model/dino')
    assert done.err.endswith('\n    try: podman login harbor.test:8443\n')


MANIFEST = {'layers': [{'digest': 'sha256:1', 'size': 9_000_000_000}, {'digest': 'sha256:2', 'size': 500_000_000}]}


def test_pull_says_how_much(engine: Engine) -> None:
    engine.answers('manifest', json.dumps(MANIFEST))
    engine.answers('pull', f'{DINO}\n')
    done = tao('pull', 'model/dino')
    assert done == (0, '', f'tao: notice: 1 image to pull, 9.5 GB\ntao: pulling {DINO}\n')
    assert engine.calls[-1] == ['docker', 'pull', '--quiet', DINO]
    # never without verification to a registry that is not this machine's
    assert [call for call in engine.calls if call[1] == 'manifest'] == [
        ['docker', 'manifest', 'inspect', DINO], ['docker', 'manifest', 'inspect', '--verbose', DINO],
    ]


def test_pull_looks_at_the_disk_first(engine: Engine) -> None:
    engine.answers('manifest', json.dumps({'layers': [{'digest': 'sha256:1', 'size': 10 ** 15}]}))
    engine.answers('info', json.dumps({'DockerRootDir': '/'}))
    done = tao('--quiet', 'pull', 'model/dino')
    assert (done.code, done.out) == (1, '')
    assert done.err.startswith('tao: error: not enough room in /\n    ')
    assert done.err.endswith(
        ' free, about 2200.0 TB needed\n    try: docker image prune, or tao --no-check pull …\n'
    )
    assert not [call for call in engine.calls if call[1] == 'pull']
    assert tao('--quiet', '--no-check', 'pull', 'model/dino').code == 0


def test_all_asks_for_consent(engine: Engine) -> None:
    engine.answers('manifest', json.dumps(MANIFEST))
    done = tao('pull', '--all', '--release', '6.0.1')
    assert (done.code, done.out) == (1, '')
    assert done.err.splitlines()[-3:] == [
        'tao: notice: 3 images to pull, 9.5 GB', 'tao: error: not pulled', '    try: the same with --yes',
    ]
    assert not [call for call in engine.calls if call[1] == 'pull']
    assert tao('--quiet', 'pull', '--all', '--release', '6.0.1', '--yes') == (0, '', '')
    assert len([call for call in engine.calls if call[1] == 'pull']) == 3
