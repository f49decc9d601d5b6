"""Every setting in effect, and the files that they come from."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support import tao, write_mounts

from tao_launcher.settings.options import OPTIONS

FILE = {
    'Mounts': [{'source': '/', 'destination': '/d'}, {'source': '/tmp', 'destination': '/d', 'mode': 'ro'}],
    'Envs': [{'variable': 'A', 'value': '1'}, {'variable': 'MY_TOKEN', 'value': 's3cr3t'}, {'variable': 'URL',
        'value': 'https://me:s3cr3t@host'}, {'variable': 'UNSET'}, {'variable': 'LANG'}],
    'DockerOptions': {
        'shm_size': '16G', 'ulimits': {'stack': 5, 'core': {'soft': 1, 'hard': 2}},
        'ports': {'80': [1, 2], '90/udp': 3}, 'user': 'root', 'gpus': [0, 1], 'init': False, 'group_add': ['video', 44],
        'extra_args': ['--cpus=8', '--label=a=b', '--env-file=/x'],
    },
}


def shown(*words: str, env: dict[str, str] | None = None) -> dict[str, dict[str, Any]]:
    done = tao('--quiet', *words, 'config', 'show', '--format', 'json', env=env)
    assert (done.code, done.err) == (0, ''), done
    assert 's3cr3t' not in done.out
    return {entry['setting']: entry for entry in json.loads(done.out)['settings']}


def brief(entry: dict[str, Any]) -> tuple[Any, ...]:
    """(value, source, beaten…) with sources as one word."""
    def source(of: dict[str, str]) -> str:
        return of.get('path') or of.get('name') or of['kind']

    return (entry['value'], source(entry['source']), *((b['value'], source(b['source'])) for b in entry['beaten']))


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
    lists = {'volume', 'env', 'ulimit', 'port', 'docker_arg'}
    elsewhere = {'run_as_user', 'cached', 'explain', 'version', 'help'}
    assert {option.key for option in OPTIONS if 'tao' in option.programs} - lists - elsewhere <= names
