"""The files of a bundle's folder."""
from __future__ import annotations

import os
from pathlib import Path

import pytest

from tao_launcher.base.errors import CheckFailed
from tao_launcher.base.output import Output
from tao_launcher.commands.images import bundle_files
from tao_launcher.commands.images.bundle_files import Opened


@pytest.fixture
def output() -> Output:
    return Output('tao', {})


def test_a_file_that_is_written_to_meanwhile(tmp_path: Path, output: Output) -> None:
    (tmp_path / 'a').write_bytes(b'x')
    there = Opened(str(tmp_path), output, follows=False)
    sha = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'
    assert there.damage('a', sha, is_large=False) == []
    assert (there.changed(), there.size('a'), there.text('a')) == ([], 1, b'x')
    os.utime(tmp_path / 'a', ns=(1, 1))
    assert there.changed() == ['a']
    there.close()


@pytest.mark.parametrize('follows', [True, False])
def test_links(tmp_path: Path, output: Output, follows: bool) -> None:
    (tmp_path / 'a').write_bytes(b'x')
    (tmp_path / 'b').symlink_to('a')
    there = Opened(str(tmp_path), output, follows=follows)
    (said,) = there.damage('b', '', is_large=False)
    assert ('damaged' in said, said == 'b: no file') == (follows, not follows)
    there.close()


def test_a_manifest_without_end(tmp_path: Path, output: Output) -> None:
    with (tmp_path / 'manifest.json').open('wb') as f:
        f.truncate(1 << 40)
    there = Opened(str(tmp_path), output, follows=False)
    (said,) = there.damage('manifest.json', '', is_large=False)
    assert said.startswith('manifest.json: larger than ')
    there.close()


def test_sums_without_end(tmp_path: Path) -> None:
    with (tmp_path / 'SHA256SUMS').open('wb') as f:
        f.truncate(1 << 40)
    with pytest.raises(CheckFailed, match='not a complete bundle'):
        bundle_files.sums(str(tmp_path))


@pytest.mark.parametrize(('name', 'is_ours'), [
    ('images.tar', True), ('SHA256SUMS.sig', True), ('more.sif', True), ('other.sif', False), ('x', False),
    ('.images.tar.0123456789abcdef.part', True),
])
def test_what_is_ours(name: str, is_ours: bool) -> None:
    assert bundle_files.is_ours(name, ['more.sif']) == is_ours
