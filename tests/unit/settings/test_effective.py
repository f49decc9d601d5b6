"""Which value of each setting is in effect, and which it overrides."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from shown_settings import FILE, brief, shown
from support import write_mounts


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
    ([], {}, 'env UNSET', ('that of the host, where it is not set: left out', 'Envs[3]')),
    ([], {}, 'env LANG', ('that of the host', 'Envs[4]')),
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


def test_slurm_decides_where_nobody_did() -> None:
    assert brief(shown(env={'SLURM_JOB_ID': '7'})['gpus']) == ('those of the Slurm job', 'default')
    assert brief(shown()['gpus']) == ('all', 'default')
