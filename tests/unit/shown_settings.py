"""`tao config show` of a mounts file with every kind of setting."""
from __future__ import annotations

import json
from typing import Any

from support import tao

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
