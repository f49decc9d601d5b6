"""Why files cannot be read, and the folder that is nearest."""
from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tao_launcher.base import host
from tao_launcher.base.errors import FileError
from tao_launcher.base.unreadable import nearest_parent


def test_nearest_parent(tmp_path: Path) -> None:
    assert nearest_parent(f'{tmp_path}/no/such/file') == str(tmp_path)
    assert nearest_parent('/nowhere/at/all') == '/'


def test_what_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path has to be short
    os.mkfifo('pipe')
    Path('folder').mkdir()
    Path('nowhere').symlink_to('gone')
    Path('loop').symlink_to('loop')
    with Path('large').open('wb') as file:
        file.truncate(1 << 40)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind('socket')
    for name, wrong in {
        'pipe': 'is a pipe, expected the list', 'folder': 'is a folder, expected the list',
        'nowhere': 'is a link to gone, which is not there', 'socket': 'is a socket, expected the list',
        'large': 'larger than 16 MiB, so it cannot be the right file',
        'loop': 'cannot be read (Too many levels of symbolic links)',
    }.items():
        with pytest.raises(FileError) as raised:
            host.read(name, 'list', required=False)
        assert (raised.value.path, raised.value.wrong) == (name, wrong)
