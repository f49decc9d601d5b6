"""What the history has of a real job: its container, its image's id and digest."""
from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mini_checkouts import Mini

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


def test_again_with_the_variables_of_that_time(docker: Docker, tao: Program, tmp_path: Path) -> None:
    """They decide on which engine it runs, too."""
    for name in ('then', 'now'):
        (tmp_path / name).write_text(json.dumps({'Envs': [{'variable': 'SAYS', 'value': name}]}))
    then = {**docker.env, 'LAUNCHER_MOUNTS': f'{tmp_path}/then', 'TAO_GPUS': 'none'}
    others = {'TAO_ENGINE': 'podman', 'OVERRIDE_REGISTRY': 'a.test', 'DOCKER_DEFAULT_PLATFORM': 'linux/s390x'}
    now = {**docker.env, 'LAUNCHER_MOUNTS': f'{tmp_path}/now', **others}
    del now['DOCKER_HOST']
    done = tao('dino', 'run', 'sh', '-c', 'echo $SAYS $NVIDIA_VISIBLE_DEVICES', env=then)
    assert (done.returncode, done.stdout) == (0, 'then void\n')
    done = tao('again', entries(docker)[0]['id'], env=now)
    assert (done.returncode, done.stdout) == (0, 'then void\n')
    assert sorted(done.stderr.splitlines()) == sorted([
        *(f'tao: notice: {name} is {then[name]}, as it was' for name in ('DOCKER_HOST', 'LAUNCHER_MOUNTS', 'TAO_GPUS')),
        *(f'tao: notice: {name} is not set, as it was' for name in others),
    ])


def test_again_on_the_same_checkout(docker: Docker, tao: Program, tao_pt: Program, tmp_path: Path) -> None:
    """On the one that the variable named, whatever it names today, and whichever the folder is in."""
    named, other = (Mini(tmp_path / name, docker, 'a.test', STAND_IN).root for name in ('named', 'other'))
    (named / 'content.txt').write_text('two\n')
    then, now = ({**docker.env, 'NV_TAO_PYTORCH_TOP': str(root)} for root in (named, other))
    words = ['--image', STAND_IN, '--gpus', 'none', '--', 'cat', '/tao-pt/content.txt']
    assert tao_pt(*words, cwd=other, env=then).stdout == 'two\n'
    done = tao('again', entries(docker)[0]['id'], env=now)
    assert (done.returncode, done.stdout) == (0, 'two\n')
    assert done.stderr.startswith(
        f'tao: notice: in {other}, where it was launched\n'
        f'tao: notice: on {named}, where it was launched, whatever NV_TAO_PYTORCH_TOP is today\n'
    )
