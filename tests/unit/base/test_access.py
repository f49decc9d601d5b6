"""Who may write where: what is said of another user is what the kernel does for that user."""
from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Sequence, Tuple

import pytest
from nobody import NOBODY

from tao_launcher.base import access

Entries = Sequence[Tuple[int, int, int]]
MODES = (0o700, 0o577, 0o770, 0o757, 0o775, 0o707, 0o772, 0o300, 0o030, 0o003, 0o200, 0o444, 0o1777)
GROUP = 4242
NO_ID = 0xffffffff
# Tag, permissions and id of each entry, in the kernel's order.
LISTS: Sequence[Entries] = (
    [(1, 7, NO_ID), (2, 7, NOBODY), (4, 5, NO_ID), (16, 7, NO_ID), (32, 0, NO_ID)],
    [(1, 7, NO_ID), (2, 7, NOBODY), (4, 5, NO_ID), (16, 5, NO_ID), (32, 7, NO_ID)],  # masked
    [(1, 7, NO_ID), (2, 0, NOBODY), (4, 7, NO_ID), (16, 7, NO_ID), (32, 7, NO_ID)],
    [(1, 7, NO_ID), (4, 5, NO_ID), (8, 7, GROUP), (16, 7, NO_ID), (32, 0, NO_ID)],
    [(1, 7, NO_ID), (4, 5, NO_ID), (8, 5, GROUP), (16, 7, NO_ID), (32, 7, NO_ID)],
    [(1, 7, NO_ID), (2, 7, 77), (4, 5, NO_ID), (16, 7, NO_ID), (32, 7, NO_ID)],
)


def kernel(paths: Sequence[Path], groups: Sequence[int]) -> list[bool]:
    """Whether NOBODY, with these groups, may write there: asked by a process of that user."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups(groups)
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        wanted = [os.W_OK | os.X_OK if path.is_dir() else os.W_OK for path in paths]
        os.write(writing, bytes(os.access(path, want) for path, want in zip(paths, wanted)))
        os._exit(0)
    os.close(writing)
    with open(reading, 'rb') as f:
        answer = f.read()
    os.waitpid(child, 0)
    return [bool(each) for each in answer]


@pytest.mark.skipif(os.geteuid() != 0, reason='needs root')
@pytest.mark.parametrize('is_folder', [True, False])
@pytest.mark.parametrize('in_group', [True, False])
def test_as_the_kernel(open_folder: Path, is_folder: bool, in_group: bool) -> None:
    paths = []
    for number, (owner, group, mode) in enumerate(
        (owner, group, mode) for owner in (0, NOBODY) for group in (0, NOBODY, GROUP) for mode in MODES
    ):
        path = open_folder / str(number)
        path.mkdir() if is_folder else path.touch()
        os.chown(path, owner, group)
        path.chmod(mode)
        paths.append(path)
    for number, entries in enumerate(LISTS):
        path = open_folder / f'list{number}'
        path.mkdir() if is_folder else path.touch()
        packed = struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *entry) for entry in entries)
        try:
            os.setxattr(path, 'system.posix_acl_access', packed)
        except OSError:
            pytest.skip('no access lists on this file system')
        paths.append(path)
    groups = [GROUP] * in_group
    ours = [access.writable_by(str(path), NOBODY, {NOBODY, *groups}) for path in paths]
    assert ours == kernel(paths, groups)
    assert True in ours and False in ours


def test_ones_own_right_is_asked_for(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert access.writable_by(str(tmp_path), os.geteuid(), ()) == (os.geteuid() == 0)
    finally:
        tmp_path.chmod(0o700)


def test_what_cannot_be_told(tmp_path: Path) -> None:
    for path in (f'{tmp_path}/none', '/a\0b', '/' + 'x' * 5000):
        assert access.writable_by(path, NOBODY, ()) is True
        assert (access.owner(path), access.is_read_only(path)) == (None, False)


def test_owner(tmp_path: Path) -> None:
    assert access.owner(str(tmp_path)) == os.geteuid()
    assert not access.is_read_only(str(tmp_path)) and access.is_read_only('/proc') is False
