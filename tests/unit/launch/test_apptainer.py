"""From a plan to a command of Apptainer: its words, its environment, and where each comes from."""
from __future__ import annotations

import shlex
from typing import Any

import pytest
from plans import launch

from tao_launcher.base.errors import ConfigError, UsageError
from tao_launcher.launch import apptainer, argv
from tao_launcher.launch.plan import Plan
from tao_launcher.settings.values import Mount

CONTAINED = '--cleanenv --contain --pid --ipc --no-eval --writable-tmpfs'
EXEC = f'apptainer exec --nv {CONTAINED}'
DINO = 'docker://nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
DIGEST = 'sha256:' + 'a' * 64


def planned(words: str, engine: str = 'apptainer', **given: Any) -> Plan:
    return launch('--engine', engine, *shlex.split(words), **given).plan


def line(words: str, **given: Any) -> str:
    return shlex.join(argv.words(apptainer.lines(planned(words, **given))))


@pytest.mark.parametrize(('words', 'printed'), [
    ('dino train -e x', f'{EXEC} {DINO} dino train -e x'), ('dino', f'{EXEC} {DINO} /bin/bash'),
    ('dino run a b', f'{EXEC} {DINO} a b'), ('--entrypoint /e dino train', f'{EXEC} {DINO} /e dino train'),
    ('--entrypoint= dino', f'{EXEC} {DINO} /bin/bash'),
    ('--gpus none dino', f'env APPTAINERENV_CUDA_VISIBLE_DEVICES= apptainer exec {CONTAINED} {DINO} /bin/bash'),
    ('--gpus 1,0 dino', 'env APPTAINERENV_CUDA_VISIBLE_DEVICES=1,0 APPTAINERENV_CUDA_DEVICE_ORDER=PCI_BUS_ID '
     f'{EXEC} {DINO} /bin/bash'),
    ('--env A=1 --env B= dino', f'env APPTAINERENV_A=1 APPTAINERENV_B= {EXEC} {DINO} /bin/bash'),
    ("--env 'A=$X\"`, ' dino", f"env 'APPTAINERENV_A=$X\"`, ' {EXEC} {DINO} /bin/bash"),
    ('--env HOME=/x --env a.b=2 --env A=1 dino train',
     f'env APPTAINERENV_A=1 {EXEC} {DINO} env HOME=/x a.b=2 dino train'),
    ('--env HOME=/x dino run a=b c', f"{EXEC} {DINO} env HOME=/x sh -c 'exec \"$0\" \"$@\"' a=b c"),
    ('--env HOME_=/x dino run a=b c', f'env APPTAINERENV_HOME_=/x {EXEC} {DINO} a=b c'),
    ('--workdir /w --hostname h --memory 8G --cpus 2 dino',
     f'{EXEC} --pwd /w --hostname h --memory 8G --cpus 2 {DINO} /bin/bash'),
    ('--ipc host dino', f'{EXEC} {DINO} /bin/bash'.replace(' --ipc', '')),
    ('--volume /a:/b:ro --volume /c dino', f'{EXEC} --bind /a:/b:ro --bind /c:/c {DINO} /bin/bash'),
    ('--image /shared/tao.sif dino', f'{EXEC} /shared/tao.sif /bin/bash'),
    ('--image oras://a/b:c dino', f'{EXEC} oras://a/b:c /bin/bash'),
    (f'--image a.b/c@{DIGEST} dino', f'{EXEC} docker://a.b/c@{DIGEST} /bin/bash'),
    ('--registry h:5000 --tag t dino', f'{EXEC} docker://h:5000/nvidia/tao/tao-toolkit:t /bin/bash'),
])
def test_lines(words: str, printed: str) -> None:
    assert line(words) == printed


def test_singularity() -> None:
    made = planned('--env A=1 --gpus none dino run x', 'nice singularity --debug')
    assert shlex.join(argv.words(apptainer.lines(made))) == (
        'env SINGULARITYENV_CUDA_VISIBLE_DEVICES= SINGULARITYENV_A=1 nice singularity --debug exec '
        f'{CONTAINED} {DINO} x'
    )


def test_an_init_process_can_be_left_out() -> None:
    words = line('dino', file={'DockerOptions': {'init': False}})
    assert words == f'{EXEC} --no-init {DINO} /bin/bash'


@pytest.mark.parametrize(('environ', 'words', 'given'), [
    ({'CUDA_VISIBLE_DEVICES': '4, 5'}, '', "'APPTAINERENV_CUDA_VISIBLE_DEVICES=4, 5' "),
    ({'CUDA_VISIBLE_DEVICES': '', 'CUDA_DEVICE_ORDER': 'x'}, '--gpus all',
     'APPTAINERENV_CUDA_VISIBLE_DEVICES= APPTAINERENV_CUDA_DEVICE_ORDER=x '),
    ({'CUDA_VISIBLE_DEVICES': '4', 'SLURM_JOB_ID': '7'}, '', 'APPTAINERENV_CUDA_VISIBLE_DEVICES=4 '),
    ({'CUDA_VISIBLE_DEVICES': '4'}, '--env CUDA_VISIBLE_DEVICES=5', 'APPTAINERENV_CUDA_VISIBLE_DEVICES=5 '),
    ({'CUDA_VISIBLE_DEVICES': '4,5'}, '--gpus count=1',
     'APPTAINERENV_CUDA_VISIBLE_DEVICES=4 APPTAINERENV_CUDA_DEVICE_ORDER=PCI_BUS_ID '),
])
def test_gpus_of_the_caller(environ: dict[str, str], words: str, given: str) -> None:
    """The container has none of the caller's variables, and shows the same GPUs."""
    assert line(f'{words} dino', environ=environ) == f'env {given}{EXEC} {DINO} /bin/bash'
    file = {'Envs': [{'variable': 'CUDA_VISIBLE_DEVICES', 'value': '9'}]}
    if not words:
        assert line('dino', environ=environ, file=file).startswith('env APPTAINERENV_CUDA_VISIBLE_DEVICES=9 ')


@pytest.mark.parametrize(('mount', 'words'), [
    (Mount('/a', '/b'), '--bind /a:/b'), (Mount('/a', '/b', 'ro'), '--bind /a:/b:ro'),
    (Mount('/a', '/b', 'rw'), '--bind /a:/b'), (Mount('/a', '/b', 'ro,z'), '--bind /a:/b:ro'),
    (Mount('/a b', '/b', 'Z'), "--bind '/a b:/b'"),
    (Mount('/a:x', '/b', 'ro,z'), '--mount type=bind,source=/a:x,destination=/b,ro'),
    (Mount('/a,"x', '/b:2'), "--mount 'type=bind,\"source=/a,\"\"x\",destination=/b:2'"),
    (Mount('/a\\', '/b'), "--mount 'type=bind,source=/a\\,destination=/b'"),
])
def test_bind(mount: Mount, words: str) -> None:
    assert shlex.join(apptainer.bind(mount)) == words


@pytest.mark.parametrize('path', ['/a\nb', '/a\udc80'])
def test_a_path_that_cannot_be_mounted(path: str) -> None:
    with pytest.raises(ConfigError, match='cannot be mounted'):
        apptainer.bind(Mount(path, '/b'))


@pytest.mark.parametrize(('name', 'value', 'is_so'), [
    ('A_1', 'x', True), ('_', '', True), ('A', 'two\nlines', True), ('PATH', '/p', True),
    ('A', 'a\r\n', False), ('a.b', 'x', False), ('a-b', 'x', False), ('1a', 'x', False), ('é', 'x', False),
    *((name, 'x', False) for name in apptainer.UNCARRIED),
])
def test_is_carried(name: str, value: str, is_so: bool) -> None:
    assert apptainer.is_carried(name, value) is is_so


def test_environment() -> None:
    environ = {'HOME': '/h', 'MINE': 'm', 'A': 'other'}
    made = planned('--env A=1 --env HOME=/x --env MINE --env A_KEY=s3 dino', environ=environ)
    exported = apptainer.exported(made, made.profile, environ)
    assert exported == {'APPTAINERENV_MINE': 'm', 'APPTAINERENV_A_KEY': 's3'}
    made = made._replace(export=exported)
    assert apptainer.environment(made, environ) == {**environ, **exported, 'APPTAINERENV_A': '1'}
    assert shlex.join(apptainer.words(made)) == f'{EXEC} {DINO} env HOME=/x /bin/bash'
    assert 's3' not in line('--env A_KEY=s3 dino')


def test_a_secret_that_cannot_be_handed_over() -> None:
    made = planned('--env MY.TOKEN=s3 --env HOME dino', environ={'HOME': '/h'})
    with pytest.raises(UsageError) as error:
        apptainer.exported(made, made.profile, {'HOME': '/h'})
    assert error.value.what == 'MY.TOKEN, HOME: cannot be handed over without its value being seen in ps'
    assert error.value.why == (
        'MY.TOKEN (--env): apptainer cannot set it', 'HOME (--env): apptainer cannot set it',
    )


def test_explained() -> None:
    file = {'Mounts': [{'source': '/a', 'destination': '/b'}], 'Envs': [{'variable': 'A', 'value': '1'}]}
    made = planned('--gpus 3 --env UID=5 --workdir /w --image ./t.sif dino train', file=file)
    lines = apptainer.lines(made)
    found = apptainer.explained(made, lines)
    assert [word for words, _ in found for word in words] == [*argv.words(lines)]
    reasons = {' '.join(words): reason for words, reason in found}
    assert reasons['APPTAINERENV_CUDA_VISIBLE_DEVICES=3'] == '--gpus: how CUDA is told'
    assert reasons['APPTAINERENV_A=1'] == 'Envs[0] of /home/user/.tao_mounts.json'
    assert reasons['--nv'] == '--gpus' and reasons['--bind /a:/b'] == 'Mounts[0] of /home/user/.tao_mounts.json'
    assert reasons['UID=5'] == '--env' and reasons['env'] == 'variables that apptainer cannot set itself'
    assert reasons['./t.sif'] == '--image' and reasons['dino train'] == 'the command line'
    assert reasons['--pwd /w'] == '--workdir'
