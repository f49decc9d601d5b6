"""Bundles from one engine to another and back, by digest: their stores call the same image by different ids."""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Iterator, Sequence, Union

import air_gap
import pytest
from air_gap import BARE_PYTHON, OfflineHost, Registry
from conftest import ENGINE

if TYPE_CHECKING:
    from conftest import Docker, Program

TASKS = ('single', 'several')
PUBLISH = Path(__file__).with_name('publish_images.py')
pytestmark = [pytest.mark.area('bundle'), pytest.mark.engine_dependent]


@pytest.fixture
def references(registry: Registry, docker: Docker) -> dict[str, str]:
    """Task → its image by digest, which this engine has pulled; one of them is an index."""
    port = registry.host.rpartition(':')[2]
    published = air_gap.run(air_gap.near_registry(sys.executable, PUBLISH, port), docker.env)
    assert published.returncode == 0, published.stderr
    return {
        task: f'{registry.host}/tao/{task}@{digest}' for task, digest in zip(TASKS, published.stdout.split())
    }


def catalogue(home: Union[str, Path], references: dict[str, str]) -> None:
    images = {}
    for task, reference in references.items():
        host, _, rest = reference.partition('/')
        name, _, digest = rest.partition('@')
        images[name] = {'1': {'docker_registry': host, 'docker_digest': digest, 'tasks': [task]}}
    path = Path(home) / '.tao' / 'config.json'
    path.parent.mkdir(exist_ok=True)
    groups = {'model': {'dockers': images}}
    path.write_text(json.dumps({'format_version': 3.0, 'toolkit_version': '7.1.0', 'task_group': groups}))


# The machine's own engines are at hand in every run: each engine of the matrix meets a classic store and podman.
@pytest.fixture(params=['podman'] if ENGINE.name == 'docker-20' else ['podman', 'docker-20'])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OfflineHost]:
    """Another engine, without a network."""
    with air_gap.offline_host(tmp_path / 'other', machines_own=request.param == 'docker-20') as host:
        if request.param == 'podman':
            air_gap.use_podman(host)
            host.env['TAO_ENGINE'] = 'podman'
        yield host


def works(
    run: Callable[..., subprocess.CompletedProcess[str]], words: Sequence[Union[str, Path]], bundle: Path,
    references: dict[str, str],
) -> None:
    """Loaded, twice, the images are there, are listed, and run."""
    for _ in range(2):
        loaded = run(*words, 'bundle', 'load', bundle)
        assert sorted(loaded.stdout.split()) == sorted(references.values()), loaded.stderr
    listed = json.loads(run(*words, 'images', '--format', 'json').stdout)
    assert {image['reference']: image['present'] for image in listed} == dict.fromkeys(references.values(), True)
    for task in TASKS:
        done = run(*words, '--gpus', 'none', '--network', 'none', task, 'run', '/bin/sh', '-c', 'echo "$0"', task)
        assert done.stdout == f'{task}\n', done.stderr
    assert run(*words, '--quiet', '--dry-run', 'bundle', 'load', bundle).stdout == ''


def forget(docker: Docker, references: dict[str, str]) -> None:
    for reference in references.values():
        found = docker.run('images', '--quiet', '--no-trunc', reference.partition('@')[0]).stdout.split()
        if found:
            docker.run('rmi', '--force', *set(found))


def test_to_another_engine_and_back(
    docker: Docker, tao: Program, registry: Registry, references: dict[str, str], other: OfflineHost, tmp_path: Path,
) -> None:
    home, there, back = docker.env['HOME'], tmp_path / 'there', tmp_path / 'back'
    catalogue(home, references)
    catalogue(other.env['HOME'], references)
    for words in (['pull', *TASKS], ['bundle', 'save', there, *TASKS]):
        done = air_gap.run(air_gap.near_registry(tao.path, *words), docker.env)
        assert done.returncode == 0, done.stderr
    has_buildx = docker.run('buildx', 'version', check=False).returncode == 0
    # what docker pushed is known by its form; of an index an old client without buildx shows nothing
    unproven = f'{references["several"]}: unproven'
    assert (unproven in done.stderr) == (not has_buildx and not ENGINE.has_containerd_store)
    assert f'{references["single"]}: unproven' not in done.stderr
    registry.cut()

    program: list[Union[str, Path]] = [*BARE_PYTHON, there / 'tao.pyz']
    works(other.run, program, there, references)
    assert other.run(*program, 'bundle', 'save', back, *TASKS).returncode == 0

    def here(*words: Union[str, Path]) -> subprocess.CompletedProcess[str]:
        return air_gap.run(words, docker.env)

    forget(docker, references)
    try:
        works(here, [tao.path], back, references)
    finally:
        forget(docker, references)
