"""What is asked after a failure, and what is said then: the whole message."""
from __future__ import annotations

import json
import os
import platform
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from engine_answers import MINE, OTHER, Engine, ids
from limited_daemon import daemon
from support import FakeDocker, tao, write_mounts

from tao_launcher.base import host, machine
from tao_launcher.launch import host_looks, supervise, told

DINO = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
(A,) = ids(1)
HELP = '      --rm   Remove\n' + ''.join(
    f'      --{name} x\n' for name in ('init', 'label', 'pull', 'network', 'name', 'gpus', 'cpus', 'platform')
) + '  -e, --env list\n  -p, --publish list\n  -v, --volume list\n'
OWN = platform.machine()
FOREIGN = {'x86_64': 'arm64', 'aarch64': 'amd64'}[OWN]
NATIVE = {'x86_64': 'amd64', 'aarch64': 'arm64'}[OWN]
INFO = {'Architecture': OWN}
NO_DRIVER = (
    'tao: error: if docker said "could not select device driver", "GPU vendor" or "nvidia": GPUs were asked for, but '
    'this machine has no NVIDIA driver\n    try: --gpus none before the task name\n'
)


@pytest.mark.parametrize('code', [0, 1, 125, 137])
def test_only_a_failure_asks_docker_more(code: int, fake_docker: FakeDocker) -> None:
    fake_docker.ends_with(code)
    assert tao('dino', 'train').code == code
    asked = [call[1] for call in fake_docker.calls]
    assert asked == ['run'] if code == 0 else asked[:2] == ['run', 'ps']


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in a container, wherever the tests run."""
    monkeypatch.setattr(host_looks, 'MARKS', ())


@pytest.fixture
def refusing(engine: Engine) -> Engine:
    """A docker that has the image and refuses to make a container of it."""
    engine.answers('run', '', 'docker: refused\n', 125)
    engine.answers('help', HELP)
    engine.answers('info', json.dumps(INFO))
    engine.answers('image', NATIVE)
    return engine


def created(engine: Engine) -> None:
    """The container was there, and could not be started."""
    engine.answers('events', ''.join(
        json.dumps({'Action': action, 'Actor': {'ID': A}, 'timeNano': 1}) + '\n' for action in ('create', 'destroy')
    ))


def has(engine: Engine, state: str, name: str = '/night', labels: Any = None, ports: Any = None) -> None:
    """Another container, which the launch is not."""
    engine.answers('ps.1')
    for number in range(2, 14):  # until then the launcher looks for its own
        engine.answers(f'ps.{number}')
    engine.answers('ps', f'{A}\n')
    shown = f'{A} {state} {json.dumps(name)} {json.dumps(labels)} {json.dumps(ports)}\n'
    engine.answers('inspect', shown)


def said(*words: str, code: int = 125, env: dict[str, str] | None = None) -> str:
    done = tao('--quiet', *words, env=env)
    assert (done.code, done.out) == (code, '')
    assert done.err.startswith('docker: refused\n')
    return done.err[len('docker: refused\n'):]


def test_nothing_is_said_where_nothing_was_found(refusing: Engine) -> None:
    assert said('dino', 'train') == ''


@pytest.mark.parametrize(('code', 'actions', 'asked'), [
    (125, (), 1),  # nothing was made
    (125, ('create', 'destroy'), 1),
    (137, ('create', 'start', 'kill', 'die'), 1),
    (137, ('create', 'start'), 2),  # its end is seen a moment after its client has told of it
    (125, ('create',), 2),
    (137, (), 2),
])
def test_late_events_are_waited_for_where_some_are_missing(
    engine: Engine, code: int, actions: tuple[str, ...], asked: int, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(host, 'memory_kills', lambda: 7)  # no other program of this machine has a say
    engine.answers('run', '', 'docker: refused\n', code)
    engine.answers('events', ''.join(
        json.dumps({'Action': action, 'Actor': {'ID': A}, 'timeNano': 1}) + '\n' for action in actions
    ))
    tao('--gpus', 'none', 'dino', 'train')
    questions = [call for call in engine.calls if call[1] == 'events']
    until = [float(call[call.index('--until') + 1]) for call in questions]
    assert len(until) == asked and until[0] <= time.time()
    assert asked == 1 or until[1] - until[0] >= told.LATE


def test_a_job_whose_engine_was_away(refusing: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was not refused, whatever is wrong by now."""
    monkeypatch.setattr(supervise, 'QUICK_DEATH', 0)
    refusing.answers('ps.1', '', 'Cannot connect to the Docker daemon', 1)
    refusing.answers('ps', '')
    refusing.answers('network', '', 'Error: No such network: lab\n', 1)
    assert said('--network', 'lab', 'dino', 'train') == ''


def test_nothing_of_gpus_for_a_network(refusing: Engine) -> None:
    created(refusing)
    refusing.answers('network', '', 'Error: No such network: nosuchnet\n', 1)
    assert said('--network', 'nosuchnet', 'dino', 'run', 'true') == (
        'tao: error: there is no network nosuchnet (--network)\n    try: docker network create nosuchnet\n'
    )


def test_a_network_of_the_mounts_file(refusing: Engine, home: Path) -> None:
    file = write_mounts(home, {'DockerOptions': {'network': 'lab'}})
    refusing.answers('network', '', 'Error response from daemon: network lab not found\n', 1)
    assert said('dino', 'run', 'true') == (
        f'tao: error: there is no network lab (DockerOptions.network of {file})\n'
        '    try: docker network create lab\n'
    )


def test_an_option_that_the_client_does_not_know(refusing: Engine, home: Path) -> None:
    file = write_mounts(home, {'DockerOptions': {'extra_args': ['--more=2']}})
    assert said('--docker-arg=--nosuch=1', 'dino', 'train') == (
        f'tao: error: this docker does not know --more (DockerOptions.extra_args of {file}), --nosuch (--docker-arg)\n'
        '    try: leave them out, or install a newer docker\n'
    )


@pytest.mark.parametrize(('words', 'env', 'said_'), [
    ([], {'DOCKER_DEFAULT_PLATFORM': f'linux/{FOREIGN}'}, (
        f'tao: error: {DINO} is for {NATIVE}, and DOCKER_DEFAULT_PLATFORM asks for linux/{FOREIGN}\n'
        '    try: unset DOCKER_DEFAULT_PLATFORM\n'
    )),
    ([f'--docker-arg=--platform=linux/{FOREIGN}'], {}, (
        f'tao: error: {DINO} is for {NATIVE}, and --platform asks for linux/{FOREIGN}\n    try: leave --platform out\n'
    )),
])
def test_another_platform(refusing: Engine, words: list[str], env: dict[str, str], said_: str) -> None:
    assert said(*words, 'dino', 'train', env=env) == said_


@pytest.mark.parametrize('code', [1, 255])
def test_an_image_for_another_machine(refusing: Engine, code: int, tmp_path: Path, monkeypatch: Any) -> None:
    """Its programs start nowhere here: the job's code says no more than that."""
    monkeypatch.setattr(host_looks, 'EMULATED', str(tmp_path))
    refusing.answers('run', '', 'docker: refused\n', code)
    refusing.answers('image', FOREIGN)
    assert said('dino', 'train', code=code) == (
        f'tao: error: {DINO} is for {FOREIGN}, and this machine is {NATIVE}\n'
        f'    try: docker pull --platform linux/{NATIVE} {DINO}\n'
    )
    name = {'arm64': 'aarch64', 'amd64': 'x86_64'}[FOREIGN]
    (tmp_path / f'qemu-{name}').write_text('enabled\n')
    assert said('dino', 'train', code=code) == ''
    refusing.answers('image', NATIVE)
    refusing.forget()
    assert said('dino', 'train', code=code) == ''
    assert [call[1] for call in refusing.calls] == ['run', *['ps'] * (len(refusing.calls) - 2), 'image']


@pytest.mark.parametrize(('reason', 'told'), [
    ('dial tcp: lookup nvcr.io on 10.0.0.1:53: connect: network is unreachable', (
        '; if docker said "dial tcp", "timeout" or "no such host": nvcr.io cannot be reached from this machine\n'
        '    try: the same command with a network, or tao bundle load DIR\n'
    )),
    ('unauthorized', (
        ': nvcr.io requires a login, or the stored one has no access to this image\n'
        "    try: docker login nvcr.io -u '$oauthtoken'\n"
    )),
    ('manifest unknown', ': nvcr.io has no such image\n'),
    ('no such manifest: nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt', (
        '; if docker said "unauthorized" or "denied": no login for nvcr.io is stored\n'
        "    try: docker login nvcr.io -u '$oauthtoken'\n"
    )),
])
def test_an_image_that_is_not_here(refusing: Engine, reason: str, told: str) -> None:
    refusing.answers('image', '', 'Error: No such image\n', 1)
    refusing.answers('manifest', '', f'{reason}\n', 1)
    assert said('dino', 'train') == f'tao: error: {DINO} is not here and could not be pulled{told}'


def test_a_missing_helper_is_no_missing_command(refusing: Engine, home: Path) -> None:
    """Docker's client ends with 127 for both."""
    (home / '.docker').mkdir()
    (home / '.docker' / 'config.json').write_text('{"credsStore": "nosuch"}')
    refusing.answers('run', '', 'docker: refused\n', 127)
    refusing.answers('image', '', 'Error: No such image\n', 1)
    refusing.answers('manifest', '', 'error getting credentials - err: exec: "docker-credential-nosuch": not found', 1)
    assert said('dino', 'train', code=127) == (
        f'tao: error: {DINO} is not here and could not be pulled: docker-credential-nosuch, which credsStore of '
        f'{home}/.docker/config.json names to keep logins, is not on PATH\n'
        "    try: install it, or remove it from that file and docker login nvcr.io -u '$oauthtoken'\n"
    )


def test_a_port_of_a_process(refusing: Engine, home: Path) -> None:
    created(refusing)
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        number = taken.getsockname()[1]
        file = write_mounts(home, {'DockerOptions': {'ports': {'8888': number}}})
        other = number + 1 if number < 65535 else number - 1
        assert said('dino', 'run', 'true') == (
            f'tao: error: host port {number} (DockerOptions.ports.8888 of {file}) is taken by a process of this '
            f'machine\n    try: another host port, such as --port {other}:8888; it is shown by: '
            f'ss -ltnp sport = :{number}\n'
        )
        file.unlink()
        told = said('--port', f'{number}:80', 'dino', 'run', 'true', env={'DOCKER_HOST': 'tcp://10.0.0.1:1'})
        assert 'port' not in told  # of another machine


@pytest.mark.parametrize('info', [INFO, {**INFO, 'SecurityOptions': ['name=rootless']}])
def test_limits_and_gpus(refusing: Engine, tmp_path: Path, info: Any) -> None:
    """Docker's own words tell which it was."""
    created(refusing)
    refusing.answers('info', json.dumps(info))
    words = ['--gpus', 'none', 'dino', 'train']
    with daemon(tmp_path / 'd.sock') as found:
        env = {'DOCKER_HOST': found.address}
        assert said('--ulimit', 'memlock=-1', '--ulimit', 'stack=67108864', *words, env=env) == (
            'tao: error: if docker said "setting rlimit" or "setrlimit": it is not allowed to raise these limits here '
            '(memlock)\n    try: leave them out of DockerOptions.ulimits (or --ulimit)\n'
        )
        assert said('--ulimit', 'stack=67108864', *words, env=env) == ''
    assert said('--ulimit', 'memlock=-1', *words) == ''  # of the daemon nothing is known
    has_driver = any(map(os.path.exists, ('/proc/driver/nvidia/version', '/dev/dxg', '/etc/nv_tegra_release')))
    if not has_driver:
        assert said('dino', 'train') == NO_DRIVER


def test_a_source_that_has_gone(refusing: Engine, tmp_path: Path) -> None:
    assert said('--no-check', '--volume', f'{tmp_path}/none:/data', 'dino', 'train') == (
        f'tao: error: 1 mount source not found: {tmp_path}/none\n    try: correct or create them\n'
    )


@pytest.mark.parametrize(('labels', 'state', 'told'), [
    ({'tao.job': 'model/dino/train', 'tao.user': MINE}, 'running', (
        'a container named night is running (job model/dino/train)\n    try: tao stop night, or another --name\n'
    )),
    ({'tao.job': 'model/dino/train', 'tao.user': OTHER}, 'running', (
        "a container named night is running (another user's job model/dino/train)\n    try: another --name\n"
    )),
    (None, 'running', 'a container named night is running\n    try: another --name\n'),
    (None, 'exited', 'a container named night exists already\n    try: docker rm night, or another --name\n'),
])
def test_a_name_that_is_taken(engine: Engine, labels: Any, state: str, told: str, tmp_path: Path) -> None:
    """What `ps` finds by name is not what it finds by this launch's label."""
    answers(engine, state, labels, None)
    assert said('--name', 'night', 'dino', 'train') == f'tao: error: {told}'


@pytest.mark.parametrize('seen', [['create'], ['create', 'start']])
def test_an_equal_launch_at_the_same_time_has_the_name(engine: Engine, seen: list[str]) -> None:
    """Its container has the same labels, and it goes on: what is this launch's own is gone by the end."""
    answers(engine, 'running', {'tao.job': 'model/dino/train', 'tao.user': MINE}, None)
    events = ''.join(json.dumps({'Action': action, 'Actor': {'ID': A}, 'timeNano': 1}) + '\n' for action in seen)
    (engine.folder / 'happened').write_text(events)
    script = (engine.folder / 'docker').read_text()
    # docker sees the labels of both
    told = script.replace('*label=tao.plan*) ;;', f'events*) cat {engine.folder}/happened ;;\n*label=tao.plan*) ;;')
    (engine.folder / 'docker').write_text(told)
    assert said('--name', 'night', 'dino', 'train') == (
        'tao: error: a container named night is running (job model/dino/train)\n'
        '    try: tao stop night, or another --name\n'
    )


@pytest.mark.parametrize(('labels', 'told'), [
    ({'tao.job': 'model/dino/run', 'tao.user': MINE}, (
        f'job {A[:12]} (model/dino/run)\n    try: another host port, such as --port 8889:8888, or tao stop {A[:12]}\n'
    )),
    (None, 'container night\n    try: another host port, such as --port 8889:8888\n'),
])
def test_a_port_that_is_taken(engine: Engine, home: Path, labels: Any, told: str) -> None:
    file = write_mounts(home, {'DockerOptions': {'ports': {'8888': 8888}}})
    answers(engine, 'running', labels, {'8888/tcp': [{'HostIp': '0.0.0.0', 'HostPort': '8888'}]})
    assert said('--gpus', 'none', 'dino', 'run', 'echo', 'second') == (
        f'tao: error: host port 8888 (DockerOptions.ports.8888 of {file}) is taken by {told}'
    )


def answers(engine: Engine, state: str, labels: Any, ports: Any) -> None:
    """A docker that refuses, has another container, and none of this launch's."""
    shown = f'{A} {state} "/night" {json.dumps(labels)} {json.dumps(ports)}'
    (engine.folder / 'docker').write_text(f"""#!/bin/sh
case "$1 $*" in
run*) echo 'docker: refused' >&2; exit 125 ;;
*label=tao.plan*) ;;
ps*) echo {A} ;;
inspect*) cat <<'END'
{shown}
END
;;
image*) echo {NATIVE} ;;
info*) echo '{json.dumps(INFO)}' ;;
help*) cat <<'END'
{HELP}
END
esac
""")


def test_the_daemon_is_not_installed(engine: Engine, tmp_path: Path) -> None:
    """As doctor says it."""
    error = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n'
    engine.answers('run', '', 'docker: refused\n', 125)
    engine.answers('ps', '', error, 1)
    told = said('dino', 'train')
    has_daemon = machine.has_program('dockerd', os.environ)
    state = 'running' if has_daemon else 'installed'
    assert told.startswith(f'tao: error: the docker daemon is not {state}\n    try: ')
    assert has_daemon or 'install' in told.splitlines()[1]


@pytest.mark.parametrize('error', [
    'ann@gpu1: Permission denied (publickey).',
    'kex_exchange_identification: read: Connection reset by peer',
])
def test_a_login_that_was_refused_is_not_asked_again(engine: Engine, error: str) -> None:
    """Newer servers shut out for a while who comes again."""
    engine.answers('run', '', 'docker: refused\n', 125)
    engine.answers('ps', '', f'error during connect: command [ssh ann@gpu1 …] stderr={error}\n', 1)
    told = said('dino', 'train', env={'DOCKER_HOST': 'ssh://ann@gpu1'})
    assert [call[1] for call in engine.calls] == ['run', 'ps']
    what = 'ssh cannot log in to ssh://ann@gpu1' if 'Permission' in error else (
        'ssh://ann@gpu1 drops the connection, as servers do for a while after a refused login; if ssh said "Permission '
        'denied" before, it cannot log in there'
    )
    assert told == f'tao: error: {what}\n    try: ssh ssh://ann@gpu1 docker version\n'


def test_a_variable_that_was_left_behind(engine: Engine) -> None:
    engine.answers('run', '', 'docker: refused\n', 125)
    error = 'unable to resolve docker endpoint: open /h/.docker/ca.pem: no such file or directory'
    engine.answers('ps', '', f'{error}\n', 1)
    assert said('dino', 'train', env={'DOCKER_TLS_VERIFY': '1'}) == (
        f'tao: error: DOCKER_TLS_VERIFY is set, and the daemon cannot be reached that way ({error})\n'
        '    try: unset DOCKER_TLS_VERIFY\n'
    )


def test_an_engine_that_stops_answering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It refuses, and hangs when it is asked why: there are two seconds for all questions."""
    fake = tmp_path / 'docker'
    fake.write_text(
        '#!/bin/sh\ncase $1 in run) echo "docker: refused" >&2; exit 125 ;; ps) exit 0 ;; esac\nexec sleep 600\n'
    )
    fake.chmod(0o755)
    begun = time.monotonic()
    told = said('--engine', str(fake), 'dino', 'train')
    assert time.monotonic() - begun < 60
    assert told.startswith('tao: error: the docker engine does not answer (no answer within 2 s)\n')
