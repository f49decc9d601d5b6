"""Bundles that are damaged, interrupted or too large, with a real engine on both ends."""
from __future__ import annotations

import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import tarfile
import time
from pathlib import Path
from typing import Iterator, Mapping, Sequence, Union

import air_gap
import pexpect
import pytest
from air_gap import BARE_PYTHON, SLOW, OfflineHost, Registry
from conftest import CLIENTS, ENGINE, Docker, Program
from waiting import a_while, until

NAME, TAG = 'tao/heavy', '1'
IMAGE = f'example.test/{NAME}:{TAG}'
MEGABYTES = 12
POINTS = 6
pytestmark = pytest.mark.area('bundle')


@pytest.fixture(scope='module')
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one bundle of an image that takes a while, which is not here any more; every test gets a copy."""
    docker = Docker(CLIENTS[0], tmp_path_factory.mktemp('made'))
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode='w') as archive:
        member = tarfile.TarInfo('random')
        member.size = MEGABYTES << 20
        archive.addfile(member, io.BytesIO(os.urandom(member.size)))
    subprocess.run(
        [docker.path, 'import', '-', IMAGE], env=docker.env, input=data.getvalue(), stdout=subprocess.DEVNULL,
        check=True,
    )
    air_gap.use_catalogue(docker.env['HOME'], NAME, TAG, host='example.test')
    folder = tmp_path_factory.mktemp('made') / 'bundle'
    saved = Program('tao', docker)('bundle', 'save', folder, 'dino')
    assert (saved.returncode, saved.stdout) == (0, ''), saved.stderr
    docker.run('rmi', IMAGE)
    return folder


@pytest.fixture
def heavy(docker: Docker, made: Path) -> Iterator[str]:
    """That image, as the one task of the catalogue."""
    docker.run('load', '--quiet', '--input', str(made / 'images.tar'))
    yield air_gap.use_catalogue(docker.env['HOME'], NAME, TAG, host='example.test')
    docker.run('rmi', IMAGE, check=False)


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[OfflineHost]:
    with air_gap.offline_host(tmp_path / 'offline') as found:
        yield found


@pytest.fixture
def bundle(made: Path, heavy: str, tmp_path: Path) -> Path:
    """A bundle of the image, which is here."""
    return Path(shutil.copytree(made, tmp_path / 'bundle'))


def ended_after(
    seconds: float, number: int, words: Sequence[Union[str, Path]], env: Mapping[str, str],
) -> subprocess.CompletedProcess[str]:
    """Start a command, send it a signal after a while, and wait for its end."""
    child = subprocess.Popen(
        words, env=dict(env), cwd=env['HOME'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, encoding='utf-8',
    )
    a_while(seconds)
    child.send_signal(number)
    out, err = child.communicate(timeout=60)
    return subprocess.CompletedProcess(words, child.returncode, out, err)


def time_of(words: Sequence[Union[str, Path]], env: Mapping[str, str]) -> float:
    begun = time.monotonic()
    done = air_gap.run(words, env)
    assert done.returncode == 0, done.stderr
    return time.monotonic() - begun


def test_memory(docker: Docker, tao: Program, bundle: Path) -> None:
    """An image passes through a block at a time."""
    for words in (['save', f'{bundle}-2', 'dino'], ['verify', bundle], ['load', bundle]):
        child = subprocess.Popen(
            [tao.path, 'bundle', *words], env=docker.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        peaks = [0]
        while child.poll() is None:
            # not what wait4 tells: that counts docker's client, and pytest before it became the launcher
            status = Path(f'/proc/{child.pid}/status').read_text()
            peaks += [int(line.split()[1]) for line in status.splitlines() if line.startswith('VmHWM:')]
            time.sleep(0.005)
        assert child.returncode == 0
        assert max(peaks) < 50 << 10  # kB; half of it is python


@pytest.mark.engine_dependent
@pytest.mark.after_processes
def test_saved_again_it_holds_the_same_images(tao: Program, docker: Docker, bundle: Path) -> None:
    before = json.loads((bundle / 'manifest.json').read_text())
    assert tao('bundle', 'save', bundle, 'dino').returncode == 0
    assert json.loads((bundle / 'manifest.json').read_text())['images'] == before['images']
    assert tao('bundle', 'verify', bundle).stdout == f'{bundle}: good, 1 image\n'
    assert sorted(path.name for path in bundle.iterdir()) == ['SHA256SUMS', 'images.tar', 'manifest.json', 'tao.pyz']


def test_a_save_that_is_killed(
    docker: Docker, tao: Program, heavy: str, made: Path, offline: OfflineHost, tmp_path: Path,
) -> None:
    """What it leaves does not verify, or it can be loaded.

    The one-file program saves, because it has not to be made anew: most of the time it writes.
    """
    folder = tmp_path / 'bundle'
    words: list[str | Path] = [*BARE_PYTHON, made / 'tao.pyz', 'bundle', 'save', folder, 'dino']
    whole = time_of(words, docker.env)
    for point in range(POINTS):
        ended_after(whole * (point + random.random()) / POINTS, signal.SIGKILL, words, docker.env)
        verified = tao('bundle', 'verify', folder)
        if verified.returncode == 0:
            assert offline.run(*BARE_PYTHON, folder / 'tao.pyz', 'bundle', 'load', folder).stdout == f'{IMAGE}\n'
        else:
            assert verified.returncode == 1 and not (folder / 'SHA256SUMS').exists(), verified.stderr
    assert air_gap.run(words, docker.env).returncode == 0  # into the same folder
    assert tao('bundle', 'verify', folder).returncode == 0


@pytest.mark.after_processes
def test_a_load_that_is_killed(bundle: Path, offline: OfflineHost) -> None:
    """The same again loads it; half an image is never there."""
    words: list[str | Path] = [*BARE_PYTHON, bundle / 'tao.pyz', 'bundle', 'load', bundle]
    whole = time_of(words, offline.env)
    for point in range(POINTS):
        offline.forget()
        ended_after(whole * (point + random.random()) / POINTS, signal.SIGKILL, words, offline.env)
        assert offline.run(*words).stdout == f'{IMAGE}\n'
        assert offline.images() == [IMAGE]
    tried = offline.run('docker', 'run', '--rm', '--entrypoint', '/nothing', IMAGE, check=False)
    assert tried.returncode == 127  # it has all layers, and no such command


@pytest.mark.after_processes
@pytest.mark.parametrize(('number', 'code'), [(signal.SIGINT, -2), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
@pytest.mark.parametrize('verb', ['save', 'load'])
def test_left_early_it_ends_what_it_began(
    docker: Docker, tao: Program, bundle: Path, tmp_path: Path, verb: str, number: signal.Signals, code: int,
) -> None:
    """Ctrl-C, kill and a closed terminal: at once, no traceback, no half file, no docker client that goes on."""
    slow = tmp_path / 'slow'  # an engine that saves and loads at its leisure
    slow.write_text(SLOW.format(verbs='save|load', folder=tmp_path, docker=docker.path))
    slow.chmod(0o755)
    if verb == 'load':
        docker.run('rmi', IMAGE)
    folder = {'save': tmp_path / 'new', 'load': bundle}[verb]
    child = subprocess.Popen(
        [tao.path, '--engine', f'docker:{slow}', 'bundle', verb, folder, *(['dino'] if verb == 'save' else [])],
        env=docker.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8',
    )
    while not (tmp_path / 'pid').exists():
        time.sleep(0.02)
        assert child.poll() is None
    child.send_signal(number)
    _, err = child.communicate(timeout=60)
    assert child.returncode == code
    assert 'Traceback' not in err and 'error' not in err
    until(lambda: not Path('/proc', (tmp_path / 'pid').read_text().strip()).exists(), 'no client is left')
    if verb == 'save':
        assert list(folder.iterdir()) == []


def test_a_bundle_that_is_not_good(tao: Program, docker: Docker, bundle: Path, tmp_path: Path) -> None:
    """Every file that is not as it was saved is named, and nothing is loaded."""
    good, wrong = bundle, tmp_path / 'wrong'
    other = tmp_path / 'other'
    shutil.copytree(good, other)
    with (other / 'images.tar').open('ab') as f:
        f.write(bytes(1024))

    def damaged() -> None:
        with (wrong / 'images.tar').open('r+b') as f:
            f.seek(9 << 20)
            f.write(b'x')

    cases = (
        (damaged, 'images.tar: damaged (sha256 '),
        (lambda: os.truncate(wrong / 'images.tar', 5 << 20), 'images.tar: damaged (sha256 '),
        (lambda: os.truncate(wrong / 'tao.pyz', 0), 'tao.pyz: damaged (sha256 e3b0c44298fc…, not '),
        (lambda: shutil.copy(other / 'images.tar', wrong), 'images.tar: damaged (sha256 '),
        (lambda: (wrong / 'tao.pyz').unlink(), 'tao.pyz: No such file or directory\n'),
        (lambda: (wrong / 'autorun.inf').touch(), 'autorun.inf: not part of the bundle\n'),
        (lambda: os.truncate(wrong / 'SHA256SUMS', 100), 'manifest.json: not in SHA256SUMS\n    tao.pyz: not in '),
    )
    for change, said in cases:
        shutil.copytree(good, wrong, symlinks=True)
        change()
        for verb in ('verify', 'load'):
            done = tao('bundle', verb, wrong)
            assert (done.returncode, done.stdout) == (1, '')
            assert done.stderr.rpartition('tao: error: ')[2].startswith(f'{wrong}: not good\n    {said}')
        shutil.rmtree(wrong)
    # sums that were made anew do not make another archive part of this bundle
    shutil.copytree(good, wrong)
    shutil.copy(other / 'images.tar', wrong)
    sums = 'sha256sum images.tar manifest.json tao.pyz >SHA256SUMS'
    subprocess.run(['sh', '-c', sums], cwd=wrong, check=True)
    done = tao('--quiet', 'bundle', 'load', wrong)
    said = f'tao: error: {wrong}: not good\n    images.tar: not the one that manifest.json names\n'
    assert (done.returncode, done.stdout, done.stderr) == (1, '', said)


def test_no_bundle(tao: Program, tmp_path: Path) -> None:
    why = 'not a complete bundle\n    SHA256SUMS, which is written last: No such file or directory\n'
    for folder in (tmp_path, tmp_path / 'nowhere'):
        done = tao('bundle', 'verify', folder)
        assert (done.returncode, done.stdout, done.stderr) == (1, '', f'tao: error: {folder}: {why}')


def test_a_folder_with_other_files_is_left_alone(tao: Program, tmp_path: Path) -> None:
    (tmp_path / 'thesis.tex').touch()
    before = sorted(tmp_path.iterdir())
    done = tao('bundle', 'save', tmp_path, 'model/dino')
    assert (done.returncode, done.stdout) == (1, '')
    assert 'holds other files (' in done.stderr and done.stderr.endswith(
        f'    a bundle needs a folder of its own\n    try: tao bundle save {tmp_path}/bundle …\n'
    )
    assert sorted(tmp_path.iterdir()) == before


def test_an_image_that_is_not_here(tao: Program, docker: Docker, tmp_path: Path) -> None:
    reference = air_gap.use_catalogue(docker.env['HOME'], 'tao/nowhere', '1')
    done = tao('bundle', 'save', tmp_path / 'bundle', 'dino')
    assert (done.returncode, done.stdout) == (1, '')
    assert done.stderr == f'tao: error: 1 image not here\n    {reference}\n    try: tao pull model/dino\n'
    assert not (tmp_path / 'bundle').exists()


def test_a_full_disk_where_it_is_saved(docker: Docker, tao: Program, heavy: str, tmp_path: Path) -> None:
    folder = tmp_path / 'stick'
    folder.mkdir()
    mount = 'mount -t tmpfs -o size=8m tmpfs "$1"'
    script = f'{mount} && "$0" --quiet bundle save "$1/bundle" dino; echo $?; ls -A "$1/bundle"'
    done = air_gap.run(['unshare', '--mount', 'sh', '-c', script, tao.path, folder], docker.env)
    assert done.stdout == '1\n'  # and no file
    said = f'tao: error: {folder}/bundle: No space left on device\n    the bundle is not complete\n'
    assert done.stderr == said


@pytest.mark.engine_dependent
def test_a_full_disk_where_it_is_loaded(bundle: Path, tmp_path: Path) -> None:
    with air_gap.offline_host(tmp_path / 'offline', disk='16m') as host:
        words: list[str | Path] = [*BARE_PYTHON, bundle / 'tao.pyz', '--quiet', 'bundle', 'load', bundle]
        done = host.run(*words, check=False)
        assert (done.returncode, done.stdout) == (1, '')
        assert done.stderr.startswith(f'tao: error: not enough room in {host.folder}/data\n    ')
        done = host.run(*words[:-3], '--no-check', *words[-3:], check=False)
        assert (done.returncode, done.stdout) == (125, '')
        assert done.stderr.startswith('tao: error: the images could not be loaded\n    ')
        assert 'no space left on device' in done.stderr
        assert done.stderr.endswith(
            '    the disk is full where the engine keeps images\n    try: docker image prune\n'
        )
        assert host.images() == []
        for where in ([], host.inside):
            remount = ['mount', '-o', 'remount,size=200m', str(host.folder / 'data')]
            subprocess.run([*where, *remount], check=True)
        assert host.run(*words).stdout == f'{IMAGE}\n'


@pytest.mark.engine_dependent
def test_ids_that_can_not_be_remembered(docker: Docker, tao: Program, registry: Registry, tmp_path: Path) -> None:
    """The images are loaded, and what is missing is said."""
    name, tag = 'nvidia/tao/tao-toolkit', '7.1.0-pyt'
    by_digest = air_gap.publish(docker, f'{name}:{tag}', registry)
    air_gap.use_catalogue(docker.env['HOME'], name, tag, by_digest.partition('@')[2])
    assert tao('pull', 'dino').returncode == 0
    registry.cut()
    assert tao('bundle', 'save', tmp_path / 'bundle', 'dino').returncode == 0
    docker.run('rmi', by_digest)  # its tag stays; containerd's store knows the digest even so
    home = Path(docker.env['HOME'])
    (home / '.local').write_text('no folder')
    done = tao('--quiet', 'bundle', 'load', tmp_path / 'bundle')
    if ENGINE.has_containerd_store:  # it knows the digest itself
        assert (done.returncode, done.stdout) == (0, f'{by_digest}\n')
    for name in (f'{by_digest.partition("@")[0]}:bundle-{by_digest.rpartition(":")[2][:12]}', by_digest):
        docker.run('rmi', name, check=False)  # in containerd's store the one may go with the other
    path = home / '.local/state/tao/images.json'
    assert ENGINE.has_containerd_store or (done.returncode, done.stdout, done.stderr) == (1, '', (
        f'tao: error: {path}: what is there is not a folder\n'
        '    the images are loaded, but references by digest will not be found\n'
        '    try: the same command again once it can be written\n'
    ))


@pytest.mark.engine_dependent
def test_dry_runs_print_what_is_run(docker: Docker, tao: Program, bundle: Path, tmp_path: Path) -> None:
    done = tao('bundle', 'save', '--dry-run', tmp_path / 'new', 'dino')
    assert (done.stdout, done.stderr) == (
        f'docker save {IMAGE}\n', f'tao: notice: its output goes into {tmp_path}/new/images.tar\n',
    )
    assert not (tmp_path / 'new').exists()
    done = tao('--quiet', '--dry-run', 'bundle', 'load', bundle)
    assert (done.stdout, done.stderr) == ('', '')  # it is here
    docker.run('tag', IMAGE, 'kept:1')
    docker.run('rmi', IMAGE)
    done = tao('--quiet', '--dry-run', 'bundle', 'load', bundle)
    (image,) = json.loads((bundle / 'manifest.json').read_text())['images']
    assert done.stdout == f'docker tag {image["id"]} {IMAGE}\n'
    assert tao('--quiet', 'bundle', 'load', bundle).returncode == 0
    docker.run('rmi', 'kept:1')
    docker.run('rmi', IMAGE)
    done = tao('--quiet', '--dry-run', 'bundle', 'load', bundle)
    assert done.stdout == 'docker load\n'
    assert tao('--quiet', 'bundle', 'load', bundle).returncode == 0


@pytest.mark.after_processes
def test_progress_on_a_terminal(docker: Docker, tao: Program, bundle: Path) -> None:
    """One line that is rewritten; what follows it begins a line of its own."""
    with (bundle / 'images.tar').open('ab') as f:
        f.write(bytes(1 << 20))
    words = ['bundle', 'verify', str(bundle)]
    child = pexpect.spawn(str(tao.path), words, env=docker.env, encoding='utf-8', timeout=60)
    said = child.read()
    child.close()
    lines = said.replace('\r\n', '\n').split('\n')
    assert child.exitstatus == 1
    assert re.fullmatch(r'\r\x1b\[K' + r'tao: checking images.tar: \d+\.\d MB of \d+\.\d MB, \d+\.\d [MG]B/s', lines[0])
    assert re.sub(r'\x1b\[\d*m', '', lines[1]) == f'tao: error: {bundle}: not good'
