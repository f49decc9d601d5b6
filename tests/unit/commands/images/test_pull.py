"""tao pull: what is said before, and when an image cannot be had."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from image_answers import DINO, Engine
from support import tao

LOGIN = 'nvcr.io requires a login, or the stored one has no access to this image'
AGAIN = 'the same command again: what was fetched is kept'


@pytest.mark.parametrize(('said', 'why', 'advice'), [
    ('Error response from daemon: unauthorized: <html><title>401 Authorization Required</title></html>',
     LOGIN, "docker login nvcr.io -u '$oauthtoken'"),
    ('Error response from daemon: pull access denied for nvcr.io/x, repository does not exist or may require '
     "'docker login': denied: requested access to the resource is denied", LOGIN,
     "docker login nvcr.io -u '$oauthtoken'"),
    ('error pulling image configuration: download failed after attempts=6: dial tcp: i/o timeout',
     'the engine cannot reach nvcr.io', 'the same command again, or tao bundle load DIR where there is no network'),
    ('Error response from daemon: manifest for nvcr.io/x not found: manifest unknown: manifest unknown',
     'nvcr.io has no such image', ''),
    ('Error response from daemon: failed to resolve reference "nvcr.io/x": nvcr.io/x: not found',
     'nvcr.io has no such image', ''),
    ('failed to register layer: write /x: no space left on device',
     'the disk is full where the engine keeps images', 'docker image prune'),
    ('toomanyrequests: You have reached your pull rate limit', 'nvcr.io allows no more pulls for now',
     "docker login nvcr.io -u '$oauthtoken', or the same command again later"),
    ('tls: failed to verify certificate: x509: certificate signed by unknown authority',
     'the engine does not trust the certificate of nvcr.io',
     'put the certificate of its issuer into /etc/docker/certs.d/nvcr.io/ca.crt'),
    ('no matching manifest for linux/arm64/v8 in the manifest list entries',
     'nvcr.io does not have this image for linux/arm64/v8', ''),
    ('received unexpected HTTP status: 503 Service Unavailable', '', AGAIN),
    ('what nobody has heard of', '', AGAIN),
    ('invalid reference format', '', ''),
])
def test_pull_that_fails(engine: Engine, said: str, why: str, advice: str) -> None:
    engine.answers('pull', '', f'{said}\n', 1)
    done = tao('--quiet', 'pull', 'model/dino')
    reason = f'    {why}\n' if why else ''
    tried = f'    try: {advice}\n' if advice else ''
    assert done == (125, '', f'tao: error: {DINO} could not be pulled\n    {said}\n{reason}{tried}')


INDEX = {'manifests': [
    {'platform': {'os': 'linux', 'architecture': 'amd64'}}, {'platform': {'os': 'unknown', 'architecture': 'unknown'}},
]}
ONLY = 'nvcr.io has this image only for linux/amd64'


def test_an_image_of_another_machine(engine: Engine) -> None:
    """The same again would end alike; what it is for is in the registry's index."""
    error = 'no matching manifest for linux/arm64/v8 in the manifest list entries'
    engine.answers('manifest', json.dumps(INDEX))
    engine.answers('pull', '', f'{error}\n', 1)
    done = tao('--quiet', 'pull', 'model/dino')
    assert done == (125, '', f'tao: error: {DINO} could not be pulled\n    {error}\n    {ONLY}\n')


def test_a_machine_that_nobody_looked_for_before(engine: Engine) -> None:
    """What asked for another machine is named after a pull too, where --no-check had nobody look before it."""
    error = 'no matching manifest for linux/arm64/v8 in the manifest list entries'
    engine.answers('manifest', json.dumps(INDEX))
    engine.answers('pull', '', f'{error}\n', 1)
    done = tao('--quiet', '--no-check', 'pull', 'model/dino', env={'DOCKER_DEFAULT_PLATFORM': 'linux/arm64'})
    assert done == (125, '', (
        f'tao: error: {DINO} could not be pulled\n    {error}\n'
        f'    {ONLY}; DOCKER_DEFAULT_PLATFORM asks for linux/arm64\n    try: unset DOCKER_DEFAULT_PLATFORM\n'
    ))


def test_a_credential_helper_that_is_not_there(engine: Engine, home: Path) -> None:
    """Older clients pull without a login then, and are refused; newer ones say so."""
    (home / '.docker').mkdir()
    (home / '.docker' / 'config.json').write_text('{"credsStore": "nosuch"}')
    for said in (
        'Error response from daemon: unauthorized',
        'error getting credentials - err: exec: "docker-credential-nosuch": executable file not found in $PATH',
    ):
        engine.answers('pull', '', f'{said}\n', 1)
        done = tao('--quiet', 'pull', 'model/dino')
        assert done == (125, '', (
            f'tao: error: {DINO} could not be pulled\n    {said}\n'
            f'    docker-credential-nosuch, which credsStore of {home}/.docker/config.json names to keep logins, is '
            'not on PATH\n'
            "    try: install it, or remove it from that file and docker login nvcr.io -u '$oauthtoken'\n"
        ))


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
        'tao: notice: 3 images to pull, 9.5 GB', 'tao: error: not pulled', '    try: the same command with --yes',
    ]
    assert not [call for call in engine.calls if call[1] == 'pull']
    assert tao('--quiet', 'pull', '--all', '--release', '6.0.1', '--yes') == (0, '', '')
    assert len([call for call in engine.calls if call[1] == 'pull']) == 3
