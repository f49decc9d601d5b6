"""Which mounts file is read, and whether it is there and can be read."""
from __future__ import annotations

import json
import os
import pwd
import re
from pathlib import Path
from typing import Any

import pytest
from nobody import as_nobody
from support import FakeDocker, mounted, tao, write_mounts


def a_file(path: Path, destination: str) -> Path:
    path.write_text(json.dumps({'Mounts': [{'source': '/', 'destination': destination}]}))
    return path


def test_option_beats_variable_beats_default(home: Path, tmp_path: Path) -> None:
    assert mounted(tao('--dry-run', 'dino')) == []
    a_file(home / '.tlt_mounts.json', '/old')
    done = tao('--dry-run', 'dino', 'train')
    assert mounted(done) == ['/:/old']
    assert done.err == f'tao: notice: {home}/.tlt_mounts.json is read; rename it to {home}/.tao_mounts.json\n'
    a_file(home / '.tao_mounts.json', '/default')
    done = tao('--dry-run', 'dino', 'train')
    assert (mounted(done), done.err) == (['/:/default'], '')
    env = {'LAUNCHER_MOUNTS': str(a_file(tmp_path / 'variable.json', '/variable'))}
    done = tao('--dry-run', 'dino', 'train', env=env)
    assert (mounted(done), done.err) == (['/:/variable'], '')
    named = a_file(tmp_path / 'option.json', '/option')
    done = tao('--dry-run', '--mounts_file', str(named), 'dino', 'train', env=env)
    assert mounted(done) == ['/:/option']
    assert done.err == f'tao: notice: {home}/.tao_mounts.json is not read: --mounts_file is used instead of it\n'
    assert mounted(tao('--dry-run', 'dino', 'train', env={'LAUNCHER_MOUNTS': ''})) == ['/:/default']


def test_relative_sources_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'conf' / 'data').mkdir(parents=True)
    (tmp_path / 'conf' / 'm.json').write_text('{"Mounts": [{"source": "data", "destination": "/d"}]}')
    monkeypatch.chdir(tmp_path)
    assert mounted(tao('--dry-run', '--mounts_file', 'conf/m.json', 'dino')) == [f'{tmp_path}/conf/data:/d']


def test_links_are_kept(tmp_path: Path) -> None:
    (tmp_path / 'real').mkdir()
    (tmp_path / 'link').symlink_to('real')
    assert mounted(tao('--dry-run', '--volume', f'{tmp_path}/link:/d', 'dino')) == [f'{tmp_path}/link:/d']


@pytest.mark.parametrize(('option', 'role'), [(True, '--mounts_file'), (False, 'LAUNCHER_MOUNTS')])
def test_named_file_is_missing(option: bool, role: str, tmp_path: Path) -> None:
    path = tmp_path / 'no' / 'm.json'
    done = tao('--mounts_file', str(path), 'dino') if option else tao('dino', env={'LAUNCHER_MOUNTS': str(path)})
    assert (done.code, done.out) == (2, '')
    assert done.err == (
        f'tao: error: {path}: no such file\n    it is the mounts file of {role}\n'
        f'    nearest existing folder: {tmp_path}\n'
    )


def test_folder_in_its_place(home: Path, fake_docker: FakeDocker) -> None:
    (home / '.tao_mounts.json').mkdir()
    done = tao('dino', 'train')
    assert (done.code, done.err) == (2, f'tao: error: {home}/.tao_mounts.json: is a folder, expected the mounts file\n')
    assert fake_docker.calls == []


def test_empty_name_of_a_file(home: Path, fake_docker: FakeDocker) -> None:
    write_mounts(home, {})
    for words in (['--mounts_file', '', 'dino'], ['--mounts_file=', 'dino'], ['--dry-run', '--mounts-file=', 'dino']):
        assert tao(*words, env={'LAUNCHER_MOUNTS': '/x'}) == (2, '', 'tao: error: --mounts_file: "": expected a path\n')
    assert fake_docker.calls == []


@pytest.mark.parametrize('name', ['.tao_mounts.json', '.tlt_mounts.json', '.tao/config.json'])
def test_link_to_nothing_is_no_missing_file(name: str, home: Path, fake_docker: FakeDocker) -> None:
    path = home / name
    path.parent.mkdir(exist_ok=True)
    for target in ('gone.json', f'{home}/gone/away.json', '/dev/null/x'):
        path.symlink_to(target)
        for options in ([], ['--dry-run']):
            assert tao(*options, 'dino', 'train') == (
                2, '', f'tao: error: {path}: is a link to {target}, which is not there\n',
            )
        path.unlink()
    assert fake_docker.calls == []


def test_link_to_nothing_as_the_named_file(tmp_path: Path) -> None:
    (tmp_path / 'm.json').symlink_to('gone.json')
    message = f'tao: error: {tmp_path}/m.json: is a link to gone.json, which is not there\n'
    assert tao('--dry-run', '--mounts_file', str(tmp_path / 'm.json'), 'dino') == (2, '', message)


@pytest.mark.parametrize(('text', 'message'), [
    ('', 'the file is empty\n    expected a JSON object, at least {}\n'),
    ('[' * 104857600, 'larger than 16 MiB, so it cannot be the right file\n'),
    ('[' * 1000000, 'nested too deeply\n'),
    ('{"Mounts": []}'.encode('utf-16'), 'is UTF-16; save it as UTF-8\n'),
])
def test_content_is_refused(text: Any, message: str, home: Path, fake_docker: FakeDocker) -> None:
    path = home / '.tao_mounts.json'
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = tao('dino', 'train')
    assert (done.code, done.out, done.err) == (2, '', f'tao: error: {path}: {message}')
    assert fake_docker.calls == []


def test_loop_of_links(home: Path) -> None:
    (home / '.tao_mounts.json').symlink_to('.tao_mounts.json')
    done = tao('dino', 'train')
    assert done.code == 2
    assert done.err == f'tao: error: {home}/.tao_mounts.json: cannot be read (Too many levels of symbolic links)\n'


def test_file_that_may_not_be_read(open_folder: Path, home: Path) -> None:
    path = write_mounts(home, {})
    path.chmod(0)
    done = as_nobody('--dry-run', '--mounts_file', str(path), 'dino')
    assert (done.code, done.out) == (2, '')
    assert done.err == f'tao: error: {path}: cannot be read (permission denied)\n    try: ls -l {path}\n'


def test_default_file_in_a_folder_of_somebody_else_is_missing(open_folder: Path, home: Path) -> None:
    # as with root's HOME, kept by sudo -u
    write_mounts(home, {'Mounts': [{'source': '/', 'destination': '/d'}]})
    (home / '.tao').mkdir()
    (home / '.tao' / 'config.json').write_text('no json')
    home.chmod(0)
    try:
        default = as_nobody('--dry-run', 'dino', 'train', env={'HOME': str(home)})
        named = as_nobody('--dry-run', '--mounts_file', f'{home}/.tao_mounts.json', 'dino')
    finally:
        home.chmod(0o755)
    assert (mounted(default), default.err) == ([], '')
    assert named == (2, '', (
        f'tao: error: {home}/.tao_mounts.json: cannot be read (permission denied)\n'
        f'    try: ls -l {home}/.tao_mounts.json\n'
    ))


def test_default_file_that_may_not_be_read(open_folder: Path, home: Path) -> None:
    home.chmod(0o755)
    path = write_mounts(home, {})
    path.chmod(0)
    done = as_nobody('--dry-run', 'dino', env={'HOME': str(home)})
    assert done == (2, '', f'tao: error: {path}: cannot be read (permission denied)\n    try: ls -l {path}\n')


@pytest.fixture
def sudo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The home of ann, who calls sudo, which makes root's the home."""
    theirs = tmp_path / 'ann'
    (theirs / 'data').mkdir(parents=True)
    ann = pwd.struct_passwd(('ann', 'x', 1234, 1234, '', str(theirs), '/bin/sh'))
    monkeypatch.setattr(pwd, 'getpwuid', lambda uid: {1234: ann}[uid])
    monkeypatch.setattr(os, 'geteuid', lambda: 0)
    for name, value in (('SUDO_UID', '1234'), ('SUDO_GID', '1234'), ('SUDO_USER', 'ann')):
        monkeypatch.setenv(name, value)
    return theirs


@pytest.mark.parametrize('name', ['.tao_mounts.json', '.tlt_mounts.json'])
@pytest.mark.parametrize('source', ['~/data', '$HOME/data', 'data'])
def test_the_file_of_who_called_sudo(sudo: Path, home: Path, name: str, source: str) -> None:
    (sudo / name).write_text(json.dumps({'Mounts': [{'source': source, 'destination': '/d'}]}))
    done = tao('--dry-run', 'dino', 'train')
    assert (mounted(done), done.err) == (
        [f'{sudo}/data:/d'],
        f'tao: notice: {sudo}/{name} is read: ann called sudo, and {home} has none\n',
    )
    assert tao('config', 'validate').out == f'{sudo}/{name}: valid\n'
    assert f'\nmounts_file  {sudo}/{name}' in re.sub(' {2,}', '  ', '\n' + tao('config', 'show').out)
    write_mounts(home, {})
    assert mounted(tao('--dry-run', 'dino', 'train')) == []  # root's own


def test_nobody_called_sudo(sudo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_mounts(sudo, {'Mounts': [{'source': '/', 'destination': '/d'}]})
    for uid in ('0', '4321', 'x'):  # who has another home, no home, no number
        monkeypatch.setenv('SUDO_UID', uid)
        done = tao('--dry-run', '--quiet', 'dino', 'train')
        assert (mounted(done), done.err) == ([], '')
    monkeypatch.setenv('SUDO_UID', '1234')
    assert mounted(tao('--dry-run', 'dino', 'train', env={'HOME': str(sudo)})) == ['/:/d']  # kept by sudo -E


@pytest.mark.parametrize('relative', ['.', './', '../here', 'deeper/..'])
@pytest.mark.parametrize('source', ['tmp', './tmp', '~/tmp', '$HOME/tmp'])
def test_relative_home(relative: str, source: str, tmp_path: Path) -> None:
    here = tmp_path / 'here'
    (here / 'tmp').mkdir()
    write_mounts(here, {'Mounts': [{'source': source, 'destination': '/d'}]})
    done = tao('--dry-run', 'dino', 'train', env={'HOME': relative})
    assert (mounted(done), done.err) == ([f'{here}/tmp:/d'], '')
    done = tao('--dry-run', '--mounts_file', '~/.tao_mounts.json', 'dino', 'train', env={'HOME': relative})
    assert (mounted(done), done.err) == ([f'{here}/tmp:/d'], '')
