"""Every option and every key of DockerOptions: its words in docker's command line, and their order."""
from __future__ import annotations

from typing import Any

import pytest
from plans import launch

from tao_launcher.base.errors import Fatal
from tao_launcher.base.host import Terminals

RESTART = '--docker-arg: --restart: only with --detach; any other job is removed when it ends'
A_TERMINAL = Terminals(True, True, True, True)

# the launcher's options → docker's
OPTIONS: dict[str, list[str]] = {
    '--shm_size 16G': ['--shm-size', '16G'],
    '--shm-size 512m': ['--shm-size', '512m'],
    '--ulimit stack=67108864': ['--ulimit', 'stack=67108864'],
    '--ulimit nofile=1024:4096': ['--ulimit', 'nofile=1024:4096'],
    '--ulimit memlock=-1 --ulimit stack=1 --ulimit memlock=5': ['--ulimit', 'stack=1', '--ulimit', 'memlock=5'],
    '--port 9999:8888': ['-p', '9999:8888'],
    '--port 53:53/udp --port 53:53': ['-p', '53:53/udp', '-p', '53:53'],
    '--port 127.0.0.1:8888:80': ['-p', '127.0.0.1:8888:80'],
    '--port 8000-8002:9000-9002': ['-p', '8000:9000', '-p', '8001:9001', '-p', '8002:9002'],
    '--port 1-2:3-4/udp': ['-p', '1:3/udp', '-p', '2:4/udp'],
    '--port [::1]:8888:80/sctp': ['-p', '[::1]:8888:80/sctp'],
    '--network host': ['--network', 'host'],
    '--user root': ['--user', 'root'],
    '--pull missing': [],
    '--pull always': ['--pull', 'always'],
    '--pull never': ['--pull', 'never'],
    '--name job1': ['--name', 'job1'],
    '--volume /a:/b': ['-v', '/a:/b'],
    '--volume /a:/b:ro': ['-v', '/a:/b:ro'],
    '--volume /a:/b:z,ro': ['-v', '/a:/b:z,ro'],
    '--volume a/../c:/b/../d/': ['-v', '/work/c:/d'],
    '--volume .:/b': ['-v', '/work:/b'],
    '--volume ~/x:/b': ['-v', '/home/user/x:/b'],
    '--volume ~:/b --volume $A:/c': ['-v', '/home/user:/b', '-v', '/work/$A:/c'],
    '--volume /a,"b:/c': ['-v', '/a,"b:/c'],
    '--volume /a:/b --volume /c:/b/': ['-v', '/c:/b'],
    '--env A=1': ['-e', 'A=1'],
    '--env A=': ['-e', 'A='],
    '--env A=b=c': ['-e', 'A=b=c'],
    '--env A=1 --env B=2 --env A=3': ['-e', 'B=2', '-e', 'A=3'],
    '--docker-arg=--cpus=8 --docker-arg --read-only': ['--cpus=8', '--read-only'],
}


@pytest.mark.parametrize('options', OPTIONS)
def test_option(options: str) -> None:
    assert launch(*options.split(), 'dino', 'train').before_image == OPTIONS[options]


# DockerOptions → docker's words
KEYS: list[Any] = [
    ({'shm_size': '16G'}, ['--shm-size', '16G']),
    ({'shm_size': 1073741824}, ['--shm-size', '1073741824']),
    ({'ulimits': {'stack': '1:2', 'nofile': {'soft': 3, 'hard': 4}, 'core': {'soft': 5}, 'memlock': -1.0}},
     ['--ulimit', 'stack=1:2', '--ulimit', 'nofile=3:4', '--ulimit', 'core=5', '--ulimit', 'memlock=-1']),
    ({'ports': {'8888': 9999}}, ['-p', '9999:8888']),
    ({'ports': {'8888': '9999'}}, ['-p', '9999:8888']),
    ({'ports': {'53/udp': '127.0.0.1:5353'}}, ['-p', '127.0.0.1:5353:53/udp']),
    ({'ports': {'80': [8080, '0.0.0.0:8081']}}, ['-p', '8080:80', '-p', '0.0.0.0:8081:80']),
    ({'ports': {'80': None, '81': []}}, ['-p', '80']),
    ({'ports': {'08888': 9999, '1/tcp': 1}}, ['-p', '9999:8888', '-p', '1:1']),
    ({'privileged': True, 'network': 'host', 'ipc': 'host'}, ['--network', 'host', '--ipc', 'host', '--privileged']),
    ({'privileged': False, 'tty': True}, []),
    ({'workdir': '/w'}, ['--workdir', '/w']),
    ({'group_add': ['video', 44, '107']}, ['--group-add', 'video', '--group-add', '44', '--group-add', '107']),
    ({'extra_args': ['--cpus=8', '--device=/dev/video0']}, ['--cpus=8', '--device=/dev/video0']),
    ({'user': 'root'}, ['--user', 'root']),
    ({'_comment': 1, '$schema': 'x', 'shm_size': '1G'}, ['--shm-size', '1G']),
]


@pytest.mark.parametrize(('section', 'words'), KEYS, ids=lambda value: str(value)[:40])
def test_docker_options(section: dict[str, Any], words: list[str]) -> None:
    assert launch('dino', 'train', file={'DockerOptions': section}).before_image == words


def test_init_is_left_out_when_the_file_says_so() -> None:
    assert launch('dino', 'train').argv[:4] == ('docker', 'run', '--rm', '--init')
    assert '--init' not in launch('dino', 'train', file={'DockerOptions': {'init': False}}).argv


def test_order_of_everything() -> None:
    file = {
        'Mounts': [{'source': '/a', 'destination': '/b'}], 'Envs': [{'variable': 'A', 'value': 1}],
        'DockerOptions': {
            'extra_args': ['--cpus=8'], 'workdir': '/w', 'privileged': True, 'ipc': 'host', 'network': 'n',
            'group_add': ['video'], 'user': 'host', 'ports': {'1': 2}, 'ulimits': {'stack': 3}, 'shm_size': '4G',
        },
    }
    found = launch(
        '--pull', 'always', '--name', 'job', '--env', 'B=2', '--docker-arg', '--memory=1g', '--volume', '/c:/d',
        '--detach', '--gpus', 'count=2', '--ulimit', 'core=0', '--port', '5:6', 'dino', 'train', '-e', 's.yaml',
        file=file, groups=(100, 200),
    )
    digest = next(word for word in found.argv if word.startswith('tao.plan='))
    assert list(found.argv) == [
        'docker', 'run', '--init', '--detach', '--name', 'job', '--gpus', '2', '-v', '/a:/b', '-v', '/c:/d',
        '-e', 'A=1', '-e', 'HOME=/tmp', '-e', 'USER=user', '-e', 'LOGNAME=user', '-e', 'B=2', '-e', 'TAO_LAUNCH_ID',
        '--shm-size', '4G', '--ulimit', 'stack=3', '--ulimit', 'core=0', '-p', '2:1', '-p', '5:6',
        '--user', '1000:1000', '--group-add', '100', '--group-add', '200', '--group-add', 'video',
        '--network', 'n', '--ipc', 'host', '--privileged', '--workdir', '/w', '--pull', 'always',
        '--label', 'tao.job=model/dino/train', '--label', 'tao.user=1000', '--label', digest,
        '--cpus=8', '--memory=1g', found.plan.image, 'dino', 'train', '-e', 's.yaml',
    ]


@pytest.mark.parametrize(('options', 'terminals', 'words'), [
    ('', A_TERMINAL, ['-it']),
    ('', A_TERMINAL._replace(stdin=False), []),
    ('', A_TERMINAL._replace(stdout=False), []),
    ('', A_TERMINAL._replace(stderr=False), []),
    ('', A_TERMINAL._replace(foreground=False), []),
    ('--no-tty', A_TERMINAL, []),
    ('--no-tty --interactive', A_TERMINAL, ['-i']),
    ('--interactive', Terminals(), ['-i']),
    ('--interactive', A_TERMINAL, ['-it']),
    ('--tty', A_TERMINAL._replace(stdout=False), ['-it']),
    ('--detach', A_TERMINAL, []),
])
def test_terminal(options: str, terminals: Terminals, words: list[str]) -> None:
    argv = launch(*options.split(), 'dino', 'train', terminals=terminals).argv
    assert [word for word in argv[:argv.index('--gpus')] if word in ('-it', '-i', '-t')] == words


def test_tty_true_allows_a_terminal_and_false_forbids_it() -> None:
    true, false = ({'DockerOptions': {'tty': value}} for value in (True, False))
    assert '-it' not in launch('dino', file=true).argv
    assert '-it' in launch('dino', file=true, terminals=A_TERMINAL).argv
    assert '-it' not in launch('dino', file=false, terminals=A_TERMINAL).argv
    assert '-it' in launch('--tty', 'dino', file=false, terminals=A_TERMINAL).argv


@pytest.mark.parametrize(('words', 'message'), [
    (['--tty', 'dino', 'train'], '--tty: the input is not a terminal'),
    (['--detach', 'dino'], 'a detached shell would end at once'),
    (['--env', 'TAO_LAUNCH_ID=x', 'dino'], "TAO_LAUNCH_ID is the launcher's own variable"),
])
def test_refused(words: list[str], message: str) -> None:
    with pytest.raises(Fatal) as error:
        launch(*words)
    assert (error.value.what, error.value.code) == (message, 2)


@pytest.mark.parametrize(('words', 'job', 'command'), [
    (['dino', 'train', 'a'], 'model/dino/train', ['dino', 'train', 'a']),
    (['dino', 'run', 'ls', '-l', ';id', '$HOME', '*', ''], 'model/dino/run', ['ls', '-l', ';id', '$HOME', '*', '']),
    (['dino'], 'model/dino/shell', ['/bin/bash']),
    (['deploy', 'dino', 'evaluate'], 'deploy/dino/evaluate', ['dino', 'evaluate']),
    (['dino', 'gen_trt_engine'], 'deploy/dino/gen_trt_engine', ['dino', 'gen_trt_engine']),
    (['converter', '-k', 'key', '/m'], 'model/converter', ['converter', '-k', 'key', '/m']),
])
def test_job_and_command(words: list[str], job: str, command: list[str]) -> None:
    found = launch(*words)
    assert f'tao.job={job}' in found.argv
    assert list(found.argv[found.argv.index(found.plan.image) + 1:]) == command


def test_a_job_that_is_to_be_started_again() -> None:
    """Docker refuses it together with --rm."""
    with pytest.raises(Fatal) as found:
        launch('--docker-arg=--restart=always', 'dino', 'train')
    assert (found.value.code, found.value.what) == (2, RESTART)
    assert '--restart=always' in launch('--detach', '--docker-arg=--restart=always', 'dino', 'train').argv
    assert '--restart=no' in launch('--docker-arg=--restart=no', 'dino', 'train').argv


@pytest.mark.parametrize(('words', 'command'), [
    (['dino'], []),
    (['dino', 'run', '-c', 'a; b'], ['-c', 'a; b']),
    (['dino', 'train', '-e', '/x'], ['dino', 'train', '-e', '/x']),
])
def test_an_entry_point_gets_what_was_said_and_no_shell(words: list[str], command: list[str]) -> None:
    found = launch('--entrypoint', '/bin/bash', *words)
    assert found.before_image == ['--entrypoint', '/bin/bash']
    assert list(found.argv[found.argv.index(found.plan.image) + 1:]) == command
    assert '-it' in launch('--entrypoint', '/bin/bash', 'dino', terminals=A_TERMINAL).argv
    assert '--detach' in launch('--entrypoint', '/bin/server', '--detach', 'dino').argv


def test_an_empty_entry_point_is_none() -> None:
    found = launch('--entrypoint=', 'dino', file={'DockerOptions': {'entrypoint': '/bin/sh'}})
    assert found.before_image == ['--entrypoint', '']
    assert list(found.argv[found.argv.index(found.plan.image) + 1:]) == ['/bin/bash']


def test_what_only_docker_makes_something_of() -> None:
    found = launch(
        '--platform=linux/arm64', '--cpus=8', '--memory', '64G', '--hostname=h', '--workdir=/w/', '--ipc=host', 'dino',
        file={'DockerOptions': {'cpus': 1.5, 'memory': '1G', 'workdir': '/v', 'ipc': 'private', 'hostname': 'f'}},
    )
    assert found.before_image == [
        '--ipc', 'host', '--workdir', '/w', '--hostname', 'h', '--memory', '64G', '--cpus', '8',
        '--platform', 'linux/arm64',
    ]
    in_file = launch('dino', file={'DockerOptions': {'cpus': 1.5, 'memory': 1 << 30, 'platform': 'arm64'}})
    assert in_file.before_image == ['--memory', '1073741824', '--cpus', '1.5', '--platform', 'arm64']


def test_twice_is_refused() -> None:
    with pytest.raises(Fatal) as error:
        launch('--memory=1G', '--docker-arg=-m=2G', '--docker-arg=--cpus=2', 'dino')
    assert error.value.what == '--docker-arg: -m: set by the launcher already; use --memory'
