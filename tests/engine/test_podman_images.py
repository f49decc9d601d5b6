"""Images with podman: pulled, carried in a bundle, and found again; what a registry refuses is said."""
from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import air_gap
import pytest
from conftest import Program

if TYPE_CHECKING:
    from air_gap import Registry
    from podman_host import Host, Podman

IMAGE = 'nvidia/tao/tao-toolkit:7.1.0-pyt'
pytest_plugins = ('podman_host',)
pytestmark = [pytest.mark.area('bundle'), pytest.mark.engine_dependent]


@pytest.fixture
def tao(podman: Podman) -> Program:
    """The launcher, with podman for its engine."""
    return Program('tao', podman)


@pytest.fixture
def registry(place: Host, podman: Podman, tmp_path: Path) -> Iterator[Registry]:
    """A registry near podman with the stand-in image, which podman itself has forgotten."""
    with air_gap.registry(tmp_path / 'registry', inside=place.inside) as found:
        reference = f'{found.host}/{IMAGE}'
        podman.run('tag', f'nvcr.io/{IMAGE}', reference)
        podman.run('push', reference)
        podman.run('rmi', reference)
        yield found
        podman.run('rmi', '--ignore', reference)


def test_pull_and_bundle(podman: Podman, tao: Program, registry: Registry, tmp_path: Path) -> None:
    mirror = ['--registry', registry.host]
    reference = f'{registry.host}/{IMAGE}'

    def here() -> tuple[bool, int]:
        (found,) = json.loads(tao('images', 'model/dino', '--format', 'json', *mirror).stdout)
        assert found['reference'] == reference
        return found['present'], len(found['digests'])

    assert here()[0] is False
    pulled = tao('pull', 'model/dino', *mirror)
    assert (pulled.returncode, pulled.stdout, pulled.stderr.splitlines()[-1]) == (0, '', f'tao: pulling {reference}')
    assert here()[0] is True
    assert tao('pull', 'model/dino', *mirror).stderr == 'tao: every image is here\n'
    done = tao(*mirror, '--pull', 'newer', 'dino', 'run', 'echo', 'out')
    assert (done.returncode, done.stdout) == (0, 'out\n')
    by_digest = json.loads(podman.run('image', 'inspect', reference).stdout)[0]['RepoDigests'][0]
    assert tao('--image', by_digest, '--pull', 'never', 'dino', 'run', 'echo', 'out').stdout == 'out\n'
    bundle = tmp_path / 'bundle'
    assert tao('bundle', 'save', bundle, 'model/dino', *mirror).returncode == 0
    assert subprocess.run(['sha256sum', '--check', '--quiet', 'SHA256SUMS'], cwd=bundle, check=False).returncode == 0
    podman.run('rmi', reference)
    registry.cut()
    assert here()[0] is False
    loaded = tao('bundle', 'load', bundle)
    assert (loaded.returncode, loaded.stdout) == (0, f'{reference}\n')
    assert here()[0] is True
    assert tao(*mirror, '--pull', 'never', 'dino', 'run', 'echo', 'out').stdout == 'out\n'


def test_two_images_in_a_bundle(podman: Podman, tao: Program, tmp_path: Path) -> None:
    """Podman takes the second for another tag of the first, if it is not told."""
    both = [f'nvcr.io/{IMAGE}', f'nvcr.io/{IMAGE}'.replace('-pyt', '-deploy')]
    podman.run('tag', *both)
    assert tao('bundle', 'save', tmp_path / 'bundle', 'dino').returncode == 0
    podman.run('rmi', both[1])
    loaded = tao('bundle', 'load', tmp_path / 'bundle')
    assert (loaded.returncode, sorted(loaded.stdout.split())) == (0, sorted(both))
    assert podman.run('rmi', both[1]).returncode == 0


@pytest.mark.area('pull')
def test_a_registry_that_wants_a_login(place: Host, tao: Program, tmp_path: Path) -> None:
    with air_gap.registry(tmp_path / 'closed', more=air_gap.CLOSED, inside=place.inside) as closed:
        reference = f'{closed.host}/{IMAGE}'
        pulled = tao('pull', 'model/dino', '--registry', closed.host)
        launched = tao('--registry', closed.host, '--quiet', 'dino', 'train')
    assert (pulled.returncode, pulled.stdout) == (125, '')
    assert f'tao: error: {reference} could not be pulled\n' in pulled.stderr
    assert pulled.stderr.endswith(f'    try: podman login {closed.host}\n')
    assert launched.returncode == 125
    assert launched.stderr.endswith(
        f'tao: error: {reference} is not here and could not be pulled: {closed.host} requires a login, or the stored '
        f'one has no access to this image\n    try: podman login {closed.host}\n'
    )
