"""tao config show: every setting in effect, where it comes from and what it beat."""
from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pexpect
import pytest
from support import command, tao, write_mounts

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


@pytest.mark.parametrize(('words', 'env', 'name', 'expected'), [
    ([], {}, 'shm_size', ('16G', 'DockerOptions.shm_size')),
    (['--shm_size', '8G'], {}, 'shm_size', ('8G', '--shm_size', ('16G', 'DockerOptions.shm_size'))),
    ([], {}, 'pull', ('missing', 'default')),
    ([], {'TAO_PULL': 'never'}, 'pull', ('never', 'TAO_PULL')),
    (['--pull=always'], {'TAO_PULL': 'never'}, 'pull', ('always', '--pull', ('never', 'TAO_PULL'))),
    (['--gpus', '0'], {'TAO_GPUS': 'none'}, 'gpus',
        ('0', '--gpus', ('none', 'TAO_GPUS'), ('0,1', 'DockerOptions.gpus'))),
    (['--gpus', 'free:2'], {}, 'gpus', ('free:2', '--gpus', ('0,1', 'DockerOptions.gpus'))),
    (['--run_as_user'], {}, 'user', ('host', '--run_as_user', ('root', 'DockerOptions.user'))),
    ([], {}, 'user', ('root', 'DockerOptions.user')),
    ([], {}, 'init', (False, 'DockerOptions.init')),
    ([], {'TAO_ENGINE': 'sudo -n docker'}, 'engine', ('sudo -n docker', 'TAO_ENGINE')),
    ([], {}, 'engine', ('docker', 'default')),
    ([], {}, 'release', (None, 'default')),
    (['--cached', 'a:b'], {}, 'image', ('a:b', '--cached')),
    (['--dry-run'], {'TAO_DRY_RUN': 'json'}, 'dry_run', ('shell', '--dry-run', ('json', 'TAO_DRY_RUN'))),
    (['--stop-timeout', '2'], {}, 'stop_timeout', (2, '--stop-timeout')),
    ([], {'TAO_DRY_RUN': '1'}, 'dry_run', ('shell', 'TAO_DRY_RUN')),
    (['--dry-run'], {'TAO_DRY_RUN': 'nonsense'}, 'dry_run', ('shell', '--dry-run', ('nonsense', 'TAO_DRY_RUN'))),
    (['--engine', '"docker:a b" -n'], {}, 'engine', ("'a b' -n", '--engine')),
    (['--docker-arg=--log-opt=x-token=s3cr3t'], {}, 'docker_arg', ('--log-opt=x-token=***', '--docker-arg')),
    (['--color', 'always'], {'NO_COLOR': '1'}, 'color', ('always', '--color', ('never', 'NO_COLOR'))),
    ([], {'NO_COLOR': '1'}, 'color', ('never', 'NO_COLOR')),
    (['--no-check'], {}, 'no_check', (True, '--no-check')),
    ([], {}, 'no_check', (False, 'default')),
    ([], {}, 'mount /d', ('/tmp (ro)', 'Mounts[1]', ('/', 'Mounts[0]'))),
    (['--volume', '/usr:/d', '--volume', '/etc:/d'], {}, 'mount /d', (
        '/etc', '--volume', ('/usr', '--volume'), ('/tmp (ro)', 'Mounts[1]'), ('/', 'Mounts[0]'))),
    (['--env', 'A=2'], {}, 'env A', ('2', '--env', ('1', 'Envs[0]'))),
    ([], {}, 'env MY_TOKEN', ('***', 'Envs[1]')),
    ([], {}, 'env URL', ('***', 'Envs[2]')),
    ([], {}, 'env UNSET', ("the host's, where it is not set: left out", 'Envs[3]')),
    ([], {}, 'env LANG', ("the host's", 'Envs[4]')),
    (['--env', 'A_KEY=s3cr3t'], {}, 'env A_KEY', ('***', '--env')),
    (['--ulimit', 'stack=7:8'], {}, 'ulimit stack', ('7:8', '--ulimit', ('5', 'DockerOptions.ulimits.stack'))),
    ([], {}, 'ulimit core', ('1:2', 'DockerOptions.ulimits.core')),
    ([], {}, 'port 80/tcp', ('1, 2', 'DockerOptions.ports.80')),
    ([], {}, 'port 90/udp', ('3', 'DockerOptions.ports["90/udp"]')),
    (['--port', '127.0.0.1:9:80'], {}, 'port 80/tcp',
        ('127.0.0.1:9', '--port', ('1, 2', 'DockerOptions.ports.80'))),
])
def test_value_source_and_what_it_beat(
    words: list[str], env: dict[str, str], name: str, expected: tuple[Any, ...], home: Path,
) -> None:
    write_mounts(home, FILE)
    assert brief(shown(*words, env=env)[name]) == expected


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


def test_table(home: Path) -> None:
    path = write_mounts(home, {'DockerOptions': {'shm_size': '16G', 'extra_args': ['--cpus=8', '--hostname=a']}})
    done = tao('--gpus', '0', '--docker-arg=--cpus=4', '--shm_size', '8G', 'config', 'show')
    assert (done.code, done.err) == (0, '')
    lines = [re.sub(' {2,}', ' | ', line) for line in done.out.splitlines()]
    assert lines[:4] == [
        'SETTING | VALUE | SOURCE', f'mounts_file | {path} | default', 'catalogue | built-in | default',
        'engine | docker | default',
    ]
    at = lines.index('shm_size | 8G | --shm_size')
    assert lines[at + 1] == f' | 16G | beaten: DockerOptions.shm_size of {path}'
    assert lines[-3:] == [
        'docker_arg | --cpus=4 | --docker-arg', f' | --cpus=8 | beaten: DockerOptions.extra_args of {path}',
        f'docker_arg | --hostname=a | DockerOptions.extra_args of {path}',
    ]
    starts = {line.index(word) for line, word in zip(done.out.splitlines(), ['SOURCE', 'default', 'default'])}
    assert len(starts) == 1


def test_a_narrow_terminal_cuts_no_source(home: Path) -> None:
    path = write_mounts(home, {'Mounts': [{'source': '/', 'destination': f'/{"long/" * 20}end'}]})
    words = [*command(), 'config', 'show']
    shown, code = pexpect.run(shlex.join(words), encoding='utf-8', dimensions=(24, 40), withexitstatus=True)
    assert code == 0 and f'Mounts[0] of {path}\r\n' in shown and '…' not in shown


def test_slurm_decides_where_nobody_did() -> None:
    assert brief(shown(env={'SLURM_JOB_ID': '7'})['gpus']) == ("the Slurm job's own", 'default')
    assert brief(shown()['gpus']) == ('all', 'default')


def test_what_is_wrong_is_said_as_at_a_launch(home: Path) -> None:
    done = tao('--shm_size', 'x', '--gpus=y', 'config', 'show')
    assert (done.code, done.out) == (2, '')
    assert done.err.splitlines() == tao('--shm_size', 'x', '--gpus=y', '--dry-run', 'dino').err.splitlines()
    write_mounts(home, '{"Mounts": 1}')
    done = tao('config', 'show')
    assert (done.code, done.out, done.err) == (2, '', tao('--dry-run', 'dino').err)


def test_explain_is_of_launches() -> None:
    done = tao('--explain', 'config', 'show')
    assert (done.code, done.out, done.err) == (
        2, '', 'tao: error: --explain explains a launch, and config is none\n    try: tao --explain TASK …\n')
