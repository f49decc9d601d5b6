"""How the program ends: an output that is closed or full."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from support import command, tao_process


@pytest.fixture
def checkout(tmp_path: Path) -> dict[str, str]:
    """The environment of a developer's checkout."""
    manifest = tmp_path / 'checkout' / 'docker' / 'manifest.json'
    manifest.parent.mkdir(parents=True)
    manifest.write_text('{"registry": "nvcr.io", "repository": "a/b", "tag": "c"}')
    return {'NV_TAO_PYTORCH_TOP': str(tmp_path / 'checkout')}


RESULTS = [
    ['--dry-run', 'dino', 'train'], ['--dry-run=pretty', 'dino', 'train'], ['dino', 'train', '--dry-run=json'],
    ['--help'], ['dino', '--help'], ['--version'],
]


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='no /dev/full')
@pytest.mark.parametrize('words', RESULTS, ids=' '.join)
def test_full_disk_is_no_success(words: list[str]) -> None:
    with open('/dev/full', 'wb') as full:
        done = subprocess.run([*command(), *words], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b'tao: error: standard output: No space left on device\n')


@pytest.mark.parametrize('words', RESULTS, ids=' '.join)
def test_closed_output_is_no_success(words: list[str]) -> None:
    assert tao_process(*words, closed=1) == (1, '', 'tao: error: standard output is closed\n')


def test_result_of_a_runner_that_can_not_be_written(checkout: dict[str, str]) -> None:
    done = tao_process('--dry-run', program='tao_pt', env=checkout, closed=1)
    notice = 'tao_pt: notice: no terminal: the shell gets no input and ends at once (--interactive passes it on)\n'
    assert done == (1, '', f'{notice}tao_pt: error: standard output is closed\n')


def test_reader_that_goes_away_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run([*command(), '--help'], stdout=write, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (141, b'')
