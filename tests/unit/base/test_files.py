"""Files that are written whole or not at all."""
from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tao_launcher.base import files


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    (tmp_path / 'folder').mkdir()
    path = tmp_path / 'folder' / 'f'
    assert files.write(str(path), b'old') == (3, hashlib.sha256(b'old').hexdigest())
    with pytest.raises(KeyboardInterrupt), files.Whole(str(path)) as whole:
        whole.add(b'new')
        raise KeyboardInterrupt
    assert path.read_bytes() == b'old'
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_exchanged_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / 'f'
    path.write_bytes(b'a')
    path.chmod(0o640)
    assert not files.exchange(str(path), b'b', b'c')
    assert path.read_bytes() == b'a'
    assert files.exchange(str(path), b'a', b'c')
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b'c', 0o640)
    assert list(tmp_path.glob('f*')) == [path]


def test_holds(tmp_path: Path) -> None:
    (tmp_path / 'f').write_bytes(b'abc')
    assert files.holds(str(tmp_path / 'f'), b'abc')
    assert not files.holds(str(tmp_path / 'f'), b'abcd') and not files.holds(str(tmp_path / 'none'), b'')


def test_replace_keeps_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / 'f'
    assert files.replace(str(path), b'1') == ''
    path.chmod(0o640)
    assert files.replace(str(path), b'2') == f'{path}.1.bak'
    assert files.replace(str(path), b'3') == f'{path}.2.bak'
    found = {each.name: each.read_bytes() for each in tmp_path.glob('f*')}
    assert found == {'f': b'3', 'f.1.bak': b'1', 'f.2.bak': b'2'}
    assert {each.stat().st_mode & 0o777 for each in tmp_path.glob('f*')} == {0o640}


def test_folders_that_were_made_are_removed_and_no_other(tmp_path: Path) -> None:
    made: list[str] = []
    (tmp_path / 'a').mkdir()
    files.make_folders(f'{tmp_path}/a/b/c', made)
    files.make_folders(f'{tmp_path}/a/b/d', made)
    assert sorted(made) == [f'{tmp_path}/a/b', f'{tmp_path}/a/b/c', f'{tmp_path}/a/b/d']
    (tmp_path / 'a/b/d/file').touch()
    files.remove_folders(made)
    assert sorted(str(each) for each in (tmp_path / 'a').rglob('*')) == [
        f'{tmp_path}/a/b', f'{tmp_path}/a/b/d', f'{tmp_path}/a/b/d/file',
    ]


def test_blocks_are_the_file(tmp_path: Path) -> None:
    (tmp_path / 'f').write_bytes(b'x' * 3_000_000)
    assert b''.join(files.blocks(str(tmp_path / 'f'))) == b'x' * 3_000_000
