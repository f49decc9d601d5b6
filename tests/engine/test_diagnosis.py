"""Why a launch failed, on real engines that refuse for a real reason; docker's own words come first and unchanged."""
from __future__ import annotations

import os
import re
import shlex
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Iterator, Mapping

import pytest
from jobs import IMAGE, OURS, SOMEBODY, TAO, launched

if TYPE_CHECKING:
    from conftest import Docker, Program

PRIVATE = Path(__file__).resolve().parent.parent / 'private_dockerd'
MEBIBYTE = 1 << 20
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
    """Leave out what differs from call to call: a failed look-up's port, a temporary folder, tini's process, an id."""
    differs = r'(?<=:)\d{4,5}(?=->)|(?<=/new-)\d+|(?<=FATAL tini )\(\d+\)|[0-9a-f]{64}'
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


@pytest.mark.parametrize('code', [1, 2, 3, 42, 125, 126, 127, 143, 255])
def test_a_job_that_fails_by_itself(tao: Program, code: int) -> None:
    assert said(tao, code, 'dino', 'run', 'sh', '-c', f'echo its own words >&2; exit {code}') == ''


@pytest.mark.engine_dependent
def test_name_conflict(each_docker: Docker, tao: Program) -> None:
    each_docker.run('run', '--detach', '--name', 'night', IMAGE, 'sleep', '60')
    assert said(tao, 125, '--name', 'night', 'dino', 'train', env=each_docker.env) == (
        'tao: error: a container named night exists already\n'
        '    try: docker rm night, or another --name\n'
    )


@pytest.mark.engine_dependent
def test_image_that_is_not_here(each_docker: Docker, tao: Program) -> None:
    """The engine has no network: this is the air-gapped host."""
    image = 'nvcr.io/nvidia/tao/tao-toolkit:0.0'
    assert said(tao, 125, '--tag', '0.0', 'dino', 'train', env=each_docker.env) == (
        f'tao: error: {image} is not here and could not be pulled; if docker said "unauthorized" or "denied": '
        'no login for nvcr.io is stored\n'
        "    try: docker login nvcr.io -u '$oauthtoken'\n"
    )
    assert said(tao, 125, '--tag', '0.0', '--pull', 'never', 'dino', 'train', env=each_docker.env) == (
        f'tao: error: {image} is not here, and --pull never forbids to fetch it\n'
        f'    try: docker pull {image}\n'
    )


@pytest.mark.engine_dependent
def test_pull_always_without_a_network(tao: Program) -> None:
    assert said(tao, 125, '--pull', 'always', 'dino', 'train') == (
        f'tao: error: {IMAGE} is here, but --pull always asks its registry\n'
        '    try: leave --pull always out\n'
    )


@pytest.mark.engine_dependent
def test_socket_without_permission(each_docker: Docker) -> None:
    host = each_docker.env['DOCKER_HOST']
    done = subprocess.run(
        [*SOMEBODY, TAO, *NONE, 'dino', 'train'], env={**each_docker.env, 'HOME': '/'}, cwd='/',
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
    assert ours == f'tao: error: if tini said so: no-such-command is not there in {IMAGE}\n{look}'
    ours = said(tao, 126, *NONE, 'dino', 'run', '/etc/passwd', env=env)
    assert ours == f'tao: error: if tini said so: /etc/passwd cannot be executed in {IMAGE}\n{look}'
    Path(env['HOME'], '.tao_mounts.json').write_text('{"DockerOptions": {"init": false}}')
    ours = said(tao, 127, *NONE, 'dino', 'run', 'no-such-command', env=env)
    assert ours == f'tao: error: if docker said so: no-such-command is not there in {IMAGE}\n{look}'
    ours = said(tao, 126, *NONE, 'dino', 'run', '/etc/passwd', env=env)
    assert ours == f'tao: error: if docker said so: /etc/passwd cannot be executed in {IMAGE}\n{look}'


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
    with launched([TAO, 'dino', 'run', 'sh', '-c', 'echo ready; exec sleep 60'], docker.env) as job:
        job.wait_for('ready')
        (container,) = docker.wait_for(OURS)
        docker.run('kill', container)
        code = job.code()
    assert (code, job.err) == (137, "tao: error: the job was killed by someone's docker stop or docker kill\n")


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
        if not has_driver:
            assert ours == (
                'tao: error: GPUs were asked for, but this machine has no NVIDIA driver\n'
                '    try: --gpus none before the task name\n'
            )
        else:
            assert ours.startswith('tao: error: GPUs were asked for; if docker said "could not select device driver"')
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
        full = 'tao: error: {}, where docker keeps images, has only {} MB free\n    try: docker image prune\n'
        assert re.fullmatch(full.format(root, r'\d\d'), ours)
        fill(root)
        ours = said(tao, 125, *NONE, 'dino', 'train', env=env)
        assert ours == full.format(root, 0)


def test_an_engine_that_stops_answering(docker: Docker, tao: Program, tmp_path: Path) -> None:
    """A docker that refuses, and hangs when it is asked why: the explanation has its time limit."""
    fake = tmp_path / 'docker'
    fake.write_text(
        '#!/bin/sh\ncase $1 in run) echo "docker: refused" >&2 && exit 125 ;; ps) exit 0 ;; esac\nexec sleep 60\n'
    )
    fake.chmod(0o755)
    begun = time.monotonic()
    done = tao('--engine', str(fake), *NONE, 'dino', 'train', env={**docker.env, 'DOCKER_HOST': ''})
    assert time.monotonic() - begun < 20
    assert (done.returncode, done.stdout) == (125, '')
    assert done.stderr.startswith('docker: refused\n')
    assert 'tao: error: the docker engine does not answer (no answer within' in done.stderr
