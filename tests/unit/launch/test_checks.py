"""What is looked for on this host before a launch."""
from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest
from nobody import as_nobody
from support import FakeDocker, command, mounted, tao, write_mounts

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason='needs root, who can give folders to others')
NOT_YOU = (
    'the job runs as 1000:1000, not as you (0:0); "user": "host" (or --run_as_user) means whoever launches'
)


@pytest.fixture
def folders(open_folder: Path, home: Path) -> Path:
    """A home with folders of root's for results and specs, mounted, with a spec file; jobs run as 1000:1000."""
    for name in ('results', 'specs'):
        (home / name).mkdir(0o755)
    (home / 'specs' / 'dino.yaml').touch()
    write_mounts(home, {
        'Mounts': [{'source': f'~/{name}', 'destination': f'/{name}'} for name in ('results', 'specs')],
        'DockerOptions': {'user': '1000:1000'},
    })
    return home


def notices(*words: str) -> list[str]:
    """What a dry run of a task says, which goes on; without that the user is another."""
    done = tao('--dry-run', *words[:-1], 'dino', 'train', '-e', '/specs/dino.yaml', words[-1])
    assert done.code == 0 and done.out.startswith('docker run '), done
    said = [line.replace('tao: notice: ', '') for line in done.err.splitlines()]
    return [line for line in said if not line.startswith('the job runs as ')]


@needs_root
def test_results_of_root(folders: Path) -> None:
    done = tao('--dry-run', 'dino', 'train', '-e', '/specs/dino.yaml', 'results_dir=/results')
    assert (done.code, done.err) == (0, (
        f'tao: notice: {NOT_YOU}\n'
        'tao: notice: /results is not writable by 1000:1000, the user the job runs as; '
        f'chown 1000:1000 {folders}/results\n'
    ))
    os.chown(folders / 'results', 1000, 1000)
    assert notices('results_dir=/results') == []
    (folders / 'results').chmod(0o500)
    assert notices('results_dir=/results') == [
        f'/results is not writable by 1000:1000, the user the job runs as; chmod u+rwx {folders}/results',
    ]


@needs_root
@pytest.mark.parametrize(('mode', 'option'), [
    (0o777, []), (0o775, ['--user', '1000:0']), (0o755, ['--user', '0:0']), (0o755, ['--no-check']),
    (0o755, ['--user', 'trainer']), (0o755, ['--quiet']), (0o775, ['--user', '1000']),
])
def test_results_that_can_be_written(folders: Path, mode: int, option: list[str]) -> None:
    (folders / 'results').chmod(mode)
    assert notices(*option, 'results_dir=/results') == []


@needs_root
def test_a_folder_in_it_that_is_to_be_made(folders: Path) -> None:
    said = notices('results_dir=/results/a b/c')
    assert said[0] == (
        '/results/a b/c cannot be made by 1000:1000, the user the job runs as: '
        f"{folders}/results is not writable; install -d -o 1000 -g 1000 '{folders}/results/a b/c'"
    )
    (folders / 'results' / 'mine').mkdir()
    os.chown(folders / 'results' / 'mine', 1000, 1000)
    assert notices('results_dir=/results/mine/new')[1:] == notices('results_dir=/results/mine')[1:] == []
    # the mount itself, which is called results, is all the same not writable
    assert notices('results_dir=/results/mine') == [
        f'/results is not writable by 1000:1000, the user the job runs as; chown 1000:1000 {folders}/results',
    ]


@needs_root
def test_a_cache_that_no_argument_names(folders: Path) -> None:
    (folders / 'cache').mkdir()
    assert notices('--volume', f'{folders}/cache:/root/.cache', 'x=1') == [
        '/root/.cache (--volume) is in the home of root; the job runs as 1000:1000, whose home is /tmp: '
        'mount it at /tmp/.cache',
        f'/results is not writable by 1000:1000, the user the job runs as; chown 1000:1000 {folders}/results',
        f'/root/.cache is not writable by 1000:1000, the user the job runs as; chown 1000:1000 {folders}/cache',
    ]
    os.chown(folders / 'results', 1000, 1000)
    os.chown(folders / 'cache', 1000, 1000)
    assert notices('--volume', f'{folders}/cache:/root/.cache', '--env', 'HOME=/root', 'x=1') == []
    assert notices('--volume', f'{folders}/cache:/tmp/.cache', 'x=1') == []


def test_who_launches(folders: Path) -> None:
    """Someone else than root, in whose own right the kernel says what may be written."""
    words = ('--dry-run', '--run_as_user', '--mounts_file', f'{folders}/.tao_mounts.json', 'dino', 'train')
    done = as_nobody(*words, 'results_dir=/results')
    if os.geteuid() != 0:
        assert (done.code, done.err) == (0, '')
        return
    start, _, line = done.err.partition(', the user the job runs as; ')
    assert (done.code, start) == (0, 'tao: notice: /results is not writable by 65534:65534')
    assert line.replace('su - -c', 'sudo').replace("'", '') == f'sudo chown 65534:65534 {folders}/results\n'
    (folders / 'results').chmod(0o777)
    assert as_nobody(*words, 'results_dir=/results').err == ''


@needs_root
@pytest.mark.parametrize('env', [
    {'DOCKER_HOST': 'ssh://elsewhere'}, {'DOCKER_HOST': 'unix:///run/user/1000/docker.sock'},
])
def test_a_daemon_whose_users_are_others(folders: Path, env: dict[str, str]) -> None:
    done = tao('--dry-run', 'dino', 'train', '-e', '/specs/dino.yaml', 'results_dir=/results', env=env)
    assert (done.code, 'writable' in done.err) == (0, False)


def test_an_output_on_a_mount_for_reading_only(folders: Path) -> None:
    assert notices('--user', '0:0', '--volume', f'{folders}:/d:ro', 'results_dir=/d/out') == [
        '/d/out is on a read-only mount (--volume): the task cannot write there',
    ]


@pytest.mark.parametrize(('place', 'is_filled'), [
    ('/usr', True), ('/opt', True), ('/usr/local', True), ('/opt/nvidia', True), ('/etc', True),
    ('/opt/mine', False), ('/usr/local/data', False), ('/workspace', False), ('/dev', False), ('/etc/hosts', False),
])
def test_mounts_over_files_of_the_image(home: Path, place: str, is_filled: bool) -> None:
    done = tao('--dry-run', '--volume', f'{home}:{place}', 'dino', 'train')
    notice = f"tao: notice: {home} is mounted over {place} (--volume): the image's own files there are hidden\n"
    assert (done.code, done.err) == (0, notice * is_filled)
    assert tao('--dry-run', '--no-check', '--volume', f'{home}:{place}', 'dino', 'train').err == ''


def test_mounts_over_files_of_a_runners_image(home: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ('nvidia_tao_tf2', 'nvidia_tao_ds'):
        (checkout / package).mkdir()
    monkeypatch.chdir(checkout)
    words = ('--dry-run', '--volume', f'{home}:/workspace', '--', 'true')
    assert tao(*words, program='tao_tf2').err == (
        f"tao_tf2: notice: {home} is mounted over /workspace (--volume): the image's own files there are hidden\n"
    )
    assert tao(*words, program='tao_ds').err == (
        f'tao_ds: notice: {home} is mounted at /workspace (--volume), where tao_ds has the checkout\n'
    )
    assert tao('--dry-run', '--volume', f'{checkout}:/workspace', '--', 'true', program='tao_ds').err == ''
    assert tao('--dry-run', '--', 'true', program='tao_ds').err == ''


def test_source_that_may_not_be_looked_at_is_not_missing(open_folder: Path) -> None:
    closed = open_folder / 'closed'
    (closed / 'data').mkdir(parents=True)
    closed.chmod(0)
    try:
        done = as_nobody('--dry-run', '--volume', f'{closed}/data:/d', 'dino', 'train')
    finally:
        closed.chmod(0o700)
    assert mounted(done) == [f'{closed}/data:/d']
    assert done.err == f'tao: notice: {closed}/data cannot be inspected by you; the daemon will check it\n'


def test_every_missing_source_at_once(home: Path, tmp_path: Path, fake_docker: FakeDocker) -> None:
    path = write_mounts(home, {'Mounts': [
        {'source': '/', 'destination': '/a'}, {'source': f'{tmp_path}/x/y', 'destination': '/b'},
        {'source': f'{home}/.tao_mounts.json/z', 'destination': '/c'},
    ]})
    for options in ([], ['--dry-run']):
        done = tao(*options, '--volume', 'no:/d', 'dino', 'train')
        assert (done.code, done.out) == (2, '')
        assert done.err == (
            'tao: error: 3 mount sources not found\n'
            f'    {tmp_path}/x/y (Mounts[1] of {path}; nearest existing folder: {tmp_path})\n'
            f'    {home}/.tao_mounts.json/z (Mounts[2] of {path}; nearest existing folder: {home})\n'
            f'    {tmp_path}/here/no (--volume; nearest existing folder: {tmp_path}/here)\n'
            '    try: correct or create them (daemon elsewhere? --no-check)\n'
        )
        assert len(mounted(tao('--dry-run', '--no-check', '--volume', 'no:/d', 'dino'))) == 4
    assert fake_docker.calls == []


@pytest.mark.parametrize('address', ['tcp://127.0.0.1:2375', '127.0.0.1:2375'])
def test_sources_of_a_remote_daemon_are_not_looked_at(address: str) -> None:
    done = tao('--dry-run', '--volume', '/no/such:/d', 'dino', 'train', env={'DOCKER_HOST': address})
    assert mounted(done) == ['/no/such:/d']
    assert 'the daemon is remote (tcp://127.0.0.1:2375)' in done.err
    (owner,) = [word for word in shlex.split(done.out) if word.startswith('tao.user=')]
    assert '@' in owner


DEAD = """
import ctypes, os, sys
number = os.open('/dev/fuse', os.O_RDWR)
options = f'fd={number},rootmode=40000,user_id=0,group_id=0,allow_other'.encode()
if ctypes.CDLL(None).mount(b'dead', sys.argv[1].encode(), b'fuse', 0, options):
    sys.exit(3)
print('mounted', flush=True)
sys.stdin.read()
"""


@pytest.fixture
def dead(tmp_path: Path) -> Iterator[Path]:
    """A folder of a file system that answers nobody, as a network one whose server is gone."""
    folder = tmp_path / 'dead'
    folder.mkdir()
    if os.geteuid() != 0 or not os.path.exists('/dev/fuse'):
        pytest.skip('needs root and FUSE')
    holder = subprocess.Popen(
        [sys.executable, '-c', DEAD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )
    assert holder.stdin and holder.stdout
    try:
        if holder.stdout.readline() != b'mounted\n':
            pytest.skip('a file system cannot be mounted here')
        yield folder
    finally:
        subprocess.run(['umount', '--lazy', '--force', str(folder)], stderr=subprocess.DEVNULL, check=False)
        holder.communicate()


def test_a_file_system_that_does_not_answer(dead: Path, fake_docker: FakeDocker) -> None:
    """The launch goes on; as a process, which has to come to its end. Both wait for their patience, side by side."""
    words = ('--volume', f'{dead}/data:/data', 'dino', 'train', '-e', '/data/a.yaml')
    both = [
        subprocess.Popen([*command(), *options, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, encoding='utf-8') for options in (['--dry-run'], [])
    ]
    for each in both:
        _, err = each.communicate(timeout=60)
        assert (each.returncode, err) == (0, (
            f'tao: notice: {dead}/data does not answer, like a network file system that is gone: '
            'paths are not checked\n'
        ))
    assert [call[1] for call in fake_docker.calls] == ['run']


@needs_root
@pytest.mark.parametrize(('mode', 'words', 'said'), [
    (0o775, ['--docker-arg=--group-add=0'], False),
    (0o775, ['--docker-arg=--group-add=root'], False), (0o775, ['--docker-arg=--group-add=staff'], False),
    (0o775, ['--docker-arg=--group-add=5'], True), (0o755, ['--docker-arg=--group-add=0'], True),
])
def test_further_groups_of_the_job(folders: Path, mode: int, words: list[str], said: bool) -> None:
    (folders / 'results').chmod(mode)
    found = notices(*words, 'results_dir=/results')
    assert [' is not writable by ' in notice for notice in found] == [True] * said


@needs_root
def test_further_groups_of_the_caller(folders: Path) -> None:
    """The caller may not write there; the job may, by a group that the caller is not in."""
    (folders / 'results').chmod(0o775)
    write_mounts(folders, {
        'Mounts': [{'source': f'{folders}/results', 'destination': '/results'}], 'DockerOptions': {'user': 'host'},
    })
    words = ['--dry-run', 'dino', 'train', 'results_dir=/results']
    assert ' is not writable by ' in as_nobody(*words).err
    assert ' is not writable by ' not in as_nobody('--docker-arg=--group-add=0', *words).err
