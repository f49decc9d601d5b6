"""Why a launch failed, on real engines that refuse for a real reason; docker's own words come first and unchanged."""
from __future__ import annotations

import json
import os
import platform
import re
import shlex
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Iterator, Mapping

import air_gap
import foreign
import pytest
from conftest import ENGINE
from jobs import IMAGE, NO_HOME, OURS, SOMEBODY, TAO, launched

if TYPE_CHECKING:
    from conftest import Docker, Program

PRIVATE = Path(__file__).resolve().parent.parent / 'private_dockerd'
MEBIBYTE = 1 << 20
OWN_MACHINE, OTHER_MACHINE = {'x86_64': ('amd64', 'arm64'), 'aarch64': ('arm64', 'amd64')}[platform.machine()]
pytestmark = pytest.mark.area('diagnosis')


@contextmanager
def engine_of_its_own(docker: Docker, data: int = 0, **environ: str) -> Iterator[dict[str, str]]:
    """Another daemon, as the environment to reach it with; `data` is the size of its data root in MiB, if any."""
    with tempfile.TemporaryDirectory(prefix='tao-', dir='/tmp') as name:
        os.chmod(name, 0o755)
        folder = Path(name, 'd')
        if data:
            (folder / 'data').mkdir(parents=True)
            image = Path(name, 'image')
            with image.open('wb') as f:
                f.truncate(data * MEBIBYTE)
            subprocess.run(['mkfs.ext4', '-q', '-m', '0', image], check=True)
            subprocess.run(['mount', '-o', 'loop', image, folder / 'data'], check=True)
        try:
            subprocess.run([PRIVATE, 'start', folder, str(os.getpid())], env={**os.environ, **environ}, check=True)
            yield {**docker.env, 'DOCKER_HOST': f'unix://{folder}/docker.sock'}
        finally:
            subprocess.run([PRIVATE, 'stop', folder], check=False, stderr=subprocess.DEVNULL)
            if data:
                subprocess.run(['umount', folder / 'data'], check=True)


def fill(folder: Path) -> None:
    """Leave no free block on a folder's file system."""
    with (folder / 'fill').open('wb') as f:
        for size in (MEBIBYTE, 4096, 1024):
            try:
                while os.write(f.fileno(), bytes(size)) == size:
                    pass
            except OSError:
                pass


# Debian's client says so now and then, of a container that was never started.
CANCELED = r'time="[^"]*" level=error msg="error waiting for container: context canceled"\n'


def same(stderr: str) -> str:
    """Leave out what differs from call to call: a failed look-up's port, a temporary folder, tini's process, an id.

    Which address of a taken port docker was refused first does so too.
    """
    differs = (
        r'(?<=:)\d{4,5}(?=->)|(?<=/new-)\d+|(?<=FATAL tini )\(\d+\)|[0-9a-f]{64}|(?<=on endpoint )\w+'
        r'|(?<=Bind for )\S+(?=:\d+ failed)'
    )
    return re.sub(differs, 'N', re.sub(CANCELED, '', stderr))


def said(tao: Program, code: int, *words: str, env: Mapping[str, str] = {}, bare_code: int = 0) -> str:
    """What the launcher adds to the words of the same bare docker run, which come first."""
    env = {**tao.docker.env, **env}
    printed = tao('--quiet', '--dry-run', *words, env=env)
    assert (printed.returncode, printed.stderr) == (0, '')
    bare = subprocess.run(
        shlex.split(printed.stdout), env=env, stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8',
        timeout=60, check=False,
    )
    tao.docker.run('container', 'prune', '--force', check=False)  # what docker left of the bare run
    done = tao('--quiet', *words, env=env)
    assert (bare.returncode, done.returncode, done.stdout) == (bare_code or code, code, bare.stdout)
    assert same(done.stderr).startswith(same(bare.stderr))
    return same(done.stderr)[len(same(bare.stderr)):]


NONE = ('--gpus', 'none')


@pytest.mark.parametrize('code', [1, 125, 126, 127, 143, 255])
def test_a_job_that_fails_by_itself(tao: Program, code: int) -> None:
    assert said(tao, code, 'dino', 'run', 'sh', '-c', f'echo its own words >&2; exit {code}') == ''


@pytest.mark.engine_dependent
def test_name_conflict(each_docker: Docker, tao: Program) -> None:
    env = each_docker.env
    each_docker.run('create', '--name', 'night', IMAGE, 'sleep', '600')
    done = tao('--quiet', '--name', 'night', 'dino', 'train', env=env)
    assert done.returncode == 125 and done.stderr.endswith(
        'tao: error: a container named night exists already\n'
        '    try: docker rm night, or another --name\n'
    )
    each_docker.run('start', 'night')
    assert said(tao, 125, '--name', 'night', 'dino', 'train', env=env) == (
        'tao: error: a container named night is running\n    try: another --name\n'
    )
    each_docker.run('rm', '--force', 'night')
    assert tao('--quiet', *NONE, '--detach', '--name', 'night', 'dino', 'run', 'sleep', '600', env=env).returncode == 0
    assert said(tao, 125, '--name', 'night', 'dino', 'train', env=env) == (
        'tao: error: a container named night is running (job model/dino/run)\n'
        '    try: tao stop night, or another --name\n'
    )
    assert tao('stop', 'night', env=env).returncode == 0
    assert tao('clean', env=env).returncode == 0


@pytest.mark.engine_dependent
def test_refusals_that_have_nothing_to_do_with_gpus(each_docker: Docker, tao: Program) -> None:
    """Whether this machine has a driver is not said."""
    env = each_docker.env
    assert said(tao, 125, '--network', 'nosuchnet', 'dino', 'run', 'true', env=env) == (
        'tao: error: there is no network nosuchnet (--network)\n    try: docker network create nosuchnet\n'
    )
    assert said(tao, 125, '--network', 'container:nosuch', 'dino', 'run', 'true', env=env) == (
        'tao: error: no container nosuch is running, whose network was asked for (--network)\n    try: docker ps\n'
    )
    assert said(tao, 125, '--docker-arg=--nosuch=1', 'dino', 'run', 'true', env=env) == (
        'tao: error: this docker does not know --nosuch (--docker-arg)\n'
        '    try: leave it out, or install a newer docker\n'
    )
    env = {**env, 'DOCKER_DEFAULT_PLATFORM': f'linux/{OTHER_MACHINE}'}
    assert said(tao, 125, *NONE, '--pull', 'never', 'dino', 'train', env=env) == (
        f'tao: error: {IMAGE} is for {OWN_MACHINE}, and DOCKER_DEFAULT_PLATFORM asks for linux/{OTHER_MACHINE}\n'
        '    try: unset DOCKER_DEFAULT_PLATFORM\n'
    )


@pytest.mark.engine_dependent
def test_a_port_that_is_taken(each_docker: Docker, tao: Program) -> None:
    """The sample mounts file of NVIDIA's documentation publishes one; the second job cannot have it."""
    env = each_docker.env
    file = Path(env['HOME'], '.tao_mounts.json')
    file.write_text('{"DockerOptions": {"ports": {"8888": 8888}}}')
    assert tao('--quiet', *NONE, '--detach', 'dino', 'run', 'sleep', '600', env=env).returncode == 0
    (job,) = each_docker.wait_for('label=tao.job')
    assert said(tao, 125, 'dino', 'run', 'echo', 'second', env=env) == (
        f'tao: error: host port 8888 (DockerOptions.ports.8888 of {file}) is taken by job {job[:12]} (model/dino/run)\n'
        f'    try: another host port, such as --port 8889:8888, or tao stop {job[:12]}\n'
    )
    assert tao('stop', '--all', env=env).returncode == 0
    assert tao('clean', env=env).returncode == 0


def test_a_port_of_a_process(docker: Docker, tao: Program) -> None:
    """In the network of the engine, where the port is."""
    listen = (
        'import socket, sys\ns = socket.create_server(("127.0.0.1", 7778))\nprint("ready", flush=True)\n'
        'sys.stdin.read()'
    )
    words = air_gap.near_registry(sys.executable, '-c', listen)
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding='utf-8') as holder:
        assert holder.stdout and holder.stdout.readline() == 'ready\n'
        done = air_gap.run(air_gap.near_registry(TAO, '--port', '7778:80', 'dino', 'run', 'true'), docker.env)
        holder.communicate('')
    assert done.returncode == 125
    assert done.stderr.endswith(
        'tao: error: host port 7778 (--port) is taken by a process of this machine\n'
        '    try: another host port, such as --port 7779:80; it is shown by: ss -ltnp sport = :7778\n'
    )


@pytest.mark.engine_dependent
def test_limits_that_are_refused(docker: Docker, tao: Program) -> None:
    """Without root always; with it in a virtual machine that has not the right to. Those that work are not blamed."""
    stack = ['--ulimit', 'stack=67108864', *NONE]
    assert said(tao, 0, *stack, 'dino', 'run', 'true') == ''
    assert said(tao, 125, *stack, '--user', 'nosuch', 'dino', 'run', 'true') == ''
    assert said(tao, 127, *stack, '--workdir', '/proc/1/x', 'dino', 'run', 'true') == ''
    words = ['--ulimit', 'memlock=-1', *NONE, 'dino', 'run', 'true']
    if tao('--quiet', *words).returncode == 0:
        return
    assert said(tao, 125, *words) == (
        'tao: error: if docker said "setting rlimit" or "setrlimit": it is not allowed to raise these limits here '
        '(memlock)\n    try: leave them out of DockerOptions.ulimits (or --ulimit)\n'
    )


@pytest.mark.engine_dependent
def test_an_image_for_another_machine(each_docker: Docker, tao: Program, tmp_path: Path) -> None:
    """Its programs start nowhere here, and the code says nothing of it."""
    if any(Path('/proc/sys/fs/binfmt_misc').glob('qemu-*')):
        return  # they do start
    env = each_docker.env
    (tmp_path / 'image.tar').write_bytes(foreign.image('local.test/foreign:1', OTHER_MACHINE))
    each_docker.run('load', '--input', str(tmp_path / 'image.tar'))
    expected = (
        f'tao: error: local.test/foreign:1 is for {OTHER_MACHINE}, and this machine is {OWN_MACHINE}\n'
        f'    try: docker pull --platform linux/{OWN_MACHINE} local.test/foreign:1\n'
    )
    words = ['--quiet', *NONE, '--image', 'local.test/foreign:1', 'dino', 'train']
    done = tao(*words, env=env)
    assert done.returncode == 1 and done.stderr.endswith(expected)
    Path(env['HOME'], '.tao_mounts.json').write_text('{"DockerOptions": {"init": false}}')
    done = tao(*words, env=env)
    assert done.returncode in (1, 255) and done.stderr.endswith(expected)
    each_docker.run('rmi', 'local.test/foreign:1')


@pytest.mark.engine_dependent
def test_a_credential_helper_that_is_not_there(each_docker: Docker, tao: Program) -> None:
    """Newer clients end with 127, as for a command that is not there; older ones do without a login."""
    env = each_docker.env
    config = Path(env['HOME'], '.docker', 'config.json')
    config.parent.mkdir()
    config.write_text('{"credsStore": "nosuch"}')
    done = air_gap.run(air_gap.near_registry(TAO, *NONE, '--tag', '0.0', 'dino', 'train'), env)
    image = 'nvcr.io/nvidia/tao/tao-toolkit:0.0'
    assert done.returncode in (125, 127)
    if done.returncode == 127:
        assert done.stderr.endswith(
            f'tao: error: {image} is not here and could not be pulled: docker-credential-nosuch, which credsStore of '
            f'{config} names to keep logins, is not on PATH\n'
            "    try: install it, or remove it from that file and docker login nvcr.io -u '$oauthtoken'\n"
        )
    assert 'was not found in' not in done.stderr
    found = {one['name']: one for one in json.loads(tao('doctor', '--format', 'json', env=env).stdout)}
    assert found['login']['found'] == (
        f'docker-credential-nosuch, which credsStore of {config} names to keep logins, is not on PATH: no image can be '
        'pulled'
    )


@pytest.mark.engine_dependent
def test_image_that_is_not_here(each_docker: Docker, tao: Program) -> None:
    """The engine has no network: this is the air-gapped host."""
    image = 'nvcr.io/nvidia/tao/tao-toolkit:0.0'
    done = air_gap.run(air_gap.near_registry(TAO, '--tag', '0.0', 'dino', 'train'), each_docker.env)
    assert done.returncode == 125
    assert done.stderr.endswith(
        f'tao: error: {image} is not here and could not be pulled: nvcr.io cannot be reached from this machine\n'
        '    try: the same command with a network, or tao bundle load DIR\n'
    )
    assert said(tao, 125, '--tag', '0.0', '--pull', 'never', 'dino', 'train', env=each_docker.env) == (
        f'tao: error: {image} is not here, and --pull never forbids fetching it\n'
        f'    try: docker pull {image}\n'
    )


@pytest.mark.engine_dependent
def test_pull_always_without_a_network(tao: Program) -> None:
    """A daemon in a network of its own may reach what the client does not; a rootless one uses the client's."""
    unreached = ': the engine cannot reach nvcr.io' if ENGINE.is_rootless else ''
    assert said(tao, 125, '--pull', 'always', 'dino', 'train') == (
        f'tao: error: {IMAGE} is here, but --pull always asks its registry{unreached}\n'
        '    try: leave --pull always out\n'
    )


@pytest.mark.engine_dependent
def test_socket_without_permission(each_docker: Docker) -> None:
    host = each_docker.env['DOCKER_HOST']
    done = subprocess.run(
        [*SOMEBODY, TAO, *NONE, 'dino', 'train'], env={**each_docker.env, **NO_HOME}, cwd='/',
        stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8', timeout=60, check=False,
    )
    ours = done.stderr[done.stderr.index('tao: '):].splitlines()
    assert (done.returncode, done.stdout) == (125, '')
    assert 'permission denied while trying to connect' in done.stderr.partition('tao: ')[0]
    assert ours[0] == f'tao: error: no permission to talk to the docker daemon at {host}'
    assert re.fullmatch('    try: (sudo |su - -c ")usermod -aG docker .* && newgrp docker', ours[1])


@pytest.mark.engine_dependent
def test_command_that_is_not_there(each_docker: Docker, tao: Program) -> None:
    env = each_docker.env
    look = f'    try: docker run --rm -it {IMAGE} /bin/bash\n'
    ours = said(tao, 127, *NONE, 'dino', 'run', 'no-such-command', env=env)
    assert ours == f'tao: error: if tini reported it: command "no-such-command" was not found in {IMAGE}\n{look}'
    ours = said(tao, 126, *NONE, 'dino', 'run', '/etc/passwd', env=env)
    assert ours == f'tao: error: if tini reported it: command "/etc/passwd" cannot be executed in {IMAGE}\n{look}'
    Path(env['HOME'], '.tao_mounts.json').write_text('{"DockerOptions": {"init": false}}')
    ours = said(tao, 127, *NONE, 'dino', 'run', 'no-such-command', env=env)
    assert ours == f'tao: error: if docker reported it: command "no-such-command" was not found in {IMAGE}\n{look}'
    ours = said(tao, 126, *NONE, 'dino', 'run', '/etc/passwd', env=env)
    assert ours == f'tao: error: if docker reported it: command "/etc/passwd" cannot be executed in {IMAGE}\n{look}'


def test_a_job_that_ends_late_with_127(tao: Program) -> None:
    """A command that cannot be started ends at once; this is the job's own code."""
    assert said(tao, 127, 'dino', 'run', 'awk', 'BEGIN { system("sleep 1.2"); exit 127 }') == ''


@pytest.mark.engine_dependent
@pytest.mark.parametrize(('signal', 'code', 'words'), [
    ('SEGV', 139, f'the job crashed (segmentation fault)\n    try: docker run --rm -it {IMAGE} /bin/bash'),
    ('BUS', 135, "the job died of a bus error; /dev/shm has docker's 64 MB\n"
                 '    try: --shm_size 16G (or more) before the task name'),
])
def test_crash(tao: Program, signal: str, code: int, words: str) -> None:
    assert said(tao, code, 'dino', 'run', 'sh', '-c', f'kill -{signal} $$') == f'tao: error: {words}\n'


def test_bus_error_with_a_larger_shm(tao: Program) -> None:
    ours = said(tao, 135, '--shm_size', '1G', 'dino', 'run', 'sh', '-c', 'kill -BUS $$')
    assert ours.startswith('tao: error: the job died of a bus error; /dev/shm has 1G\n')


@pytest.mark.engine_dependent
def test_memory_limit(each_docker: Docker, tao: Program) -> None:
    """The job needs a moment: containerd watches a container only once it has started."""
    if each_docker.run('info', '--format', '{{.MemoryLimit}}').stdout == 'false\n':
        return  # a rootless daemon cannot set one with cgroups of version 1
    # kB that it may have at most, for an engine that sets no limit
    script = 'sleep 0.5; ulimit -v 500000; exec tail /dev/zero'
    ours = said(tao, 137, '--docker-arg=--memory=16m', 'dino', 'run', 'sh', '-c', script, env=each_docker.env)
    assert ours == (
        'tao: error: the job was killed: it used more memory than its limit\n'
        '    try: a higher limit, or a smaller batch size\n'
    )


@pytest.mark.engine_dependent
def test_killed_through_docker(docker: Docker) -> None:
    with launched([TAO, 'dino', 'run', 'sh', '-c', 'echo ready; exec sleep 600'], docker.env) as job:
        job.wait_for('ready')
        (container,) = docker.wait_for(OURS)
        docker.run('kill', container)
        code = job.code()
    assert (code, job.err) == (137, "tao: error: the job was killed by someone's docker stop, kill or rm -f\n")


def test_killed_from_outside(docker: Docker) -> None:
    """Not by docker, and not because memory ran out: which is all that can be known."""
    with launched([TAO, 'dino', 'run', 'sh', '-c', 'echo ready; kill -9 $$'], docker.env) as job:
        assert (job.code(), job.err) == (137, (
            "tao: error: exit code 137 is signal 9: docker killed nothing, and the kernel's out-of-memory killer did "
            "not do it either, so it is the job's own code, or someone killed its process\n"
        ))


@pytest.mark.engine_dependent
def test_gpus_without_a_toolkit_and_a_daemon_that_stops(docker: Docker, tao: Program) -> None:
    with engine_of_its_own(docker, TAO_TEST_WITHOUT_GPUS='yes') as env:
        ours = said(tao, 125, 'dino', 'train', env=env)
        has_driver = any(map(os.path.exists, ('/proc/driver/nvidia/version', '/dev/dxg', '/etc/nv_tegra_release')))
        words = '"could not select device driver", "GPU vendor" or "nvidia"'
        if not has_driver:
            assert ours == (
                f'tao: error: if docker said {words}: GPUs were asked for, but this machine has no NVIDIA driver\n'
                '    try: --gpus none before the task name\n'
            )
        else:
            assert ours.startswith('tao: error: if docker said "could not select device driver" or "GPU vendor": GPUs')
        assert said(tao, 0, *NONE, 'dino', 'run', 'true', env=env) == ''
    address = env['DOCKER_HOST']
    assert said(tao, 125, 'dino', 'train', env=env) == (
        f'tao: error: the docker daemon is not running at {address}\n    try: unset DOCKER_HOST\n'
    )


@pytest.mark.engine_dependent
def test_disk_full(docker: Docker, tao: Program) -> None:
    with engine_of_its_own(docker, data=64) as env:
        root = Path(env['DOCKER_HOST'].replace('unix://', '')).parent / 'data'
        # a pull is refused by the lack of a network; what can be seen is that no image would fit
        ours = said(tao, 125, *NONE, '--tag', '0.0', 'dino', 'train', env=env)
        full = 'tao: error: {}{}, where docker keeps images, has only {} MB free\n    try: docker image prune\n'
        absent = re.escape(f'{IMAGE.rpartition(":")[0]}:0.0 is not here and could not be pulled; ')
        assert re.fullmatch(full.format(absent, root, r'\d\d'), ours) or (
            ENGINE.is_rootless and 'nvcr.io cannot be reached from this machine' in ours)
        # a disk that small has room for a container
        assert said(tao, 125, *NONE, '--network', 'nosuch', 'dino', 'train', env=env) == (
            'tao: error: there is no network nosuch (--network)\n    try: docker network create nosuch\n'
        )
        fill(root)
        ours = said(tao, 125, *NONE, 'dino', 'train', env=env)
        assert ours == full.format('', root, 0)


def test_an_engine_that_stops_answering(docker: Docker, tao: Program, tmp_path: Path) -> None:
    """A docker that refuses, and hangs when it is asked why: the explanation has its time limit."""
    fake = tmp_path / 'docker'
    fake.write_text(
        '#!/bin/sh\ncase $1 in run) echo "docker: refused" >&2 && exit 125 ;; ps) exit 0 ;; esac\nexec sleep 600\n'
    )
    fake.chmod(0o755)
    begun = time.monotonic()
    done = tao('--engine', str(fake), *NONE, 'dino', 'train', env={**docker.env, 'DOCKER_HOST': ''})
    assert time.monotonic() - begun < 60
    assert (done.returncode, done.stdout) == (125, '')
    assert done.stderr.startswith('docker: refused\n')
    assert 'tao: error: the docker engine does not answer (no answer within' in done.stderr
