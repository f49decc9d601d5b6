"""The manifest for Kubernetes: what of a plan it says and how, and what it cannot say."""
from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from kubernetes_submission import manifest, submit
from support import Result, tao, write_mounts

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'


def variables(container: Any) -> dict[str, Any]:
    return {one['name']: one.get('value', one.get('valueFrom')) for one in container['env']}


def test_job_and_service() -> None:
    document = manifest('--nodes=3', '--namespace=ml', 'dino', 'train', '-e', '/x', 'a b')
    assert (document['apiVersion'], document['kind']) == ('v1', 'List')
    service, job = document['items']
    assert [item['kind'] for item in manifest('dino', 'train')['items']] == ['Job']
    name = job['metadata']['name']
    digest = job['metadata']['labels']['tao.plan']
    assert name == f'tao-model-dino-train-{digest[:8]}'
    assert service == {
        'apiVersion': 'v1', 'kind': 'Service',
        'metadata': {'name': name, 'namespace': 'ml', 'labels': {'tao.job': 'model.dino.train', 'tao.plan': digest}},
        'spec': {'clusterIP': 'None', 'publishNotReadyAddresses': True, 'selector': {'job-name': name},
                 'ports': [{'name': 'master', 'port': 29500}]},
    }
    template = job['spec'].pop('template')
    assert job == {
        'apiVersion': 'batch/v1', 'kind': 'Job', 'metadata': service['metadata'],
        'spec': {'completionMode': 'Indexed', 'completions': 3, 'parallelism': 3, 'backoffLimit': 0},
    }
    (first,) = template['spec'].pop('initContainers')
    assert (first['name'], first['command'][-2]) == ('wait-for-rank-0', f'{name}-0.{name}')
    shown = {'kubectl.kubernetes.io/default-container': 'tao'}
    assert template == {'metadata': {'labels': job['metadata']['labels'], 'annotations': shown}, 'spec': {
        'restartPolicy': 'Never', 'subdomain': name, 'terminationGracePeriodSeconds': 30, 'shareProcessNamespace': True,
        'containers': [{
            'name': 'tao', 'image': IMAGE, 'imagePullPolicy': 'IfNotPresent',
            'args': ['dino', 'train', '-e', '/x', 'a b'],
            'env': [
                {'name': 'WORLD_SIZE', 'value': '3'}, {'name': 'NUM_GPU_PER_NODE', 'value': '1'},
                {'name': 'MASTER_ADDR', 'value': f'{name}-0.{name}'}, {'name': 'MASTER_PORT', 'value': '29500'},
                {'name': 'NODE_RANK', 'valueFrom': {'fieldRef': {
                    'fieldPath': "metadata.annotations['batch.kubernetes.io/job-completion-index']"}}},
            ],
            'resources': {'limits': {'nvidia.com/gpu': '1'}},
        }],
    }}


def test_equal_submissions_have_one_name() -> None:
    def name(*given: str) -> str:
        return str(manifest(*given)['items'][-1]['metadata']['name'])

    assert name('dino', 'train') == name('dino', 'train')
    others = [('--nodes=2', 'dino', 'train'), ('dino', 'train', 'x=1'), ('--pvc=a:/b', 'dino', 'train')]
    assert len({name('dino', 'train'), *(name(*given) for given in others)}) == 4
    assert name('--name=night', 'dino', 'train') == 'night'
    longest = name('--image=x', 'auto_label', 'run', 'x')
    assert re.fullmatch('[a-z]([a-z0-9-]*[a-z0-9])?', longest) and len(longest) <= 52


def test_docker_options(home: Path, tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    write_mounts(home, {
        'Mounts': [{'source': str(tmp_path), 'destination': '/data', 'mode': 'ro'},
                   {'source': str(tmp_path / 'file'), 'destination': '/file'},
                   {'source': '/only/on/the/nodes', 'destination': '/there'}],
        'Envs': [{'variable': 'A', 'value': '$(B) and $$ and $C'}, {'variable': 'API_KEY', 'value': 's3cr3t'}],
        'DockerOptions': {
            'shm_size': '16G', 'ulimits': {'stack': 1, 'memlock': -1}, 'user': '4321:99', 'group_add': ['44'],
            'ports': {'8888': 9999, '53/udp': 53}, 'privileged': True, 'network': 'host', 'ipc': 'host', 'init': False,
            'workdir': '/data',
        },
    })
    done = submit('--name=night', '--gpus_per_node=4', '--pull=always', '--stop-timeout=90',
                  '--pvc=scratch:/scratch:ro', '--image_pull_secret=ngc', 'dino', 'train', '$(HOME)')
    assert 's3cr3t' not in done.out + done.err
    spec = json.loads(done.out)['items'][-1]['spec']['template']['spec']
    (container,) = spec.pop('containers')
    assert spec == {
        'restartPolicy': 'Never', 'terminationGracePeriodSeconds': 90, 'hostNetwork': True,
        'dnsPolicy': 'ClusterFirstWithHostNet', 'hostIPC': True, 'imagePullSecrets': [{'name': 'ngc'}],
        'securityContext': {'runAsUser': 4321, 'runAsGroup': 99, 'supplementalGroups': [44]},
        'volumes': [
            {'name': 'mount-0', 'hostPath': {'path': str(tmp_path), 'type': 'Directory'}},
            {'name': 'mount-1', 'hostPath': {'path': f'{tmp_path}/file', 'type': 'File'}},
            {'name': 'mount-2', 'hostPath': {'path': '/only/on/the/nodes', 'type': 'Directory'}},
            {'name': 'mount-3', 'persistentVolumeClaim': {'claimName': 'scratch'}},
            {'name': 'shm', 'emptyDir': {'medium': 'Memory', 'sizeLimit': '16Gi'}},
        ],
    }
    found = variables(container)
    assert (found['A'], found['HOME'], found['USER']) == ('$$(B) and $$$$ and $$C', '/tmp', 'uid4321')
    assert found['API_KEY'] == {'secretKeyRef': {'name': 'night', 'key': 'API_KEY'}}
    del container['env']
    assert container == {
        'name': 'tao', 'image': IMAGE, 'imagePullPolicy': 'Always', 'args': ['dino', 'train', '$$(HOME)'],
        'resources': {'limits': {'nvidia.com/gpu': '4'}}, 'workingDir': '/data',
        'securityContext': {'privileged': True},
        'ports': [{'containerPort': 8888, 'protocol': 'TCP'}, {'containerPort': 53, 'protocol': 'UDP'}],
        'volumeMounts': [
            {'name': 'mount-0', 'mountPath': '/data', 'readOnly': True}, {'name': 'mount-1', 'mountPath': '/file'},
            {'name': 'mount-2', 'mountPath': '/there'}, {'name': 'mount-3', 'mountPath': '/scratch', 'readOnly': True},
            {'name': 'shm', 'mountPath': '/dev/shm'},
        ],
    }


def test_notices(home: Path) -> None:
    write_mounts(home, {
        'Mounts': [{'source': '/a', 'destination': '/data'}, {'source': '/b', 'destination': '/b'}],
        'Envs': [{'variable': 'API_KEY', 'value': 'x'}, {'variable': 'NODE_RANK', 'value': '0'}],
        'DockerOptions': {'ports': {'8888': 9999}, 'ulimits': {'stack': 1}},
    })
    done = submit('--nodes=2', '--pvc=claim:/data', '--namespace=ml', '--name=night', 'dino', 'train')
    assert done.err.splitlines() == [
        'tao: notice: NODE_RANK is left out: the cluster decides it',
        'tao: notice: ports are not published; kubectl -n ml port-forward job/night 9999:8888',
        'tao: notice: /dev/shm of a pod is 64 MB, too little for data loaders with workers: --shm_size 16G',
        'tao: notice: ulimits (stack) are not part of a pod: those of the nodes apply',
        'tao: notice: /a is left out: a claim is mounted at /data',
        "tao: notice: these are paths on the cluster's nodes, which are not checked here: /b",
        'tao: notice: the Secret night has to hold API_KEY; to make it, with API_KEY set in the shell:',
        'tao: notice: kubectl -n ml create secret generic night --from-file=API_KEY=<(printf %s "$API_KEY")',
    ]


def test_everything_that_a_pod_can_not_be_told(home: Path) -> None:
    path = write_mounts(home, {
        'Mounts': [{'source': '/data', 'destination': '/data', 'mode': 'ro,z'},
                   {'source': '/x', 'destination': '/a:b'}],
        'Envs': [{'variable': 'MASTER_PORT', 'value': 'any'}],
        'DockerOptions': {'network': 'ib', 'ipc': 'container:x', 'user': 'trainer', 'group_add': ['video'],
                          'extra_args': ['--cpus=8', '--hostname=secret']},
    })
    done = submit('--nodes=2', '--image=sha256:' + 'a' * 64, 'dino', 'train', os.fsdecode(b'x\xff'))
    assert (done.code, done.out) == (2, '')
    assert done.err.splitlines() == [
        'tao: error: 11 things that a pod cannot express',
        f'    DockerOptions.extra_args of {path}: --cpus: an option of docker run',
        f'    DockerOptions.extra_args of {path}: --hostname: an option of docker run',
        '    MASTER_PORT=any: expected a port',
        f'    DockerOptions.network of {path}: ib: expected host, or none for that of the cluster',
        f'    DockerOptions.ipc of {path}: container:x: expected host',
        '    an image by its id: a cluster pulls it by its name (--image REF)',
        "    'x\\xff': not UTF-8, which JSON needs",
        f'    Mounts[0] of {path}: mode ro,z: Kubernetes does not relabel',
        f'    Mounts[1] of {path}: /a:b: a path with ":" cannot be mounted',
        f'    DockerOptions.user of {path}: trainer: expected a number',
        f'    DockerOptions.group_add of {path}: video: expected a number',
    ]


@pytest.mark.parametrize(('given', 'said'), [
    (['--pvc=Data:/x', '--pvc=data', '--namespace=A', '--image_pull_secret=_', '--name=Night'], [
        '--pvc: "Data:/x": expected NAME:DEST or NAME:DEST:ro, NAME that of a persistent volume claim',
        '--pvc: "data": expected NAME:DEST or NAME:DEST:ro, NAME that of a persistent volume claim',
        '--namespace: "A": expected lower-case letters, digits and -',
        '--image_pull_secret: "_": expected the name of a Secret',
        '--name: "Night": expected up to 52 lower-case letters, digits and -, the first a letter',
    ]),
    (['--gpus=0,1'], ['--gpus 0,1: Kubernetes chooses the GPUs; say how many: --gpus_per_node 2']),
    (['--gpus_per_node=a100:4'], ['--gpus_per_node: "a100:4": expected a number up to 999']),
    (['--pvc=a:/d', '--pvc=b:/d/.', '--pvc=c:/e'], ['--pvc: /d: several claims for one destination']),
])
def test_options_that_are_wrong(given: list[str], said: list[str]) -> None:
    done = submit(*given, 'dino', 'train')
    first, *others = said
    assert done == Result(2, '', '\n'.join((
        f'tao: error: {first}', *(f'    {other}' for other in others), '    try: tao submit kubernetes --help', '',
    )))


def test_the_engine_of_this_machine_has_no_part_in_it() -> None:
    env = {'TAO_ENGINE': 'podman', 'DOCKER_HOST': 'ssh://far', 'SLURM_JOB_ID': '7', 'TAO_GPUS': 'count=2'}
    done = tao('submit', 'kubernetes', '--dry-run=json', '--run_as_user', '--ipc=host', 'dino', 'train', env=env)
    assert (done.code, done.err) == (0, '')
    spec = json.loads(done.out)['items'][-1]['spec']['template']['spec']
    assert spec['securityContext']['runAsUser'] == os.getuid()
    assert spec['containers'][0]['resources'] == {'limits': {'nvidia.com/gpu': '2'}}


def test_what_is_passed_by_name(home: Path) -> None:
    write_mounts(home, {'Envs': [{'variable': 'A', 'value': None}, {'variable': 'API_KEY', 'value': 's3cr3t'}]})
    done = tao('submit', 'kubernetes', '--dry-run=json', '--name=night', '--env=B', '--env=C', 'dino', 'train', env={
        'A': '1', 'B': '2',
    })
    assert 'tao: notice: C is not set here, so it is left out (--env)' in done.err.splitlines()
    found = variables(json.loads(done.out)['items'][-1]['spec']['template']['spec']['containers'][0])
    assert found == {name: {'secretKeyRef': {'name': 'night', 'key': name}} for name in ('A', 'API_KEY', 'B')}


@pytest.mark.parametrize(('given', 'said'), [
    ('--env=a.b', 'tao: error: 1 thing that a pod cannot express\n'
     '    --env: a.b: expected a name of letters, digits and _\n'),
    ('--env=X', 'tao: error: X: not UTF-8, which JSON needs\n'),
])
def test_what_cannot_be_passed_by_name(given: str, said: str) -> None:
    done = tao('-q', 'submit', 'kubernetes', given, '--dry-run', 'dino', 'train', env={'a.b': '1', 'X': '\udcff'})
    assert done == Result(2, '', said)


@pytest.mark.parametrize(('words', 'command', 'args'), [
    (['--entrypoint=/bin/sh', 'dino', 'run', '-c', 'id'], ['/bin/sh'], ['-c', 'id']),
    (['--entrypoint=', 'dino', 'train', '$(A)'], ['dino', 'train', '$$(A)'], None),
])
def test_entry_point(words: list[str], command: list[str], args: Any) -> None:
    container = manifest(*words)['items'][-1]['spec']['template']['spec']['containers'][0]
    assert (container['command'], container.get('args')) == (command, args)


@pytest.mark.parametrize(('platform', 'labels'), [
    ('linux/arm64/v8', {'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'arm64'}),
    ('x86_64', {'kubernetes.io/arch': 'amd64'}),
])
def test_platform_and_limits(platform: str, labels: dict[str, str]) -> None:
    document = manifest('--platform', platform, '--memory=64G', '--cpus=1.5', '--gpus=none', 'dino', 'train')
    pod = document['items'][-1]['spec']['template']['spec']
    assert pod['nodeSelector'] == labels
    limits = {'memory': '64Gi', 'cpu': '1.5'}
    assert pod['containers'][0]['resources'] == {'limits': limits, 'requests': limits}


@pytest.mark.parametrize(('options', 'is_said'), [
    ([], True), (['--shm_size=1G'], False), (['--ipc=host'], False), (['--volume=/x:/dev/shm'], False),
    (['--pvc=x:/dev/shm'], False),
])
def test_the_shared_memory_of_a_pod(options: list[str], is_said: bool) -> None:
    assert ('/dev/shm of a pod is 64 MB' in submit(*options, 'dino', 'train').err) == is_said


@pytest.mark.parametrize('form', [[], ['--dry-run'], ['--dry-run=json']])
@pytest.mark.parametrize('key', ['workdir', 'entrypoint'])
def test_a_path_that_is_not_utf8(key: str, form: list[str]) -> None:
    assert tao('submit', 'kubernetes', *form, f'--{key}=/a\udcff', 'dino', 'train') == Result(2, '', (
        f"tao: error: 1 thing that a pod cannot express\n    --{key}: '/a\\xff': not UTF-8, which JSON needs\n"
    ))
