"""tao bundle verify and load."""
from __future__ import annotations

import os
from pathlib import Path

from support import tao

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
