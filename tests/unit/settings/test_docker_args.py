"""The escape hatch: which words --docker-arg and extra_args take, and what they are told otherwise."""
from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import FILE, GPU_FORMS, launch

from tao_launcher.base.errors import ConfigError, Fatal, UsageError
from tao_launcher.settings.docker_args import word_name

ONE_OPTION = 'expected one option with its value joined by "=", such as --cpus=8'
CHECKED = 'expected --volume instead, whose source is checked'
OURS = 'the launcher decides this itself'
ENDS = 'it would end without a job'

REFUSED = {
    '': ONE_OPTION, 'cpus=8': ONE_OPTION, '--': ONE_OPTION, '-': ONE_OPTION, '--cpus 8': ONE_OPTION,
    '--label=a\nb': ONE_OPTION, '--CPUS=8': ONE_OPTION, 'ubuntu': ONE_OPTION, '--cpus=\0': ONE_OPTION,
    '-d': 'expected --detach instead', '--detach': 'expected --detach instead', '--rm': 'expected --detach instead',
    '-i': 'expected --interactive instead', '--interactive=true': 'expected --interactive instead',
    '-t': 'expected --tty instead', '-it': 'expected --tty instead', '-ti': 'expected --tty instead',
    '--name=x': 'expected --name instead', '--cidfile=/x': OURS, '--sig-proxy=false': OURS,
    '-e=A=1': 'expected --env instead', '--env=A=1': 'expected --env instead',
    '--help': ENDS, '--help=true': ENDS, '--help=false': ENDS, '--version': ENDS, '--version=true': ENDS,
    '--replace': 'expected --name instead', '--replace=true': 'expected --name instead',
    '--env-merge=A_KEY=s3cr3t': 'expected --env instead',
    '--creds=user:s3cr3t': 'its value would be seen in ps; log in instead',
    '--label=tao.job=x': 'labels that start with "tao." are the launcher\'s own',
    '-l=tao.plan=x': 'labels that start with "tao." are the launcher\'s own',
    '--cpus': 'expected its value in the same word: --cpus=VALUE',
    '-v': 'expected its value in the same word: -v=VALUE',
    '-vit': 'expected one option to a word, its value joined by "="',
    '-eTOKEN=s3cr3t': 'expected one option to a word, its value joined by "="',
    '--env-file s3cr3t': ONE_OPTION, '--label\ts3cr3t=x': ONE_OPTION,
    '--volume=/a:/x': CHECKED, '--volume=/a:/x:ro': CHECKED, '-v=/a:/b': CHECKED, '-v=/': CHECKED,
}
ACCEPTED = [
    '--cpus=8', '--memory=1g', '--read-only', '--cap-add=SYS_ADMIN', '-h=name', '--label=a=b', '--label=taos=1',
    '--device=/dev/video0', '--security-opt=seccomp=a b.json', '--add-host=a:1.2.3.4', '--tmpfs=/x:size=1', '-m=1g',
    '--env-file=/x', '--oom-kill-disable',
    '-v=data:/b', '--volume=data:/b:ro', '--mount=type=tmpfs,destination=/x', '--hostname=$(id)',
]


def name_of(word: str) -> str:
    """What is shown of a word: what follows the option's name may be a secret."""
    return word.replace(' ', '=').replace('\t', '=').partition('=')[0]


@pytest.mark.parametrize('word', REFUSED)
def test_refused(word: str) -> None:
    with pytest.raises(UsageError) as error:
        launch(f'--docker-arg={word}', 'dino', 'train')
    assert (error.value.what, error.value.why) == (f'--docker-arg: "{name_of(word)}": {REFUSED[word]}', ())


@pytest.mark.parametrize('word', [word for word in REFUSED if word.startswith('-') and '\0' not in word])
def test_refused_in_the_mounts_file(word: str) -> None:
    with pytest.raises(ConfigError) as error:
        launch('dino', 'train', file={'DockerOptions': {'extra_args': ['--cpus=8', word]}})
    assert error.value.what == f'{FILE}: 1 problem'
    assert error.value.why == (f'DockerOptions.extra_args[1]: "{name_of(word)}": {REFUSED[word]}',)


def test_no_value_is_shown_of_a_word() -> None:
    words = ['--name=s3cr3t', '--nane s3cr3t', '-es3=s3cr3t', '--label=tao.x=s3cr3t', '--label=a\ns3cr3t', '--X=s3cr3t']
    for options in ([f'--docker-arg={word}' for word in words], []):
        with pytest.raises(Fatal) as error:
            launch(*options, 'dino', file=None if options else {'DockerOptions': {'extra_args': [*words, 's3cr3t']}})
        said = [error.value.what, *error.value.why, error.value.advice]
        assert len(said) == (7 if options else 9)
        assert 's3cr3t' not in ' '.join(said)


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
    (['--volume', '/a:/b'], '-v=data:/b', '--volume'),
    (['--volume', '/a:/b'], '--volume=data:/b:ro', '--volume'),
    (['--port', '1:2'], '-p=3:2', '--port'),
    (['--ulimit', 'stack=1'], '--ulimit=stack=2', '--ulimit'),
    (['--engine', 'podman', '--run_as_user'], '--userns=host', '--user'),
])
def test_already_set(options: list[str], word: str, own: str) -> None:
    with pytest.raises(UsageError) as error:
        launch(*options, f'--docker-arg={word}', 'dino', 'train')
    assert (error.value.what, error.value.why) == (
        f'--docker-arg: {name_of(word)}: set by the launcher already; use {own}', (),
    )


@pytest.mark.parametrize(('first', 'second', 'name'), [
    ('--cpus=1', '--cpus=2', '--cpus'), ('--read-only', '--read-only', '--read-only'),
    ('--label=a=1', '-l=a=2', '-l'), ('--volume=x:/b', '-v=y:/b', '-v'), ('-p=1:2', '--publish=3:2', '--publish'),
    ('--device=/dev/x', '--device=/dev/x', '--device'), ('--hostname=a', '--hostname=a', '--hostname'),
])
def test_given_twice(first: str, second: str, name: str) -> None:
    for words, file, where in (
        ([f'--docker-arg={first}', f'--docker-arg={second}'], None, '--docker-arg'),
        ([], {'DockerOptions': {'extra_args': [first, second]}}, f'DockerOptions.extra_args of {FILE}'),
    ):
        with pytest.raises(UsageError) as error:
            launch(*words, 'dino', file=file)
        assert (error.value.what, error.value.why) == (f'{where}: {name}: given twice', ())


@pytest.mark.parametrize('name', [
    '--add-host', '--cap-add', '--cap-drop', '--dns', '--env-file', '--expose', '--security-opt', '--sysctl', '--tmpfs',
])
def test_what_docker_takes_several_times(name: str) -> None:
    words = [f'{name}=a', f'{name}=b']
    both = launch(*(f'--docker-arg={word}' for word in words), 'dino').before_image
    split = launch(f'--docker-arg={words[1]}', 'dino', file={'DockerOptions': {'extra_args': words[:1]}}).before_image
    assert [word for word in both if word in words] == [word for word in split if word in words] == words


@pytest.mark.parametrize('words', [
    ['--attach=stdin'], ['-a=stdin'], ['-a=STDIN'], ['--attach=Stdin', '-a=STDIN'], ['--cpus=8', '-a=stdin'],
])
def test_a_job_that_docker_would_not_wait_for(words: list[str]) -> None:
    """Many a docker client ends at once, with 0, where neither of a job's output streams is attached."""
    options = [f'--docker-arg={word}' for word in words]
    for words_here, file, where in (
        (options, None, '--docker-arg'), ([*options, '--interactive'], None, '--docker-arg'),
        ([], {'DockerOptions': {'extra_args': words}}, f'DockerOptions.extra_args of {FILE}'),
    ):
        with pytest.raises(UsageError) as error:
            launch(*words_here, 'dino', 'train', file=file)
        assert (error.value.what, error.value.why) == (
            f'{where}: {name_of(words[-1])}: with stdin alone docker may not wait for the job; add --attach=stdout, or '
            'use --interactive instead', (),
        )
    for stream in ('stdout', 'STDERR'):
        argv = launch(*options, 'dino', 'train', file={'DockerOptions': {'extra_args': [f'--attach={stream}']}}).argv
        assert {f'--attach={stream}', *words} <= {*argv}


def test_every_clash_at_once() -> None:
    with pytest.raises(UsageError) as error:
        launch(*(f'--docker-arg={word}' for word in ('--gpus=all', '--cpus=1', '--cpus=2', '--init')), 'dino')
    assert [error.value.what, *error.value.why] == [
        '--docker-arg: --gpus: set by the launcher already; use --gpus', '--docker-arg: --cpus: given twice',
        '--docker-arg: --init: set by the launcher already; use DockerOptions.init',
    ]


def test_a_clash_names_where_its_word_is() -> None:
    with pytest.raises(UsageError) as error:
        launch('--docker-arg=--init', 'dino', file={'DockerOptions': {'extra_args': ['--gpus=all']}})
    assert [error.value.what, *error.value.why] == [
        f'DockerOptions.extra_args of {FILE}: --gpus: set by the launcher already; use --gpus',
        '--docker-arg: --init: set by the launcher already; use DockerOptions.init',
    ]


@pytest.mark.parametrize(('words', 'found'), [
    (['--cpus=2'], ['--memory=1g', '--label=a=1', '--label=b=1', '--cpus=2']),
    (['-l=a=2'], ['--cpus=8', '--memory=1g', '--label=b=1', '-l=a=2']),
    (['--label=c=1'], ['--cpus=8', '--memory=1g', '--label=a=1', '--label=b=1', '--label=c=1']),
    (['--memory=2g', '--cpus=2'], ['--label=a=1', '--label=b=1', '--memory=2g', '--cpus=2']),
])
def test_command_line_replaces_the_same_word_of_the_file(words: list[str], found: list[str]) -> None:
    file = {'DockerOptions': {'extra_args': ['--cpus=8', '--memory=1g', '--label=a=1', '--label=b=1']}}
    argv = launch(*(f'--docker-arg={word}' for word in words), 'dino', 'train', file=file).argv
    start = next(i for i, word in enumerate(argv) if word.startswith('tao.plan=')) + 1
    assert list(argv[start:argv.index('dino') - 1]) == found


@pytest.mark.parametrize(('options', 'word'), [
    (['--volume', '/a:/b'], '-v=data:/c'), (['--port', '1:2'], '-p=1:3'), (['--ulimit', 'stack=1'], '--ulimit=core=0'),
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


@given(st.text('-a= \t\n\x1c\xa0', max_size=8))
def test_the_name_in_a_word_ends_at_a_sign_or_a_blank(word: str) -> None:
    assert word_name(word) == re.split(r'[=\s]', word, maxsplit=1)[0]
