"""A launch whose image is not here, or is for another kind of machine."""
from __future__ import annotations

from typing import Any

import pytest

from tao_launcher.launch import image_refusals
from tao_launcher.launch.facts import FailureFacts

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
NONE = ('', '')
LOGIN = "docker login nvcr.io -u '$oauthtoken'"
ABSENT = f'{IMAGE} is not here and could not be pulled'


def facts(**known: Any) -> FailureFacts:
    return FailureFacts(**{'code': 125, 'engine': ('docker',), 'image': IMAGE, 'image_is_here': False, **known})


@pytest.mark.parametrize(('known', 'said'), [
    ({'image_is_here': True}, NONE),
    ({'image_is_here': None}, NONE),
    ({'is_logged_in': True}, (ABSENT, f'docker pull {IMAGE}')),
    ({'is_logged_in': None}, (ABSENT, f'docker pull {IMAGE}')),
    ({'is_logged_in': False}, (
        f'{ABSENT}; if docker said "unauthorized" or "denied": no login for nvcr.io is stored', LOGIN,
    )),
    ({'is_logged_in': False, 'image': 'own/image:1'}, (
        'own/image:1 is not here and could not be pulled', 'docker pull own/image:1',
    )),
    ({'is_logged_in': False, 'pull': 'never'}, (
        f'{IMAGE} is not here, and --pull never forbids fetching it', f'docker pull {IMAGE}',
    )),
    ({'image': f'sha256:{"a" * 64}', 'pull': 'never'}, (
        'the image that a bundle brought is no longer here (sha256:aaaaaaaaaaaa)', 'tao bundle load DIR',
    )),
    ({'image_is_here': True, 'pull': 'always'}, (
        f'{IMAGE} is here, but --pull always asks its registry', 'leave --pull always out',
    )),
    ({'image_is_here': True, 'pull': 'always', 'registry_said': ''}, NONE),
    ({'image_is_here': True, 'pull': 'always', 'code': 127, 'helper': 'docker-credential-x', 'names_helper': 'it'}, (
        f'{IMAGE} is here, but --pull always asks its registry: docker-credential-x, which it names to keep logins, is '
        'not on PATH', f'leave --pull always out, or install it, or remove it from that file and {LOGIN}',
    )),
    ({'platform': 'lin', 'platform_from': '--platform'}, (
        '--platform asks for lin, which is not a platform', 'OS/ARCHITECTURE, such as linux/amd64',
    )),
    # no network is no matter of logins
    ({'is_logged_in': False, 'registry_said': 'dial tcp: lookup nvcr.io: no such host'}, (
        f'{ABSENT}: nvcr.io cannot be reached from this machine',
        'the same command with a network, or tao bundle load DIR',
    )),
    ({'registry_said': 'dial tcp: i/o timeout', 'shares_network': None}, (
        f'{ABSENT}; if docker said "dial tcp", "timeout" or "no such host": '
        'nvcr.io cannot be reached from this machine',
        'the same command with a network, or tao bundle load DIR',
    )),
    ({'is_logged_in': False, 'registry_said': 'unauthorized'}, (
        f'{ABSENT}: nvcr.io requires a login, or the stored one has no access to this image', LOGIN,
    )),
    ({'registry_said': 'manifest unknown'}, (f'{ABSENT}: nvcr.io has no such image', '')),
    ({'registry_said': 'what nobody has heard of'}, (ABSENT, f'docker pull {IMAGE}')),
    ({'registry_said': '', 'registry_machines': ('linux/amd64',), 'engine_machine': 'arm64'}, (
        f'{ABSENT}: nvcr.io has this image only for linux/amd64', '',
    )),
    ({'registry_said': '', 'registry_machines': ('linux/amd64',), 'engine_machine': 'amd64',
      'platform': 'linux/arm64', 'environ': {'DOCKER_DEFAULT_PLATFORM': 'linux/arm64'}}, (
        f'{ABSENT}: nvcr.io has this image only for linux/amd64; DOCKER_DEFAULT_PLATFORM asks for linux/arm64',
        'unset DOCKER_DEFAULT_PLATFORM',
    )),
    ({'registry_said': '', 'registry_machines': ('linux/amd64',), 'engine_machine': 'amd64'}, (
        f'{IMAGE} is not here, but nvcr.io has it', f'docker pull {IMAGE}',
    )),
    # a developer's base image
    ({'build': 'tao_pt build --tag dev', 'registry_said': 'denied'}, (
        f'{ABSENT}: nvcr.io requires a login, or the stored one has no access to this image',
        f'{LOGIN}, or tao_pt build --tag dev',
    )),
    ({'build': 'tao_pt build', 'registry_said': 'manifest unknown'}, (
        f'{ABSENT}: nvcr.io has no such image', 'tao_pt build',
    )),
    ({'build': 'tao_pt build', 'image_is_here': True, 'pull': 'always'}, (
        f'{IMAGE} is here, but --pull always asks its registry', 'leave --pull always out',
    )),
])
def test_absent(known: dict[str, Any], said: tuple[str, str]) -> None:
    assert image_refusals.absent(facts(**known)) == said


LOW = {'disk_free': 21 << 20, 'disk': '/d'}


@pytest.mark.parametrize(('known', 'is_the_disk'), [
    ({}, True),
    ({'registry_said': ''}, True),
    ({'registry_said': 'what nobody has heard of'}, True),
    ({'is_logged_in': False}, True),
    ({'disk_free': 1 << 30}, False),
    ({'registry_said': 'manifest unknown'}, False),  # nothing was fetched
    ({'registry_said': 'unauthorized'}, False),
    ({'registry_said': 'dial tcp: i/o timeout', 'shares_network': None}, False),
    ({'pull': 'never'}, False),
    ({'image_is_here': None}, False),
    ({'image_is_here': True, 'pull': 'always'}, False),
])
def test_no_room_for_the_image(known: dict[str, Any], is_the_disk: bool) -> None:
    said = image_refusals.absent(facts(**{**LOW, **known}))
    full = (f'{ABSENT}; /d, where docker keeps images, has only 21 MB free', 'docker image prune')
    assert (said == full) is is_the_disk and ('free' in said[0]) is is_the_disk


HELPER = {'helper': 'docker-credential-desktop', 'names_helper': 'credsStore of /home/ann/.docker/config.json'}


@pytest.mark.parametrize('said', [
    None, 'unauthorized',
    'error getting credentials - err: exec: "docker-credential-desktop": executable file not found',
])
def test_a_credential_helper_that_is_not_there(said: str | None) -> None:
    assert image_refusals.absent(facts(**HELPER, registry_said=said)) == (
        f'{ABSENT}: docker-credential-desktop, which credsStore of /home/ann/.docker/config.json names to keep logins, '
        'is not on PATH', f'install it, or remove it from that file and {LOGIN}',
    )


@pytest.mark.parametrize('said', ['dial tcp: lookup nvcr.io: no such host', 'manifest unknown', ''])
def test_a_credential_helper_that_nobody_asked(said: str) -> None:
    """Older clients do without it; newer ones end with 127."""
    known = facts(**HELPER, registry_said=said)
    assert 'docker-credential' not in image_refusals.absent(known)[0]
    assert 'docker-credential' in image_refusals.absent(known._replace(code=127))[0]


@pytest.mark.parametrize(('known', 'said'), [
    ({'platform': 'linux/arm64/v8', 'platform_from': 'DOCKER_DEFAULT_PLATFORM', 'image_machine': 'amd64'}, (
        f'{IMAGE} is for amd64, and DOCKER_DEFAULT_PLATFORM asks for linux/arm64/v8', 'unset DOCKER_DEFAULT_PLATFORM',
    )),
    ({'platform': 'linux/arm64', 'platform_from': '--platform', 'image_machine': 'amd64'}, (
        f'{IMAGE} is for amd64, and --platform asks for linux/arm64', 'leave --platform out',
    )),
    ({'platform': 'linux/amd64', 'platform_from': '--platform', 'image_machine': 'amd64'}, NONE),
    ({'platform': 'amd64', 'platform_from': '--platform', 'image_machine': 'amd64'}, NONE),
    ({'platform': 'linux', 'platform_from': '--platform', 'image_machine': 'amd64'}, NONE),
    ({'platform': 'linux/arm64', 'platform_from': '--platform', 'image_machine': ''}, NONE),
])
def test_a_platform_that_it_is_not_for(known: dict[str, Any], said: tuple[str, str]) -> None:
    assert image_refusals.absent(facts(image_is_here=True, **known)) == said


@pytest.mark.parametrize(('known', 'said'), [
    ({'image_machine': 'arm64', 'engine_machine': 'amd64'}, (
        f'{IMAGE} is for arm64, and this machine is amd64', f'docker pull --platform linux/amd64 {IMAGE}',
    )),
    ({'image_machine': 'arm64', 'engine_machine': 'amd64', 'platform': 'linux/arm64',
      'platform_from': 'DOCKER_DEFAULT_PLATFORM'}, (
        f'{IMAGE} is for arm64, and this machine is amd64; DOCKER_DEFAULT_PLATFORM asks for linux/arm64',
        'unset DOCKER_DEFAULT_PLATFORM',
    )),
    ({'image_machine': 'amd64', 'engine_machine': 'amd64'}, NONE),
    ({'image_machine': '', 'engine_machine': 'amd64'}, NONE),
    ({'image_machine': 'arm64', 'engine_machine': ''}, NONE),
    ({'image_machine': 'arm64', 'engine_machine': 'amd64', 'emulates': True}, NONE),
])
def test_foreign(known: dict[str, Any], said: tuple[str, str]) -> None:
    assert image_refusals.foreign(facts(**known)) == said
