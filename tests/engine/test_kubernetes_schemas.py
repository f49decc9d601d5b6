"""What a submission hands to Kubernetes is valid in several of its releases, by their own schemas."""
from __future__ import annotations

import json
from typing import TYPE_CHECKING

import kubernetes_validate
import pytest

if TYPE_CHECKING:
    from conftest import Docker, Program

FULL = {
    'Envs': [{'variable': 'A', 'value': '1'}, {'variable': 'API_KEY', 'value': 'x'}],
    'DockerOptions': {
        'shm_size': '1.5g', 'user': '4321:99', 'group_add': ['44'], 'ports': {'8888': 9999}, 'privileged': True,
        'network': 'host', 'ipc': 'host', 'workdir': '/data',
    },
}


@pytest.mark.parametrize('which', ['oldest', 'middle', 'newest'])
@pytest.mark.parametrize('file', [{}, FULL], ids=['plain', 'full'])
def test_manifests_are_valid(docker: Docker, tao: Program, which: str, file: dict[str, object]) -> None:
    versions = sorted(set(kubernetes_validate.utils.all_versions()), key=lambda text: [int(n) for n in text.split('.')])
    version = {'oldest': versions[0], 'middle': versions[len(versions) // 2], 'newest': versions[-1]}[which]
    mounts = [{'source': '/usr', 'destination': '/data', 'mode': 'ro'}] if file else []
    with open(f'{docker.env["HOME"]}/.tao_mounts.json', 'w') as written:
        json.dump({'Mounts': mounts, **file}, written)
    done = tao(
        '--quiet', 'submit', 'kubernetes', '--dry-run=json', '--nodes=2', '--pvc=claim:/scratch:ro',
        '--image_pull_secret=ngc', '--namespace=ml', 'dino', 'train',
    )
    assert (done.returncode, done.stderr) == (0, '')
    for item in json.loads(done.stdout)['items']:
        kubernetes_validate.validate(item, version, strict=True)
        with pytest.raises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate({**item, 'specs': {}}, version, strict=True)
