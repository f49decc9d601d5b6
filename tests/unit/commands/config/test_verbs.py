"""tao config: its actions."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import tao, write_mounts

from tao_launcher.base.host import package_data

SCHEMA = json.loads(package_data('mounts.schema.json'))


def test_printed_for_an_editor(home: Path) -> None:
    """The way that the README shows: the schema in a file, named in the mounts file."""
    done = tao('config', 'schema')
    assert (done.code, done.err, json.loads(done.out)) == (0, '', SCHEMA)
    write_mounts(home, {'$schema': './tao.schema.json', 'Mounts': [{'source': '/', 'destination': '/d'}]})
    assert tao('config', 'validate', '--strict').code == 0
    assert '-v /:/d ' in tao('--dry-run', 'dino').out


@pytest.mark.parametrize(('words', 'err'), [
    (['--yes', '--bogus'], 'config init: unexpected "--bogus"\n    try: tao config init --help\n'),
    (['--gpus', '0'], '--gpus is an option of the launcher and goes before config init\n'
        '    try: tao --gpus GPUS config init …\n'),
])
def test_unknown_options(words: list[str], err: str) -> None:
    assert tao('config', 'init', *words) == (2, '', f'tao: error: {err}')
