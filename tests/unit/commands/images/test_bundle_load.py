"""tao bundle verify and load."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from support import tao

import tao_launcher
from tao_launcher.commands.images import bundle


def test_verify_asks_no_engine(tmp_path: Path) -> None:
    folder = tmp_path / 'bundle'
    folder.mkdir()
    os.mkfifo(folder / 'images.tar')  # which nobody ever writes to
    (folder / 'SHA256SUMS').write_text(bundle.sums(dict.fromkeys(bundle.CONTENT, 'a' * 64)))
    (folder / 'manifest.json').mkdir()
    assert tao('bundle', 'verify', str(folder)) == (1, '', (
        f'tao: error: {folder}: not good\n    images.tar: no file\n    manifest.json: no file\n'
        '    tao.pyz: No such file or directory\n'
    ))


REMEMBER = """
import sys
from tao_launcher.commands.images.bundle_load import _remember
for i in range(5):
    _remember(sys.argv[1], {f'{sys.argv[2]}-{i}': 'sha256:x'})
"""


def test_eight_loads_at_once_keep_what_each_brought(home: Path) -> None:
    path = home / '.local/state/tao/images.json'
    loads = [
        subprocess.Popen([sys.executable, '-c', REMEMBER, str(path), f'r{i}'],
            env={**os.environ, 'PYTHONPATH': str(Path(str(tao_launcher.__file__)).parents[1])})
        for i in range(8)
    ]
    assert [load.wait(60) for load in loads] == [0] * 8
    assert sorted(json.loads(path.read_text())) == sorted(f'r{i}-{j}' for i in range(8) for j in range(5))
    assert sorted(entry.name for entry in path.parent.iterdir()) == ['images.json', 'lock']
