"""Why an image cannot be had, from what engines really say."""
from __future__ import annotations

from typing import Any

import pytest
from engine_messages import ENGINES, MESSAGES, Message

from tao_launcher.engine import pulls
from tao_launcher.engine.pulls import Wanted

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
DOCKERS = {engine for engine in ENGINES if engine.startswith('docker')}
# By the trouble that an engine was given: what it is told as, where that is not the same.
KINDS = {
    'no-tag': 'gone', 'no-repository': 'gone', 'unauthorized': 'login', 'denied': 'login', 'too-many': 'limit',
    'broken': 'broken', 'machine': 'machine', 'no network': 'network', 'refused': 'network',
    'certificate': 'certificate', 'plain': 'plain', 'no name': 'name', 'space': 'space',
}
PULLS = [one for one in MESSAGES if one.what.startswith('pull: ') and one.what[6:] in KINDS]
LOOKS = [one for one in MESSAGES if one.what.startswith('look: ') and one.what[6:] in KINDS]


def test_every_engine_was_asked_everything() -> None:
    for what in KINDS:
        asked = {one.engine for one in PULLS if one.what == f'pull: {what}'}
        assert asked == (DOCKERS if what == 'space' else ENGINES), what
    assert {one.engine for one in LOOKS} == ENGINES
    assert all(one.version for one in MESSAGES)


@pytest.mark.parametrize('message', PULLS, ids=lambda one: f'{one.engine}-{one.what[6:]}')
def test_a_pull(message: Message) -> None:
    assert message.code != 0
    assert pulls.trouble(message.text) == KINDS[message.what[6:]], message.text


@pytest.mark.parametrize('message', LOOKS, ids=lambda one: f'{one.engine}-{one.what[6:]}')
def test_a_look_at_the_registry(message: Message) -> None:
    """Since 26 docker says of a registry without TLS that the image is not there: no kind is named for that."""
    is_vague = message.what == 'look: plain' and message.text.startswith('no such manifest')
    assert message.code != 0
    assert pulls.trouble(message.text) == ('' if is_vague else KINDS[message.what[6:]]), message.text


@pytest.mark.parametrize('message', [one for one in MESSAGES if one.what == 'run: helper' and one.code == 127])
def test_a_helper_that_is_not_there(message: Message) -> None:
    assert pulls.trouble(message.text) == 'helper'


@pytest.mark.parametrize('message', [one for one in PULLS if one.what == 'pull: machine'], ids=lambda one: one.engine)
def test_the_platform_that_was_asked_for(message: Message) -> None:
    assert pulls.platform(message.text) in ('linux/amd64', 'linux/arm64')


@pytest.mark.parametrize(('text', 'kind'), [
    # what was reported, and not provoked
    ('no matching manifest for linux/arm64/v8 in the manifest list entries', 'machine'),
    ('unauthorized: <html><title>401 Authorization Required</title></html>', 'login'),
    ('pull access denied for nvcr.io/x, repository does not exist or may require \'docker login\': denied', 'login'),
    ('x509: certificate has expired or is not yet valid: current time 2019-01-01', 'expired'),
    ('proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused', 'proxy'),
    ('net/http: TLS handshake timeout', 'network'),
    ('Get "https://nvcr.io/v2/": context deadline exceeded (Client.Timeout while awaiting headers)', 'network'),
    ('Get "https://nvcr.io/v2/": dial tcp: lookup nvcr.io: Temporary failure in name resolution', 'network'),
    ('mkdir /var/lib/docker/tmp: permission denied', ''),
    ('no such manifest: nvcr.io/x:1', ''),
    ('', ''), ('what nobody has heard of', ''),
])
def test_other_words(text: str, kind: str) -> None:
    assert pulls.trouble(text) == kind


LOGIN = "docker login nvcr.io -u '$oauthtoken'"


@pytest.mark.parametrize(('kind', 'known', 'said'), [
    ('login', {}, ('nvcr.io requires a login, or the stored one has no access to this image', LOGIN)),
    ('login', {'engine': ('podman',), 'image': 'harbor.test:8443/p/x:1'}, (
        'harbor.test:8443 requires a login, or the stored one has no access to this image',
        'podman login harbor.test:8443',
    )),
    ('login', {'image': 'own/x:1'}, (
        'docker.io requires a login, or the stored one has no access to this image', 'docker login docker.io',
    )),
    ('limit', {}, ('nvcr.io allows no more pulls for now', f'{LOGIN}, or the same command again later')),
    ('gone', {}, ('nvcr.io has no such image', '')),
    ('expired', {}, (
        "the certificate of nvcr.io is out of date, or the clock of the engine's machine is wrong", 'date',
    )),
    ('certificate', {}, (
        'the engine does not trust the certificate of nvcr.io',
        'put the certificate of its issuer into /etc/docker/certs.d/nvcr.io/ca.crt',
    )),
    ('certificate', {'engine': ('podman',)}, (
        'the engine does not trust the certificate of nvcr.io',
        'put the certificate of its issuer into /etc/containers/certs.d/nvcr.io/ca.crt',
    )),
    ('plain', {}, (
        'nvcr.io does not speak TLS',
        '"insecure-registries": ["nvcr.io"] in /etc/docker/daemon.json, and restart the daemon',
    )),
    ('plain', {'engine': ('podman',)}, (
        'nvcr.io does not speak TLS', 'insecure = true for it in /etc/containers/registries.conf',
    )),
    ('space', {}, ('the disk is full where the engine keeps images', 'docker image prune')),
    ('proxy', {}, ('the proxy that the engine is told to use does not answer', 'docker info | grep -i proxy')),
    ('network', {}, ('the engine cannot reach nvcr.io', '')),
    ('machine', {}, ('nvcr.io does not have this image for linux/arm64/v8', '')),
    ('machine', {'machines': ('linux/amd64',)}, ('nvcr.io has this image only for linux/amd64', '')),
    ('machine', {'machines': ('linux/amd64',), 'environ': {'DOCKER_DEFAULT_PLATFORM': 'linux/arm64'}}, (
        'nvcr.io has this image only for linux/amd64; DOCKER_DEFAULT_PLATFORM asks for linux/arm64',
        'unset DOCKER_DEFAULT_PLATFORM',
    )),
    ('machine', {'engine': ('sudo', 'docker'), 'environ': {'DOCKER_DEFAULT_PLATFORM': 'linux/arm64'}}, (
        'nvcr.io does not have this image for linux/arm64/v8', '',
    )),
    ('helper', {}, ("the credential helper of the engine's configuration does not work", '')),
    ('helper', {'helper': 'docker-credential-x', 'names_helper': 'credsStore of /c'}, (
        'docker-credential-x, which credsStore of /c names to keep logins, is not on PATH',
        f'install it, or remove it from that file and {LOGIN}',
    )),
    ('broken', {}, ('', '')), ('name', {}, ('', '')), ('', {}, ('', '')),
])
def test_what_is_said(kind: str, known: dict[str, Any], said: tuple[str, str]) -> None:
    wanted = Wanted(**{'image': IMAGE, 'engine': ('docker',), **known})
    text = 'no matching manifest for linux/arm64/v8 in the manifest list entries'
    assert pulls.explained(kind, wanted, text) == said


def test_machines_of_an_index() -> None:
    index = {'manifests': [
        {'platform': {'os': 'linux', 'architecture': 'amd64'}}, {'platform': {'os': 'linux', 'architecture': 'arm64'}},
        {'platform': {'os': 'linux', 'architecture': 'arm64', 'variant': 'v8'}},
        {'platform': {'os': 'unknown', 'architecture': 'unknown'}}, {'platform': 7}, 7, {},
    ]}
    assert pulls.machines(index) == ('linux/amd64', 'linux/arm64')
    assert pulls.machines({'layers': []}) == pulls.machines(None) == ()
