"""What the host answers."""
from __future__ import annotations

import os
import pwd
import shlex
from pathlib import Path
from typing import Iterator

import pytest
from support import Result, tao

from tao_launcher.base import host
from tao_launcher.base.errors import ConfigError


def mounted(done: Result) -> list[str]:
    assert done.code == 0, done
    argv = shlex.split(done.out)
    return [after for word, after in zip(argv, argv[1:]) if word == '-v']


def test_home_without_a_passwd_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    def getpwuid(uid: int) -> object:
        raise KeyError(uid)

    monkeypatch.setattr(pwd, 'getpwuid', getpwuid)
    monkeypatch.delenv('HOME')
    assert host.survey({}).home == '/'
    assert mounted(tao('--dry-run', '--volume', '~/etc:/x', '--volume', '~:/y', 'dino', 'train')) == ['/etc:/x', '/:/y']


def test_an_empty_home_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('HOME', '')
    assert host.survey({'HOME': ''}).home == pwd.getpwuid(os.getuid()).pw_dir


def test_path_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert host.path_of('/a') == '/a'
    assert host.path_of('a') == f'{tmp_path}/here/a'
    assert host.path_of('~/a') == f'{tmp_path}/home/a'
    assert host.path_of('a/./b//c/../d/') == f'{tmp_path}/here/a/b/d'
    assert host.path_of('../../../../../../../../../../../../..') == host.path_of('/..') == '/'


def test_path_of_what_is_above_a_link(tmp_path: Path) -> None:
    """As for the kernel, that is the folder above the one that the link leads to; other links stay."""
    (tmp_path / 'far' / 'in').mkdir(parents=True)
    (tmp_path / 'far' / 'm.json').write_text('{"DockerOptions": {"shm_size": "3G"}}')
    (tmp_path / 'here' / 'link').symlink_to(tmp_path / 'far' / 'in')
    (tmp_path / 'here' / 'again').symlink_to('link')
    for link in ('link', 'again', './link/', f'{tmp_path}/here/link'):
        assert host.path_of(f'{link}/../m.json') == f'{tmp_path}/far/m.json'
    assert host.path_of('link/a/../b') == f'{tmp_path}/here/link/b'
    assert '--shm-size 3G' in tao('--mounts_file', 'link/../m.json', '--dry-run', 'dino', 'train').out


@pytest.fixture
def gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The current folder was removed."""
    (tmp_path / 'gone').mkdir()
    monkeypatch.chdir(tmp_path / 'gone')
    (tmp_path / 'gone').rmdir()
    yield
    os.chdir('/')


@pytest.mark.parametrize('shown', ['', '/', '{tmp_path}/gone', '{tmp_path}/home'])
def test_a_current_folder_that_is_gone(tmp_path: Path, gone: None, shown: str) -> None:
    """No relative path means anything there, whatever the shell still calls the folder."""
    env = {'PWD': shown.format(tmp_path=tmp_path)}
    gone_now = 'the current folder is gone: cd to one that exists, or write an absolute path\n'
    for words in (('--volume', 'tmp:/d'), ('--volume', '.:/d'), ('--host-path', 'tmp=/x')):
        done = tao(*words, '--dry-run', 'dino', 'train', env=env)
        assert done == (2, '', f'tao: error: {words[0]}: "{words[1]}": {gone_now}')
    relative = 'is relative to the current folder, which is gone\n    try: cd to one that exists, or an absolute path\n'
    for line in (['--mounts_file', 'x.json', '--dry-run', 'dino', 'train'], ['config', 'validate', 'x.json']):
        assert tao(*line, env=env) == (2, '', f'tao: error: x.json: {relative}')
    assert tao('config', 'path', 'a/b', env=env) == (2, '', f'tao: error: a/b: {relative}')
    absolute = tao('--volume', '/tmp:/d', '--dry-run', 'dino', 'train', '-e', 'a.yaml', env=env)
    assert (mounted(absolute), absolute.err) == (
        ['/tmp:/d'], 'tao: notice: a.yaml is relative to the container\'s working directory: the container has it only '
        'if the image does\n',
    )
    assert tao('--volume', '/tmp:/tmp', '--dry-run', 'dino', 'train', 'model_path=tmp/x', env=env).err == ''
    same = tao('--volume', '/:/d', '--volume', '/tmp:/t', '--same_paths', '--dry-run', 'dino', 'train', env=env)
    assert same.code == 2 and 'would hide' in same.err
    same = tao('--volume', '/tmp:/t', '--same_paths', '--dry-run', 'dino', 'train', env=env)
    assert same.err == (
        'tao: notice: --same_paths: the current folder is gone, so the job does not work in it\n'
    )
    assert '--workdir' not in same.out
    assert tao('__complete', '--', 'tao', '--mounts_file', '', env=env).code in (0, 2)


def test_a_checkout_is_not_looked_for_above_a_folder_that_is_gone(gone: None) -> None:
    done = tao('--dry-run', program='tao_pt', env={'PWD': '/'})
    assert done.code == 2
    assert 'neither the current folder, which is gone, nor a folder above it has docker/manifest.json' in done.err


def test_look(tmp_path: Path) -> None:
    """A broken link is nothing that could be mounted."""
    (tmp_path / 'link').symlink_to('gone')
    assert host.look(str(tmp_path)) is True
    assert host.look(str(tmp_path / 'gone')) is host.look(str(tmp_path / 'link')) is False


def test_json_file(tmp_path: Path) -> None:
    (tmp_path / 'good').write_text('{"a": 1}')
    (tmp_path / 'bad').write_text('{')
    assert host.json_file(str(tmp_path / 'good')) == {'a': 1}
    assert host.json_file(str(tmp_path / 'bad')) is host.json_file(str(tmp_path / 'none')) is None


def test_read(tmp_path: Path) -> None:
    path = tmp_path / 'f'
    assert host.read(str(path), 'the file', required=False) is None
    with pytest.raises(ConfigError) as error:
        host.read(str(path), 'the file', required=True)
    assert error.value.what == f'{path}: no such file'
    path.write_bytes(b'x')
    assert host.read(str(path), 'the file', required=True) == b'x'


def test_the_caller() -> None:
    here = host.survey(dict(os.environ))
    assert (here.uid, here.gid, here.is_root) == (os.getuid(), os.getgid(), os.getuid() == 0)
    assert (here.home, here.cwd) == (os.environ['HOME'], os.getcwd())
