"""A file that is replaced, and kept."""
from __future__ import annotations

from pathlib import Path

from tao_launcher.base import backup


def test_holds(tmp_path: Path) -> None:
    (tmp_path / 'f').write_bytes(b'abc')
    assert backup.holds(str(tmp_path / 'f'), b'abc')
    assert not backup.holds(str(tmp_path / 'f'), b'abcd') and not backup.holds(str(tmp_path / 'none'), b'')


def test_replace_keeps_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / 'f'
    assert backup.replace(str(path), b'1', f'{tmp_path}/state') == ''
    path.chmod(0o640)
    assert backup.replace(str(path), b'2', f'{tmp_path}/state') == f'{path}.1.bak'
    assert backup.replace(str(path), b'3', f'{tmp_path}/state') == f'{path}.2.bak'
    found = {each.name: each.read_bytes() for each in tmp_path.glob('f*')}
    assert found == {'f': b'3', 'f.1.bak': b'1', 'f.2.bak': b'2'}
    assert {each.stat().st_mode & 0o777 for each in tmp_path.glob('f*')} == {0o640}
