"""The escape hatch: which words --docker-arg and extra_args take, and what they are told otherwise."""
from __future__ import annotations

import pytest
from plans import FILE, GPU_FORMS, launch

from tao_launcher.errors import ConfigError, UsageError

ONE_OPTION = 'expected one option with its value joined by "=", such as --cpus=8'
OURS = 'the launcher decides this itself'

REFUSED = {
    '': ONE_OPTION, 'cpus=8': ONE_OPTION, '--': ONE_OPTION, '-': ONE_OPTION, '--cpus 8': ONE_OPTION,
    '--label=a\nb': ONE_OPTION, '--CPUS=8': ONE_OPTION, 'ubuntu': ONE_OPTION, '--cpus=\0': ONE_OPTION,
    '-d': 'expected --detach instead', '--detach': 'expected --detach instead', '--rm': 'expected --detach instead',
    '-i': 'expected --interactive instead', '--interactive=true': 'expected --interactive instead',
    '-t': 'expected --tty instead', '-it': 'expected --tty instead', '-ti': 'expected --tty instead',
    '--name=x': 'expected --name instead', '--cidfile=/x': OURS, '--sig-proxy=false': OURS,
    '-e=A=1': 'expected --env instead', '--env=A=1': 'expected --env instead',
    '--label=tao.job=x': 'labels that start with "tao." are the launcher\'s own',
    '-l=tao.plan=x': 'labels that start with "tao." are the launcher\'s own',
    '--cpus': 'expected its value in the same word: --cpus=VALUE',
    '-v': 'expected its value in the same word: -v=VALUE',
    '-vit': 'expected one option to a word, its value joined by "="',
}
ACCEPTED = [
    '--cpus=8', '--memory=1g', '--read-only', '--cap-add=SYS_ADMIN', '-h=name', '--label=a=b', '--label=taos=1',
    '--device=/dev/video0', '--security-opt=seccomp=a b.json', '--add-host=a:1.2.3.4', '--tmpfs=/x:size=1', '-m=1g',
    '--env-file=/x', '--oom-kill-disable', '-v=/a:/b', '--mount=type=tmpfs,destination=/x', '--hostname=$(id)',
]


@pytest.mark.parametrize('word', REFUSED)
def test_refused(word: str) -> None:
    with pytest.raises(UsageError) as error:
        launch(f'--docker-arg={word}', 'dino', 'train')
    assert (error.value.what, error.value.why) == (f'--docker-arg: "{word}": {REFUSED[word]}', ())


@pytest.mark.parametrize('word', [word for word in REFUSED if word.startswith('-') and word.isprintable()])
def test_refused_in_the_mounts_file(word: str) -> None:
    with pytest.raises(ConfigError) as error:
        launch('dino', 'train', file={'DockerOptions': {'extra_args': ['--cpus=8', word]}})
    assert error.value.what == f'{FILE}: 1 problem'
    assert error.value.why == (f'DockerOptions.extra_args[1]: "{word}": {REFUSED[word]}',)


@pytest.mark.parametrize('word', ACCEPTED)
def test_accepted(word: str) -> None:
    argv = launch(f'--docker-arg={word}', 'dino', 'train').argv
    assert argv[argv.index('dino') - 2] == word
    argv = launch('dino', 'train', file={'DockerOptions': {'extra_args': [word]}}).argv
    assert argv[argv.index('dino') - 2] == word


@pytest.mark.parametrize(('options', 'word', 'own'), [
    ([], '--gpus=all', '--gpus'),
    ([], '--init', 'DockerOptions.init'),
    (['--shm_size', '1G'], '--shm-size=2G', '--shm_size'),
    (['--network', 'host'], '--net=bridge', '--network'),
    (['--user', 'root'], '-u=0', '--user'),
    (['--pull', 'never'], '--pull=always', '--pull'),
    (['--volume', '/a:/b'], '-v=/c:/b', '--volume'),
    (['--volume', '/a:/b'], '--volume=/c:/b:ro', '--volume'),
    (['--port', '1:2'], '-p=3:2', '--port'),
    (['--ulimit', 'stack=1'], '--ulimit=stack=2', '--ulimit'),
    (['--docker-arg=--cpus=1'], '--cpus=2', '--cpus'),
    (['--engine', 'podman', '--run_as_user'], '--userns=host', '--user'),
])
def test_already_set(options: list[str], word: str, own: str) -> None:
    with pytest.raises(UsageError) as error:
        launch(*options, f'--docker-arg={word}', 'dino', 'train')
    assert (error.value.what, error.value.why) == (
        f'--docker-arg: {word}: already set by the launcher; use {own}', (),
    )


@pytest.mark.parametrize(('options', 'word'), [
    (['--volume', '/a:/b'], '-v=/a:/c'), (['--port', '1:2'], '-p=1:3'), (['--ulimit', 'stack=1'], '--ulimit=core=0'),
    (['--gpus', 'none'], '--gpus=all'), ([], '--label=a=b'), ([], '--shm-size=1G'),
])
def test_beside_what_is_set(options: list[str], word: str) -> None:
    assert word in launch(*options, f'--docker-arg={word}', 'dino', 'train').argv


def test_all_refusals_at_once() -> None:
    with pytest.raises(UsageError) as error:
        launch('--docker-arg=-d', '--gpus', 'x', '--docker-arg=--rm', '--shm_size', 'big', 'dino')
    assert [error.value.what, *error.value.why] == [
        f'--gpus: "x": {GPU_FORMS}',
        '--shm_size: "big": expected a size such as 16G, 512M or a number of bytes',
        '--docker-arg: "-d": expected --detach instead',
        '--docker-arg: "--rm": expected --detach instead',
    ]
