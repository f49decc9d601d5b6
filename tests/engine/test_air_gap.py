"""The way of an image to a host without a network, from start to end, with real registries and engines."""
from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import air_gap
import pytest
from air_gap import BARE_PYTHON, OfflineHost, Registry
from conftest import ENGINE

if TYPE_CHECKING:
    from conftest import Docker, Program

NAME, TAG = 'nvidia/tao/tao-toolkit', '7.1.0-pyt'  # what the catalogue has for model/dino
TAGGED = f'{NAME}:{TAG}'
pytestmark = pytest.mark.area('bundle')


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[OfflineHost]:
    with air_gap.offline_host(tmp_path / 'offline') as found:
        yield found


def forget(docker: Docker, by_digest: str) -> None:
    """Remove an image that was saved by digest, and so has a tag as well."""
    for name in (f'{by_digest.partition("@")[0]}:bundle-{by_digest.rpartition(":")[2][:12]}', by_digest):
        docker.run('rmi', name, check=False)  # the one may go with the other


@pytest.mark.engine_dependent
def test_from_a_registry_to_a_host_without_a_network(
    docker: Docker, tao: Program, registry: Registry, offline: OfflineHost, tmp_path: Path,
) -> None:
    by_digest = air_gap.publish(docker, TAGGED, registry)
    by_tag = f'{registry.host}/{TAGGED}'
    mirror = ['--registry', registry.host]
    tagged, digested = tmp_path / 'tagged', tmp_path / 'digested'

    # The connected host does not have the image, and fetches it: by tag …
    (found,) = json.loads(tao('images', 'model/dino', '--format=json', *mirror).stdout)
    assert (found['reference'], found['present']) == (by_tag, False)
    pulled = air_gap.run(air_gap.near_registry(tao.path, 'pull', 'model/dino', *mirror), docker.env)
    assert (pulled.returncode, pulled.stdout) == (0, '')
    (found,) = json.loads(tao('images', 'model/dino', '--format=json', *mirror).stdout)
    assert (found['reference'], found['present'], by_digest in found['digests']) == (by_tag, True, True)
    assert tao('bundle', 'save', tagged, 'model/dino', *mirror).returncode == 0
    # … and by digest, because its catalogue names one.
    docker.run('rmi', by_tag)
    assert air_gap.use_catalogue(docker.env['HOME'], NAME, TAG, by_digest.partition('@')[2]) == by_digest
    assert tao('pull', 'dino').returncode == 0
    assert docker.run('run', '--rm', by_digest, 'dino').stdout == 'argv[0]=<dino>\n'
    saved = air_gap.run(air_gap.near_registry(tao.path, 'bundle', 'save', digested, 'dino'), docker.env)
    assert (saved.returncode, 'unproven' in saved.stderr) == (0, False)
    forget(docker, by_digest)

    # The bundles cross the gap: from here on there is no registry, and no package for the python there.
    registry.cut()
    for bundle in (tagged, digested):
        assert offline.run('sh', '-c', f'cd {bundle} && sha256sum --check --quiet SHA256SUMS').stdout == ''
    program = [*BARE_PYTHON, f'{tagged}/tao.pyz']
    missing = offline.run(*program, *mirror, '--gpus', 'none', 'dino', 'train', check=False)
    assert (missing.returncode, missing.stdout) == (125, '')

    # Loaded, the image runs by tag, with its tag as it was …
    assert offline.run(*program, 'bundle', 'verify', tagged).stdout == f'{tagged}: good, 1 image\n'
    assert offline.run(*program, 'bundle', 'load', tagged).stdout == f'{by_tag}\n'
    assert offline.images() == [by_tag]
    done = offline.run(*program, *mirror, '--gpus', 'none', 'dino', 'train', 'a b', '$HOME')
    assert (done.stdout, done.stderr) == ('argv[0]=<dino>\nargv[1]=<train>\nargv[2]=<a b>\nargv[3]=<$HOME>\n', '')
    done = offline.run(*program, *mirror, '--gpus', 'none', 'dino', 'run', 'sh', '-c', 'exit 42', check=False)
    assert done.returncode == 42
    # … and by digest, which docker itself has lost, unless its store is containerd's.
    is_known = offline.run('docker', 'image', 'inspect', by_digest, check=False).returncode == 0
    assert is_known == ENGINE.has_containerd_store
    program = [*BARE_PYTHON, f'{digested}/tao.pyz', '--gpus', 'none']
    air_gap.use_catalogue(offline.env['HOME'], NAME, TAG, by_digest.partition('@')[2])
    offline.forget()
    assert offline.run(*program, 'bundle', 'load', digested).stdout == f'{by_digest}\n'
    done = offline.run(*program, 'dino', 'train')
    assert done.stdout == 'argv[0]=<dino>\nargv[1]=<train>\n'
    notice = f'tao: notice: {by_digest} came with a bundle: used by its id, and not pulled (--pull always would)\n'
    (image,) = set(offline.run('docker', 'images', '--quiet', '--no-trunc').stdout.split())
    if is_known:
        notice, image = '', by_digest
    assert done.stderr == notice
    printed = offline.run(*program, '--dry-run', 'dino', 'train')
    assert printed.stderr == notice
    assert (' --pull never ' in printed.stdout) != is_known and f' {image} dino train\n' in printed.stdout
    assert offline.run('sh', '-c', printed.stdout).stdout == done.stdout


def test_all_programs_come_with_the_bundle(docker: Docker, tao: Program, tmp_path: Path) -> None:
    """tao.pyz is every program: it goes by the name that it is called by."""
    assert tao('bundle', 'save', tmp_path / 'bundle', 'model/dino').returncode == 0
    for name in ('tao', 'tao_pt', 'tao_tf', 'tao_tf2', 'tao_deploy', 'tao_ds'):
        link = tmp_path / name
        link.symlink_to(tmp_path / 'bundle' / 'tao.pyz')
        said = subprocess.run([*BARE_PYTHON, link, '--version'], stdout=subprocess.PIPE, encoding='utf-8', check=True)
        assert said.stdout.split()[0] == name
    # a bundle that it saves carries the same file
    again: list[str | Path] = [*BARE_PYTHON, tmp_path / 'tao', 'bundle', 'save', tmp_path / 'again', 'model/dino']
    assert air_gap.run(again, docker.env).returncode == 0
    assert (tmp_path / 'again' / 'tao.pyz').read_bytes() == (tmp_path / 'bundle' / 'tao.pyz').read_bytes()


@pytest.fixture
def podman(offline: OfflineHost) -> OfflineHost:
    """The offline host with podman for an engine."""
    air_gap.use_podman(offline)
    return offline


def test_podman_loads_what_docker_saved(
    docker: Docker, tao: Program, registry: Registry, podman: OfflineHost, tmp_path: Path,
) -> None:
    """By tag, and by a digest that was known where the bundle was made."""
    by_digest = air_gap.publish(docker, TAGGED, registry)
    air_gap.use_catalogue(docker.env['HOME'], NAME, TAG, by_digest.partition('@')[2])
    assert tao('pull', 'dino').returncode == 0
    registry.cut()
    bundle = tmp_path / 'bundle'
    assert tao('bundle', 'save', bundle, 'dino').returncode == 0
    forget(docker, by_digest)

    program = [*BARE_PYTHON, f'{bundle}/tao.pyz', '--engine', 'podman', '--gpus', 'none']
    air_gap.use_catalogue(podman.env['HOME'], NAME, TAG, by_digest.partition('@')[2])
    for _ in range(2):
        assert podman.run(*program, 'bundle', 'load', bundle).stdout == f'{by_digest}\n'
    assert [image['present'] for image in json.loads(podman.run(*program, 'images', '--format=json').stdout)] == [True]
    done = podman.run(*program, 'dino', 'train', 'a b')
    assert done.stdout == 'argv[0]=<dino>\nargv[1]=<train>\nargv[2]=<a b>\n'
    kept = f'{by_digest.partition("@")[0]}:bundle-{by_digest.rpartition(":")[2][:12]}'
    assert podman.run(*program, '--image', kept, 'dino').returncode == 0
