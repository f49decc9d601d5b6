"""What a submission hands to Kubernetes is valid in several of its releases, by their own schemas."""
from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import kubernetes_validate
import pytest
from documents import DOCUMENTS

if TYPE_CHECKING:
    from conftest import Docker, Program

FULL = {
    'Envs': [{'variable': 'A', 'value': '1'}, {'variable': 'API_KEY', 'value': 'x'}],
    'DockerOptions': {
        'shm_size': '1.5g', 'user': '4321:99', 'group_add': ['44'], 'ports': {'8888': 9999}, 'privileged': True,
        'network': 'host', 'ipc': 'host', 'workdir': '/data',
    },
}

PATCH = {'spec': {'activeDeadlineSeconds': 60, 'template': {'spec': {
    'tolerations': [{'key': 'nvidia.com/gpu', 'operator': 'Exists'}], 'nodeSelector': {'gpu': 'h100'},
}}}}


@pytest.mark.parametrize('which', ['oldest', 'middle', 'newest'])
@pytest.mark.parametrize('file', [{}, FULL], ids=['plain', 'full'])
def test_manifests_are_valid(docker: Docker, tao: Program, which: str, file: dict[str, object]) -> None:
    versions = sorted(set(kubernetes_validate.utils.all_versions()), key=lambda text: [int(n) for n in text.split('.')])
    version = {'oldest': versions[0], 'middle': versions[len(versions) // 2], 'newest': versions[-1]}[which]
    mounts = [{'source': '/usr', 'destination': '/data', 'mode': 'ro'}] if file else []
    with open(f'{docker.env["HOME"]}/.tao_mounts.json', 'w') as written:
        json.dump({'Mounts': mounts, **file}, written)
    with open(f'{docker.env["HOME"]}/patch.json', 'w') as written:
        json.dump(PATCH if file else {}, written)
    limits = ['--memory=64G', '--cpus=8'] if file else []
    done = tao(
        '--quiet', 'submit', 'kubernetes', '--dry-run', '--nodes=2', '--pvc=claim:/scratch:ro', *limits,
        '--image_pull_secret=ngc', '--namespace=ml', '--patch=patch.json', 'dino', 'train',
    )
    assert (done.returncode, done.stderr) == (0, '')
    # a kubectl that shows what it would have read
    script = 'kubectl() { case " $* " in *" create "*) cat >>made; echo , >>made ;; esac; }\n' + done.stdout
    subprocess.run(['sh', '-c', script], env={**docker.env, 'API_KEY': 'x'}, cwd=docker.env['HOME'], check=True)
    with open(f'{docker.env["HOME"]}/made') as made:
        items = json.loads(f'[{made.read().rstrip(",").strip().rstrip(",")}]')
    assert [item['kind'] for item in items] == ['Service', *['Secret'] * bool(file), 'Job']
    for item in items:
        kubernetes_validate.validate(item, version, strict=True)
        with pytest.raises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate({**item, 'specs': {}}, version, strict=True)


def test_the_patches_of_the_guide_are_valid(docker: Docker, tao: Program) -> None:
    patches = re.findall(r"^\$ echo '(.*)' > (\w+\.json)$", DOCUMENTS['kubernetes'], re.MULTILINE)
    assert len(patches) == 3
    for text, name in patches:
        (Path(docker.env['HOME']) / name).write_text(text)
        done = tao('-q', 'submit', 'kubernetes', '--dry-run=json', f'--patch={name}', 'dino', 'train')
        (job,) = json.loads(done.stdout)['items']
        kubernetes_validate.validate(job, kubernetes_validate.utils.latest_version(), strict=True)
