"""The base image of a checkout, built and pushed for real: the digest in the manifest is what runs."""
from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import air_gap
import mini_checkouts
import pytest
from air_gap import Registry
from conftest import ENGINE, version_of
from jobs import NO_HOME, SOMEBODY
from mini_checkouts import OLD, REPOSITORY, Mini

if TYPE_CHECKING:
    from conftest import Docker, Program

READ = ['--gpus', 'none', '--', 'cat', '/content.txt']
pytestmark = pytest.mark.area('build')


@pytest.fixture
def logged(docker: Docker, tmp_path: Path) -> Path:
    """An engine that notes its words, one JSON-free line per word, and is the real one otherwise."""
    path = tmp_path / 'logged'
    path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" "" >>{tmp_path}/calls\nexec {docker.path} "$@"\n')
    path.chmod(0o755)
    return path


def uses_buildkit(docker: Docker) -> bool:
    """Has the client BuildKit? Since docker 23 this is a matter of its plugin."""
    return ENGINE.has_buildx or int(version_of(docker.path).partition('.')[0]) < 23


def calls(logged: Path) -> list[list[str]]:
    """What that engine was called with."""
    text = (logged.parent / 'calls').read_text()
    return [call.split('\n') for call in text.rstrip('\n').split('\n\n')]


@pytest.mark.engine_dependent
@pytest.mark.after_processes
def test_the_whole_story(mini: Mini, tao_pt: Program, registry: Registry) -> None:
    """Build, push, the digest in the manifest, run by it, change something, build and push again."""
    (mini.root / 'release').mkdir()
    (mini.root / 'release' / 'Dockerfile').write_text(f'# base\nFROM x@{OLD}\n')
    (mini.root / 'notes').write_bytes(OLD.encode() + b'\xff\0')
    before = mini.manifest.read_text()
    done = mini.run(tao_pt.path, 'build')
    assert (done.returncode, done.stdout) == (0, f'{mini.image("root")}\n')
    assert done.stderr.endswith(f'tao_pt: notice: to run it: tao_pt --image {mini.image("root")}\n')
    assert mini.manifest.read_text() == before and mini.images() == ['root']

    found = []
    for content in ('one', 'two'):
        (mini.root / 'content.txt').write_text(f'{content}\n')
        done = mini.run(tao_pt.path, 'build', '--push')
        digest = mini.digest()
        assert (done.returncode, done.stdout) == (0, f'{registry.host}/{REPOSITORY}@{digest}\n'), done.stderr
        assert mini.manifest.read_text() == before.replace(OLD, digest)
        assert f'\ntao_pt: notice: {mini.manifest}: digest is now {digest}\n' in done.stderr
        left = f'tao_pt: notice: the old digest {OLD} still appears in notes:1, release/Dockerfile:2\n'
        assert done.stderr.endswith(left) == (content == 'one')
        mini.forget()  # so that it comes from the registry
        ran = mini.run(tao_pt.path, *READ)
        assert (ran.returncode, ran.stdout) == (0, f'{content}\n')
        found.append(digest)
    assert len({OLD, *found}) == 3

    (mini.root / 'release' / 'Dockerfile').write_text('FROM scratch\n')
    done = mini.run(tao_pt.path, 'build', '--push')  # nothing has changed, but that the layers are made anew
    assert done.returncode == 0 and 'the old digest' not in done.stderr


@pytest.mark.engine_dependent
def test_what_is_printed_is_what_is_run(mini: Mini, tao_pt: Program, logged: Path) -> None:
    words = ['--engine', f'docker:{logged}', 'build', '--push', '--force', '--build-arg', 'A=x y']
    Path(mini.docker.env['HOME'], '.local/state/tao').mkdir(parents=True)  # else it is said that it will be
    printed = mini.run(tao_pt.path, *words, '--dry-run')
    assert (printed.returncode, printed.stderr) == (0, '') and not (logged.parent / 'calls').exists()
    *lines, last = printed.stdout.splitlines()
    assert last == f'# then: its digest, of RepoDigests, goes into {mini.manifest} as digest'
    done = mini.run(tao_pt.path, *words)
    assert done.returncode == 0, done.stderr
    minute = re.compile(r'root-\d{12}$')
    lines = [line for line in lines if not line.startswith('#')]
    assert [[minute.sub('root-MINUTE', word) for word in shlex.split(line)] for line in lines] == [
        [minute.sub('root-MINUTE', word) for word in (str(logged), *call)] for call in calls(logged)
    ]
    (pushed,) = [tag for tag in mini.images() if tag != 'root']
    assert minute.fullmatch(pushed)


@pytest.mark.engine_dependent
@pytest.mark.parametrize('machine', ['amd64', 'arm64'])
def test_two_architectures(mini: Mini, tao_pt: Program, docker: Docker, registry: Registry, machine: str) -> None:
    """The entry of the machine that the image is for is the one that changes."""
    base = f'{registry.host}/for:{machine}'
    mini_checkouts.load_image(docker, base, machine)
    docker.run('push', '--quiet', base)
    (mini.root / 'docker' / 'Dockerfile').write_text(f'FROM {base}\nCOPY content.txt /content.txt\n')
    before = mini.write({'digests': {'x86': OLD, 'arm': OLD}})
    done = mini.run(tao_pt.path, 'build', '--push')
    assert done.returncode == 0, done.stderr
    name, other = {'amd64': ('x86', 'arm'), 'arm64': ('arm', 'x86')}[machine]
    digests = json.loads(mini.manifest.read_text())['digests']
    assert digests[other] == OLD and done.stdout == f'{registry.host}/{REPOSITORY}@{digests[name]}\n'
    assert mini.manifest.read_text() == before.replace(f'"{name}": "{OLD}"', f'"{name}": "{digests[name]}"')


def test_a_manifest_with_a_tag(mini: Mini, tao_pt: Program, registry: Registry) -> None:
    """The digest goes beside it, and is what runs from then on; --tag is the name here, not in the registry."""
    before = mini.write({'tag': '5.0.0-pyt-base'})
    done = mini.run(tao_pt.path, 'build', '--push', '--tag', 'mine')
    assert done.returncode == 0, done.stderr
    digest = mini.digest()
    assert mini.manifest.read_text() == before.replace(
        '"5.0.0-pyt-base"', f'"5.0.0-pyt-base",\n    "digest": "{digest}"',
    )
    assert [re.sub(r'\d{12}', 'MINUTE', tag) for tag in mini.images()] == ['mine', 'root-MINUTE']
    line = shlex.split(mini.run(tao_pt.path, '--dry-run', *READ).stdout)
    assert line[-3] == f'{registry.host}/{REPOSITORY}@{digest}'


def test_another_registry(mini: Mini, tao_pt: Program, registry: Registry) -> None:
    text = mini.manifest.read_text().replace(registry.host, 'nvcr.io')
    mini.manifest.write_text(text)
    done = mini.run(tao_pt.path, 'build', '--push', OVERRIDE_REGISTRY=registry.host)
    assert done.returncode == 0, done.stderr
    assert mini.manifest.read_text() == text.replace(OLD, mini.digest())
    assert done.stderr.endswith(
        f'tao_pt: notice: the image is in {registry.host}, while the manifest names nvcr.io: '
        'launches need --registry as well\n'
    )
    ran = mini.run(tao_pt.path, '--registry', registry.host, *READ)
    assert (ran.returncode, ran.stdout) == (0, 'one\n')


@pytest.mark.engine_dependent
def test_a_dockerfile_that_fails(mini: Mini, tao_pt: Program, logged: Path) -> None:
    with (mini.root / 'docker' / 'Dockerfile').open('a') as f:
        f.write('RUN echo said && exit 3\n')
    before = mini.manifest.read_bytes()
    done = mini.run(tao_pt.path, '--engine', f'docker:{logged}', 'build', '--push')
    if uses_buildkit(mini.docker):
        mini.docker.env['DOCKER_BUILDKIT'] = '1'
    bare = mini.docker.run('build', '-f', f'{mini.root}/docker/Dockerfile', str(mini.root), check=False)
    assert (done.returncode, done.stdout) == (bare.returncode, '') and done.returncode != 0
    assert re.search(r'^(#\d+ [\d.]+ )?said$', done.stderr, re.MULTILINE)  # BuildKit says which step did, and when
    assert mini.manifest.read_bytes() == before
    build = ['buildx', 'buildx'] if ENGINE.has_buildx else ['--version', 'image', 'build']
    assert [call[0] for call in calls(logged)] == build


@pytest.mark.engine_dependent
def test_a_stage_that_nothing_needs_is_not_built(mini: Mini, tao_pt: Program) -> None:
    """BuildKit is used, also where the client has it and does not use it by itself."""
    dockerfile = mini.root / 'docker' / 'Dockerfile'
    dockerfile.write_text(f'FROM scratch AS unused\nRUN false\n\n{dockerfile.read_text()}')
    done = mini.run(tao_pt.path, 'build')
    assert (done.returncode == 0) == uses_buildkit(mini.docker), done.stderr
    done = mini.run(tao_pt.path, 'build', DOCKER_BUILDKIT='0')
    assert (done.returncode == 0) == ENGINE.has_buildx  # which the caller's word does not reach


@pytest.mark.engine_dependent
@pytest.mark.parametrize('closed', [True, False])
def test_a_registry_that_refuses(mini: Mini, tao_pt: Program, tmp_path: Path, closed: bool) -> None:
    """One that wants a login, and one that nobody runs."""
    with air_gap.registry(tmp_path / 'closed', 5001, air_gap.CLOSED) as refusing:
        if not closed:
            refusing.cut()
        mini.host = refusing.host
        before = mini.write({'digest': OLD})
        done = mini.run(tao_pt.path, 'build', '--push')
    (pushed,) = [tag for tag in mini.images() if tag != 'root']
    bare = mini.docker.run('push', mini.image(pushed), check=False)
    assert (done.returncode, done.stdout) == (bare.returncode, '') and done.returncode != 0
    assert done.stderr.endswith(
        f'tao_pt: notice: {mini.image(pushed)} was built, but not pushed; if access was denied: '
        f'docker login {refusing.host}\n'
    )
    assert mini.manifest.read_text() == before


def refused(mini: Mini, what: str, path: Path) -> str:
    return (
        f'tao_pt: error: {mini.manifest}: cannot be written\n    {what} is read-only for you: {path}\n'
        f'    nothing was built or pushed\n    try: ls -ld {shlex.quote(str(path))}, or build without --push\n'
    )


def test_a_manifest_on_a_read_only_disk(mini: Mini, tao_pt: Program, logged: Path) -> None:
    """Not even root may write there. It is said before anything is built."""
    folder = mini.root / 'docker'
    subprocess.run(['mount', '--bind', folder, folder], check=True)
    try:
        subprocess.run(['mount', '-o', 'remount,bind,ro', folder], check=True)
        done = mini.run(tao_pt.path, '--engine', f'docker:{logged}', 'build', '--push')
        assert (done.returncode, done.stdout, done.stderr) == (2, '', refused(mini, 'the file', mini.manifest))
        assert not (logged.parent / 'calls').exists()
        assert mini.run(tao_pt.path, '--engine', f'docker:{logged}', 'build').returncode == 0
    finally:
        subprocess.run(['umount', folder], check=True)


@pytest.mark.parametrize('which', ['file', 'folder'])
def test_somebody_elses_manifest(
    mini: Mini, tao_pt: Program, socket_for_all: None, logged: Path, which: str,
) -> None:
    mini.manifest.chmod(0o666 if which == 'folder' else 0o644)
    (mini.root / 'docker').chmod(0o777 if which == 'file' else 0o755)
    done = mini.run(tao_pt.path, '--engine', f'docker:{logged}', 'build', '--push', prefix=SOMEBODY)
    expected = refused(mini, 'the file', mini.manifest) if which == 'file' else refused(
        mini, 'its folder', mini.root / 'docker')
    assert (done.returncode, done.stdout, done.stderr) == (2, '', expected)
    assert not (logged.parent / 'calls').exists()


@pytest.mark.engine_dependent
def test_a_manifest_that_somebody_changes_meanwhile(
    mini: Mini, tao_pt: Program, docker: Docker, tmp_path: Path,
) -> None:
    engine = tmp_path / 'changes'
    engine.write_text(
        f'#!/bin/sh\n[ "$1" != push ] || echo "{{}}" >"{mini.manifest}"\nexec {docker.path} "$@"\n',
    )
    engine.chmod(0o755)
    done = mini.run(tao_pt.path, '--engine', f'docker:{engine}', 'build', '--push')
    (pushed,) = [tag for tag in mini.images() if tag != 'root']
    (found,) = json.loads(docker.run('image', 'inspect', mini.image(pushed)).stdout)
    (named,) = found['RepoDigests']
    assert (done.returncode, done.stdout) == (1, '')
    assert done.stderr.endswith(
        f'tao_pt: error: {mini.manifest}: left as it is: someone else changed it in the meantime\n'
        f'    the image was pushed, and is {named}\n'
        '    try: put that digest into the file, if it is still the one you want\n'
    )
    assert mini.manifest.read_text() == '{}\n'
    assert sorted(path.name for path in mini.manifest.parent.iterdir()) == ['Dockerfile', 'manifest.json', 'python']


def test_mode_and_links_stay(mini: Mini, tao_pt: Program) -> None:
    """A manifest that is a link stays one; the file after it keeps its mode."""
    real = mini.root / 'real.json'
    mini.manifest.rename(real)
    real.chmod(0o664)
    mini.manifest.symlink_to('../real.json')
    done = mini.run(tao_pt.path, 'build', '--push')
    assert done.returncode == 0, done.stderr
    assert mini.manifest.is_symlink() and json.loads(real.read_text())['digest'] != OLD
    assert real.stat().st_mode & 0o777 == 0o664


def wait_for_processes(count: int, *words: str) -> None:
    """Wait until that many run with these words, in whatever container: BuildKit's are in no list of docker's."""
    deadline = time.monotonic() + 60
    argv = ''.join(f'{word}\0' for word in words).encode()

    def has_it(process: Path) -> bool:
        try:
            return (process / 'cmdline').read_bytes() == argv
        except OSError:  # it has ended
            return False

    while (found := sum(map(has_it, Path('/proc').glob('[0-9]*')))) != count:
        assert time.monotonic() < deadline, f'{found} processes {words}'
        time.sleep(0.05)


@pytest.mark.engine_dependent
@pytest.mark.after_processes
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_build(mini: Mini, tao_pt: Program, number: int) -> None:
    """Ctrl-C reaches docker and the launcher alike; SIGTERM the launcher alone, which ends docker."""
    pause = f'60{os.getpid()}'  # seconds, and nobody else's
    with (mini.root / 'docker' / 'Dockerfile').open('a') as f:
        f.write(f'RUN sleep {pause}\n')
    before = mini.manifest.read_bytes()
    child = subprocess.Popen(
        [tao_pt.path, 'build', '--push'], env=mini.docker.env, cwd=mini.root, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )
    wait_for_processes(1, 'sleep', pause)
    begun = time.monotonic()
    if number == signal.SIGINT:
        subprocess.run(['kill', '-INT', '--', f'-{child.pid}'], check=True)
    else:
        child.send_signal(number)
    out, _ = child.communicate(timeout=60)
    assert (child.returncode, out) == (-2 if number == signal.SIGINT else 143, b'')
    assert time.monotonic() - begun < 60
    assert mini.manifest.read_bytes() == before and mini.images() == []
    wait_for_processes(0, 'sleep', pause)
    mini.docker.wait_for(count=0)


@pytest.mark.after_processes
def test_a_signal_ends_a_build_through_sudo(mini: Mini, tao_pt: Program, docker: Docker, tmp_path: Path) -> None:
    """The client is root's and the launcher is not: sudo is asked to end it. Only this launcher sees the rule."""
    rules = tmp_path / 'sudoers'
    rules.write_text(  # with these settings sudo becomes the client
        'Defaults !pam_session,!pam_setcred,!use_pty\nnobody ALL=(root) NOPASSWD: ALL\n')
    rules.chmod(0o440)
    temporary = tmp_path / 'temporary'
    temporary.mkdir()
    temporary.chmod(0o1777)
    pause = f'62{os.getpid()}'
    with (mini.root / 'docker' / 'Dockerfile').open('a') as f:
        f.write(f'RUN sleep {pause}\n')
    engine = f'sudo -n {docker.path} --host {docker.env["DOCKER_HOST"]}'
    child = subprocess.Popen(
        ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/sudoers && exec "$@"', rules,
         *[word.replace('12345', '65534') for word in SOMEBODY], tao_pt.path, '--engine', engine, 'build'],
        env={**mini.docker.env, **NO_HOME, 'TMPDIR': str(temporary)}, cwd=mini.root, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )
    wait_for_processes(1, 'sleep', pause)
    child.send_signal(signal.SIGTERM)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out) == (143, b''), err
    wait_for_processes(0, 'sleep', pause)


@pytest.mark.engine_dependent
def test_a_secret_reaches_the_build_and_no_command_line(mini: Mini, tao_pt: Program, logged: Path) -> None:
    with (mini.root / 'docker' / 'Dockerfile').open('a') as f:
        f.write('ARG EFF_TOKEN\nRUN echo "${#EFF_TOKEN}" >/content.txt\n')
    done = mini.run(tao_pt.path, '--engine', f'docker:{logged}', 'build', '--build-arg', 'EFF_TOKEN=hunter2')
    assert done.returncode == 0 and 'hunter2' not in done.stdout + done.stderr
    assert 'hunter2' not in str(calls(logged)) and '--build-arg\nEFF_TOKEN\n' in (logged.parent / 'calls').read_text()
    ran = mini.run(tao_pt.path, '--tag', 'root', *READ)
    assert (ran.returncode, ran.stdout) == (0, '7\n')


@pytest.mark.engine_dependent
def test_a_build_secret_is_in_no_layer(mini: Mini, tao_pt: Program, logged: Path, tmp_path: Path) -> None:
    """By name, with a value, and docker's own form; without BuildKit docker refuses it."""
    (tmp_path / 'file').write_text('hunter222')
    with (mini.root / 'docker' / 'Dockerfile').open('a') as f:
        for id in ('NETRC', 'PLAIN', 'file'):
            f.write(f'RUN --mount=type=secret,id={id} wc -c </run/secrets/{id} >>/content.txt\n')
    done = mini.run(
        tao_pt.path, '--engine', f'docker:{logged}', 'build', '--build-secret', 'NETRC', '--build-secret',
        'PLAIN=hunter22', '--build-secret', f'id=file,src={tmp_path}/file', NETRC='hunter2',
    )
    assert (done.returncode == 0) == uses_buildkit(mini.docker), done.stderr
    assert 'hunter2' not in done.stdout + done.stderr + str(calls(logged))
    if done.returncode == 0:
        assert mini.run(tao_pt.path, '--tag', 'root', *READ).stdout.split() == ['one', '7', '8', '9']
        assert 'hunter2' not in mini.docker.run('history', '--no-trunc', mini.image('root')).stdout


def test_an_engine_behind_sudo(mini: Mini, tao_pt: Program, docker: Docker) -> None:
    """The secret gets through: sudo is told to keep it."""
    if not shutil.which('sudo') or subprocess.run(['sudo', '-n', 'true'], check=False).returncode:
        pytest.skip('sudo is not installed, or wants a password')
    with (mini.root / 'docker' / 'Dockerfile').open('a') as f:
        f.write('ARG EFF_TOKEN\nRUN echo "${#EFF_TOKEN}" >/content.txt\n')
    engine = f'sudo -n {docker.path} --host {docker.env["DOCKER_HOST"]}'
    done = mini.run(tao_pt.path, '--engine', engine, 'build', '--push', '--build-arg', 'EFF_TOKEN=hunter2')
    assert done.returncode == 0, done.stderr
    assert done.stdout == f'{mini.host}/{REPOSITORY}@{mini.digest()}\n'
    ran = mini.run(tao_pt.path, *READ)
    assert (ran.returncode, ran.stdout) == (0, '7\n')


@pytest.mark.engine_dependent
def test_other_platforms_without_buildx(mini: Mini, tao_pt: Program) -> None:
    done = mini.run(tao_pt.path, 'build', '--multiplatform', '--dry-run')
    assert (done.returncode, 'has no buildx' in done.stderr) == ((0, False) if ENGINE.has_buildx else (125, True))


def test_no_engine(mini: Mini, tao_pt: Program) -> None:
    done = mini.run(tao_pt.path, '--engine', '/nowhere/docker', 'build')
    assert (done.returncode, done.stdout) == (125, '')
    assert done.stderr.startswith('tao_pt: error: /nowhere/docker: no such program\n')


@pytest.fixture
def podman(mini: Mini) -> Iterator[Path]:
    """A podman beside the registry, with an empty store, which finds no TLS there."""
    if not shutil.which('podman'):
        pytest.skip('podman is not installed')
    folder = Path(tempfile.mkdtemp(prefix='tao-pod-', dir='/tmp'))  # it takes no long paths
    (folder / 'registries.conf').write_text(f'[[registry]]\nlocation = "{mini.host}"\ninsecure = true\n')
    path = folder / 'podman'
    path.write_text(
        f'#!/bin/sh\nexport CONTAINERS_REGISTRIES_CONF={folder}/registries.conf\n'
        f'exec ip netns exec {air_gap.NETNS} {shutil.which("podman")} --root {folder}/store --runroot {folder}/run '
        '--storage-driver vfs "$@"\n',
    )
    path.chmod(0o755)
    yield path
    subprocess.run([path, 'rmi', '--all', '--force'], stdout=subprocess.DEVNULL, check=True)
    shutil.rmtree(folder)


def test_podman_tells_another_digest_than_it_pushes(mini: Mini, tao_pt: Program, podman: Path) -> None:
    """The one that the registry has is the one that counts: docker runs by it."""
    def checked() -> tuple[int, set[str]]:
        done = mini.run(tao_pt.path, '--engine', str(podman), 'check', '--format', 'json')
        return done.returncode, {one['status'] for one in json.loads(done.stdout) if one['name'] == 'image'}

    assert checked() == (1, {'fail'})
    done = mini.run(tao_pt.path, '--engine', str(podman), 'build', '--push')
    assert done.returncode == 0, done.stderr
    assert done.stdout == f'{mini.host}/{REPOSITORY}@{mini.digest()}\n'
    assert checked() == (0, {'ok'})
    subprocess.run([podman, 'rmi', '--all', '--force'], stdout=subprocess.DEVNULL, check=True)
    assert checked() == (0, {'ok'})
    ran = mini.run(tao_pt.path, *READ)
    assert (ran.returncode, ran.stdout) == (0, 'one\n')
    assert sorted(path.name for path in mini.manifest.parent.iterdir()) == ['Dockerfile', 'manifest.json', 'python']
    printed = mini.run(tao_pt.path, '--engine', str(podman), 'build', '--push', '--dry-run').stdout.splitlines()
    (push,) = [line for line in printed if ' push ' in line]
    *words, digest_file = shlex.split(push)[1:4]
    assert words == ['push', '--digestfile']
    assert re.fullmatch(r'/.*/\.local/state/tao/[0-9a-f]{12}\.digest', digest_file) and not Path(digest_file).exists()
    assert printed[-1] == f'# then: its digest, in that file, goes into {mini.manifest} as digest'
