"""Folders that are made, and removed again."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from nobody import NOBODY

from tao_launcher.base import folders

root_only = pytest.mark.skipif(os.geteuid() != 0, reason='only root can give a folder away')


def test_folders_that_were_made_are_removed_and_no_other(tmp_path: Path) -> None:
    made: list[str] = []
    (tmp_path / 'a').mkdir()
    folders.make_folders(f'{tmp_path}/a/b/c', made)
    folders.make_folders(f'{tmp_path}/a/b/d', made)
    assert sorted(made) == [f'{tmp_path}/a/b', f'{tmp_path}/a/b/c', f'{tmp_path}/a/b/d']
    (tmp_path / 'a/b/d/file').touch()
    folders.remove_folders(made)
    assert sorted(str(each) for each in (tmp_path / 'a').rglob('*')) == [
        f'{tmp_path}/a/b', f'{tmp_path}/a/b/d', f'{tmp_path}/a/b/d/file',
    ]


@pytest.mark.parametrize('written', ['{}/nope', '{}/nope/', '{}/./nope'])
def test_a_home_is_never_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv('HOME', written.format(tmp_path))
    for path in (f'{tmp_path}/nope/a/b', f'{tmp_path}/nope'):
        with pytest.raises(FileNotFoundError) as error:
            folders.make_folders(path, [])
        assert (error.value.strerror, error.value.filename) == ('the home folder is not there', f'{tmp_path}/nope')
    assert not (tmp_path / 'nope').exists()
    folders.make_folders(f'{tmp_path}/nope2/a', [])
    (tmp_path / 'nope').mkdir()
    folders.make_folders(f'{tmp_path}/nope/a/b', [])
    assert (tmp_path / 'nope' / 'a' / 'b').is_dir()


@root_only
def test_folders_are_given_away_by_descriptor(tmp_path: Path) -> None:
    made: list[str] = []
    folders.make_folders(f'{tmp_path}/a/b/c', made, (NOBODY, NOBODY))
    assert made == [f'{tmp_path}/a', f'{tmp_path}/a/b', f'{tmp_path}/a/b/c']
    assert {os.stat(folder).st_uid for folder in made} == {NOBODY}


def test_a_folder_that_another_launcher_makes_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the question whether it is a folder and the next."""
    is_folder = os.path.isdir

    def late(path: bytes) -> bool:
        found = is_folder(path)
        if path == os.fsencode(f'{tmp_path}/a') and not found:
            os.mkdir(path)
        return found

    monkeypatch.setattr(os.path, 'isdir', late)
    made: list[str] = []
    folders.make_folders(f'{tmp_path}/a/b', made)
    assert made == [f'{tmp_path}/a/b'] and is_folder(tmp_path / 'a/b')
