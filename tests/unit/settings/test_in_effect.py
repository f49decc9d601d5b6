"""Every setting in effect, and the files that they come from."""
from __future__ import annotations

from pathlib import Path

from shown_settings import FILE, brief, shown
from support import write_mounts

from tao_launcher.settings.options import OPTIONS


def test_source_in_a_file_has_file_and_path(home: Path) -> None:
    path = str(write_mounts(home, FILE))
    entry = shown('--shm_size=1G', env={'TAO_GPUS': 'all'})
    assert entry['shm_size']['source'] == {'kind': 'option', 'name': '--shm_size'}
    assert entry['shm_size']['beaten'][0]['source'] == {'kind': 'file', 'name': path, 'path': 'DockerOptions.shm_size'}
    assert entry['gpus']['source'] == {'kind': 'variable', 'name': 'TAO_GPUS'}
    assert entry['pull']['source'] == {'kind': 'default'}


def test_which_file_is_read_and_which_it_beat(home: Path, tmp_path: Path) -> None:
    default = write_mounts(home, FILE)
    assert brief(shown()['mounts_file']) == (str(default), 'default')
    other, third = tmp_path / 'other.json', tmp_path / 'third.json'
    for path in (other, third):
        path.write_text('{}')
    assert brief(shown(env={'LAUNCHER_MOUNTS': str(other)})['mounts_file']) == (
        str(other), 'LAUNCHER_MOUNTS', (str(default), 'default'))
    assert brief(shown('--mounts_file', str(third), env={'LAUNCHER_MOUNTS': str(other)})['mounts_file']) == (
        str(third), '--mounts_file', (str(other), 'LAUNCHER_MOUNTS'), (str(default), 'default'))


def test_catalogue(home: Path) -> None:
    assert brief(shown()['catalogue']) == ('built-in', 'default')
    (home / '.tao').mkdir()
    (home / '.tao' / 'config.json').write_text('{}')
    assert shown()['catalogue']['value'] == f'{home}/.tao/config.json'


def test_every_option_that_sets_something_is_there() -> None:
    names = set(shown())
    lists = {'volume', 'host_path', 'env', 'ulimit', 'port', 'docker_arg'}
    elsewhere = {'run_as_user', 'cached', 'explain', 'version', 'help'}
    assert {option.key for option in OPTIONS if 'tao' in option.programs} - lists - elsewhere <= names
