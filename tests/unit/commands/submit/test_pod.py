"""The parts of a pod: its sizes, its texts, its volumes and variables."""
from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kubernetes_submission import manifest
from strategies import texts

from tao_launcher.commands.submit import pod


def pod_of(*given: str) -> tuple[Any, Any]:
    """(the pod's specification, that of its container)."""
    spec = manifest(*given)['items'][-1]['spec']['template']['spec']
    (container,) = spec['containers']
    return spec, container


def variables(container: Any) -> dict[str, Any]:
    return {one['name']: one.get('value', one.get('valueFrom')) for one in container['env']}


@pytest.mark.parametrize('option', ['--volume=/a:/dev/shm', '--pvc=a:/dev/shm'])
def test_a_mount_stands_over_shared_memory(option: str) -> None:
    spec, container = pod_of('--shm_size=1G', option, 'dino', 'train')
    assert [mount['mountPath'] for mount in container['volumeMounts']] == ['/dev/shm']
    assert len(spec['volumes']) == 1 and 'emptyDir' not in spec['volumes'][0]


def test_no_gpus() -> None:
    _, container = pod_of('--gpus=none', 'dino', 'train')
    assert 'resources' not in container
    assert variables(container)['NVIDIA_VISIBLE_DEVICES'] == 'void'


def test_one_node_has_no_place_among_others() -> None:
    _, container = pod_of('--env=WORLD_SIZE=3', 'dino', 'train')
    assert variables(container) == {'WORLD_SIZE': '3'}
    _, container = pod_of('--nodes=2', '--gpus=none', '--env=WORLD_SIZE=3', 'dino', 'train')
    assert list(variables(container)) == [
        'NVIDIA_VISIBLE_DEVICES', 'WORLD_SIZE', 'NUM_GPU_PER_NODE', 'MASTER_ADDR', 'MASTER_PORT', 'NODE_RANK',
    ]
    assert variables(container)['NUM_GPU_PER_NODE'] == '0'


@pytest.mark.parametrize(('docker', 'kubernetes'), [
    ('16G', '16Gi'), ('512m', '512Mi'), ('1.5 GiB', '1610612736'), ('64MB', '64Mi'), ('1073741824', '1073741824'),
    ('2b', '2'), ('8kb', '8Ki'), ('1T', '1Ti'),
])
def test_sizes(docker: str, kubernetes: str) -> None:
    assert pod.quantity(docker) == kubernetes


def expanded(text: str) -> str:
    """What Kubernetes makes of a value, by its own rules: $$ is $, $(NAME) of an unknown name stays."""
    return re.sub(r'\$\$|\$\([^)]*\)', lambda found: '$' if found.group() == '$$' else '<expanded>', text)


@given(texts | st.text('$()AB', max_size=8))
def test_every_text_is_literal(text: str) -> None:
    assert expanded(pod.literal(text)) == text
