"""What is asked of a daemon, and by what."""
from __future__ import annotations

import shlex
from typing import Any

import pytest
from plans import launch

from tao_launcher.launch.unmet import unmet

FILE = '/home/user/.tao_mounts.json'


def asked(words: str, options: dict[str, Any] | None = None, **environ: str) -> list[tuple[str, str]]:
    file = {'DockerOptions': options or {}}
    made = launch('--engine', 'none', *shlex.split(words), 'dino', file=file, environ=environ)
    return [(row.key, str(source)) for row, source in unmet(made.plan, lambda row: True) if row.key != 'engine']


@pytest.mark.parametrize(('words', 'options', 'found'), [
    ('', {}, []),
    ('--port 1:2 --port 3:4', {'ports': {'8': 9}}, [
        ('port', f'DockerOptions.ports.8 of {FILE}'), ('port', '--port'), ('port', '--port'),
    ]),
    ('--user 1000:1000', {}, []), ('', {'user': 'host'}, []), ('--user 12:34', {}, [('user', '--user')]),
    ('', {'privileged': False}, []),
    ('', {'privileged': True}, [('privileged', f'DockerOptions.privileged of {FILE}')]),
    ('--ulimit stack=1 --docker-arg=--pid=host', {}, [('ulimit', '--ulimit'), ('docker_arg', '--docker-arg')]),
])
def test_unmet(words: str, options: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert asked(words, options) == found


def test_variables() -> None:
    assert asked('', TAO_PULL='never', TAO_HOST_PATH='/a=/b') == [
        ('host_path', 'TAO_HOST_PATH'), ('pull', 'TAO_PULL'),
    ]
