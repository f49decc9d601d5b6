"""What the history has of a real job: its container, its image's id and digest."""
from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from air_gap import Registry
    from conftest import Docker, Program

STAND_IN = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
pytestmark = pytest.mark.area('launch')


def entries(docker: Docker) -> list[dict[str, Any]]:
    path = Path(docker.env['HOME']) / '.local/state/tao/history.jsonl'
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.engine_dependent
def test_a_job(docker: Docker, tao: Program, registry: Registry) -> None:
    image = f'{registry.host}/tao/history:1'
    docker.run('tag', STAND_IN, image)
    docker.run('push', image)
    (facts,) = json.loads(docker.run('image', 'inspect', image).stdout)
    done = tao('--image', image, '--name', 'night', 'dino', 'run', 'sh', '-c', 'sleep 2.5; exit 3')
    docker.run('rmi', image)
    assert (done.returncode, done.stderr) == (3, '')
    start, end = entries(docker)
    (digest,) = (each for each in facts['RepoDigests'] if each.startswith(registry.host))
    assert (start['image'], end['image_id'], end['digests'][0]) == (image, facts['Id'], digest)
    assert (end['how'], end['code'], len(end['container'])) == ('job', 3, 64)
    assert 2 < end['seconds'] < 30


@pytest.mark.engine_dependent
def test_a_short_job_and_a_detached_one(docker: Docker, tao: Program) -> None:
    (facts,) = json.loads(docker.run('image', 'inspect', STAND_IN).stdout)
    assert tao('dino', 'run', 'true').returncode == 0
    assert entries(docker)[1]['image_id'] == facts['Id']
    container = tao('--detach', 'dino', 'run', 'sleep', '600').stdout.strip()
    docker.remove(container)
    end = entries(docker)[3]
    assert (end['how'], end['code'], end['container'], end['image_id']) == ('detached', None, container, facts['Id'])
