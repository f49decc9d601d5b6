"""What folders hold, and how much more they can."""
from __future__ import annotations

from pathlib import Path

import pytest

from tao_launcher.base.errors import FileError
from tao_launcher.base.listing import entries, free_bytes, own_entries


def test_what_a_folder_holds(tmp_path: Path) -> None:
    (tmp_path / 'folder').mkdir()
    (tmp_path / 'file').touch()
    found = {name: is_folder for name, is_folder in entries(str(tmp_path)) if name in ('folder', 'file')}
    assert found == {'folder': True, 'file': False}
    assert entries(str(tmp_path / 'none')) == []


def test_an_odd_entry_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / 'in' / 'folder').mkdir(parents=True)
    (tmp_path / 'in' / 'loop').symlink_to('loop')
    (tmp_path / 'in' / 'nowhere').symlink_to('gone')
    assert entries(str(tmp_path / 'in')) == [('folder', True), ('loop', False), ('nowhere', False)]


def test_a_folder_of_ours(tmp_path: Path) -> None:
    path = tmp_path / 'folder'
    assert own_entries(str(path), 'folder of x') == own_entries(str(path / 'below'), 'folder of x') == []
    path.mkdir()
    (path / 'loop').symlink_to('loop')
    assert own_entries(str(path), 'folder of x') == [('loop', False)]
    for name, wrong in (('file', 'is a file, expected the folder of x'),
            ('nowhere', 'is a link to gone, which is not a folder'),
            ('loop', 'cannot be read (Too many levels of symbolic links)')):
        odd = tmp_path / name
        odd.touch() if name == 'file' else odd.symlink_to({'nowhere': 'gone'}.get(name, name))
        with pytest.raises(FileError) as raised:
            own_entries(str(odd), 'folder of x')
        assert (raised.value.path, raised.value.wrong) == (str(odd), wrong)


def test_free_bytes(tmp_path: Path) -> None:
    assert (free_bytes(str(tmp_path)) or 0) > 0
    assert free_bytes(str(tmp_path / 'none')) is None
