"""What the daemon calls the folders of a launcher that is in a container."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support import FakeDocker, Result, command, mounted, tao, write_mounts

from tao_launcher.launch.host_paths import may_be_others, of_the_daemon, ours
from tao_launcher.settings.values import HostPath, Mount

HOME = HostPath('/home/u', '/srv/u')
INNER = HostPath('/home/u/data', '/mnt/data')
ROOT = HostPath('/', '/')


@pytest.mark.parametrize(('paths', 'source', 'there'), [
    ([HOME], '/home/u', '/srv/u'), ([HOME], '/home/u/a', '/srv/u/a'), ([HOME], '/home/us', '/home/us'),
    ([HOME, INNER], '/home/u/data/x', '/mnt/data/x'), ([INNER, HOME], '/home/u/data/x', '/mnt/data/x'),
    ([INNER, HOME], '/home/u/b', '/srv/u/b'), ([HostPath('/', '/host')], '/a', '/host/a'),
    ([HostPath('/a', '/')], '/a/b', '/b'), ([HostPath('/a', '/')], '/a', '/'), ([ROOT], '/a', '/a'), ([], '/a', '/a'),
])
def test_of_the_daemon(paths: list[HostPath], source: str, there: str) -> None:
    found, = of_the_daemon([Mount(source, '/d', 'ro')], paths)
    assert (found.source, found.seen, found.destination, found.mode) == (there, source, '/d', 'ro')


@pytest.mark.parametrize(('paths', 'sources', 'unknown'), [
    ([HOME], ['/home/u/a'], ''), ([ROOT], ['/a'], ''), ([], [], ''), ([], ['/a', '/a'], '/a'),
    ([HOME], ['/home/u/a', '/b', '/c'], '/b, /c'), ([], ['/a', '/b', '/c', '/d', '/e'], '/a, /b, /c and 2 more'),
])
def test_may_be_others(paths: list[HostPath], sources: list[str], unknown: str) -> None:
    said = may_be_others([Mount(source, f'/d{i}') for i, source in enumerate(sources)], paths, '/.dockerenv')
    first = unknown.partition(',')[0]
    assert said == ([
        f'the launcher is in a container (/.dockerenv): the daemon takes {unknown} for paths of its own machine, where '
        f'they may be other folders or none; --host-path {first}=THERE says which, --host-path /=/ that they are '
        'the same',
    ] if unknown else [])


@pytest.fixture
def folders(home: Path) -> Path:
    """A home with two folders that are mounted."""
    for name in ('data', 'specs'):
        (home / name).mkdir()
    (home / 'specs' / 'a.yaml').touch()
    write_mounts(home, {'Mounts': [{'source': f'~/{name}', 'destination': f'/{name}'} for name in ('data', 'specs')]})
    return home


def test_a_launch(folders: Path, fake_docker: FakeDocker) -> None:
    """The daemon gets its own paths; what is looked for is here."""
    words = ('--host-path', f'{folders}=/srv/u', 'dino', 'train', '-e')
    done = tao('--dry-run', *words, '/specs/a.yaml')
    assert (mounted(done), done.err) == (['/srv/u/data:/data', '/srv/u/specs:/specs'], '')
    assert tao(*words, '/specs/a.yaml').code == 0 and '/srv/u/specs:/specs' in fake_docker.argv
    assert tao(*words, '/specs/b.yaml').err.splitlines()[1] == f'    on the host it is {folders}/specs/b.yaml'
    assert 'mount source not found' in tao('--host-path', '/x=/y', '--volume', '/x:/x', *words, '/specs/a.yaml').err
    made = json.loads(tao('--dry-run=json', *words, '/specs/a.yaml').out)
    assert made['mounts'][0] == {'source': '/srv/u/data', 'destination': '/data', 'mode': None}


def test_the_variable(folders: Path) -> None:
    env = {'TAO_HOST_PATH': f'{folders}=/srv/u:{folders}/data=/mnt/data'}
    assert mounted(tao('--dry-run', 'dino', 'train', env=env)) == ['/mnt/data:/data', '/srv/u/specs:/specs']
    done = tao('--dry-run', '--host-path', f'{folders}/data=/mine', 'dino', 'train', env=env)
    assert mounted(done) == ['/mine:/data', '/srv/u/specs:/specs']


def test_where_it_comes_from(folders: Path) -> None:
    env = {'TAO_HOST_PATH': f'{folders}=/srv/u'}
    options = ('--host-path', f'{folders}/data=/mine')
    lines = [line.rpartition('  # ')[2] for line in tao(*options, '--explain', 'dino', env=env).out.splitlines()]
    assert [line for line in lines if ' here ' in line] == [
        f'Mounts[0] of {folders}/.tao_mounts.json; {folders}/data here (--host-path)',
        f'Mounts[1] of {folders}/.tao_mounts.json; {folders}/specs here (TAO_HOST_PATH)',
    ]
    shown = tao(*options, 'config', 'show', '--format', 'json', env=env)
    assert f'host_path {folders}/data' in shown.out and '"/mine"' in shown.out and shown.code == 0


def test_with_same_paths(folders: Path) -> None:
    """Its own path is that of here."""
    done = tao('--same_paths', '--host-path', f'{folders}=/srv/u', '--dry-run', 'dino', 'train', '-e', '/specs/a.yaml')
    assert mounted(done)[2:] == [f'/srv/u/data:{folders}/data', f'/srv/u/specs:{folders}/specs']


def test_on_a_cluster(folders: Path) -> None:
    options = ('--host-path', f'{folders}=/srv/u', '--dry-run')
    script = tao(*options, 'submit', 'slurm', 'dino', 'train').out
    assert '-v /srv/u/data:/data ' in script and str(folders) not in script
    script = tao(*options, 'submit', 'slurm', '--container', 'pyxis', 'dino', 'train').out
    assert '--container-mounts=/srv/u/data:/data,/srv/u/specs:/specs' in script
    (folders / 'one').touch()
    more = (*options[:2], '--dry-run=json', '--volume', f'{folders}/one:/one')
    (job,) = json.loads(tao(*more, 'submit', 'kubernetes', 'dino', 'train').out)['items']
    volumes = job['spec']['template']['spec']['volumes']
    assert [each['hostPath'] for each in volumes] == [
        {'path': '/srv/u/data', 'type': 'Directory'}, {'path': '/srv/u/specs', 'type': 'Directory'},
        {'path': '/srv/u/one', 'type': 'File'},
    ]


def in_a_container(folder: Path, *words: str, is_mounted: bool = True) -> Result:
    """The launcher where a file marks a container, with a tmpfs at `folder`, from where the socket may be mounted."""
    socket = f'mount --bind "{folder}/sock" /run/docker.sock' if is_mounted else ':'
    script = (
        f'mount -t tmpfs tmpfs /run && touch /run/.containerenv /run/docker.sock && mount -t tmpfs tmpfs "{folder}" && '
        f'mkdir "{folder}/data" && touch "{folder}/data/spec.yaml" "{folder}/sock" && {socket} && exec "$@"'
    )
    done = subprocess.run(
        ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', *command(), *words],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
    )
    return Result(done.returncode, os.fsdecode(done.stdout), os.fsdecode(done.stderr))


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which('unshare'), reason='needs root and unshare')
def test_in_a_container(tmp_path: Path, fake_docker: FakeDocker) -> None:
    folder = tmp_path / 'p'
    folder.mkdir()
    words = ('--volume', f'{folder}/data:/data', 'dino', 'train', '-e', '/data/spec.yaml')
    mark = '/.dockerenv' if os.path.exists('/.dockerenv') else '/run/.containerenv'
    said = f'tao: notice: {may_be_others([Mount(f"{folder}/data", "/data")], [], mark)[0]}\n'
    assert in_a_container(folder, *words) == (0, '', said)
    for silenced in (['--host-path', '/=/'], ['--host-path', f'{folder}=/there'], ['--quiet'], ['--engine', 'podman']):
        assert in_a_container(folder, *silenced, *words) == (0, '', '')
    assert in_a_container(folder, 'dino', 'train') == (0, '', '')  # no path is at stake
    assert in_a_container(folder, *words, is_mounted=False) == (0, '', '')  # only a mark that was left


def test_a_folder_without_any_source(home: Path) -> None:
    (home / 'data').mkdir()
    words = ('--dry-run', '--volume', f'{home}/data:/data', '--host-path', f'{home}=/there')
    assert tao(*words, 'dino', 'train').err == ''
    assert tao(*words, '--host-path=/nosuch=/b', 'dino', 'train').err == (
        'tao: notice: --host-path /nosuch=/b: no mount source is under /nosuch\n')


@pytest.mark.parametrize(('paths', 'there', 'here'), [
    ([HOME], '/srv/u/a', '/home/u/a'), ([HOME], '/srv/us', ''), ([], '/srv/u', ''), ([ROOT], '/a', '/a'),
    ([HOME, HostPath('/x', '/srv/u/x')], '/srv/u/x/y', '/x/y'), ([HostPath('/', '/host')], '/host/a', '/a'),
    ([HostPath('/', '/host')], '/host', '/'),
])
def test_ours(paths: list[HostPath], there: str, here: str) -> None:
    assert ours(there, paths) == here
