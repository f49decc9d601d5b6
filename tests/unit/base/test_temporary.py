"""Files and folders for a moment, also where no folder can be written to."""
from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, Callable

import pytest
from support import tao_process

from tao_launcher.base import temporary
from tao_launcher.base.errors import CheckFailed


@pytest.fixture
def no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that tempfile looks at can be written to."""
    monkeypatch.setattr(tempfile, 'tempdir', None)
    monkeypatch.setattr(tempfile, '_candidate_tempdir_list', lambda: [str(tmp_path / 'none')])


def test_each_goes_by_itself() -> None:
    with temporary.file() as file, temporary.named_file() as named, temporary.folder() as folder:
        file.write(b'text')
        file.seek(0)
        assert file.read() == b'text'
        assert os.path.isfile(named.name) and os.path.isdir(folder)
    assert not os.path.exists(named.name) and not os.path.exists(folder)


@pytest.mark.parametrize('make', [temporary.named_file, temporary.folder])
def test_no_folder_for_them(make: Callable[[], Any], no_folder: None) -> None:
    with pytest.raises(CheckFailed) as found:
        make()
    assert found.value.what == 'there is no folder for temporary files'
    assert found.value.why[0].startswith('No usable temporary directory found in ')
    assert found.value.advice == 'TMPDIR=FOLDER before the command, a folder that you can write to'


def test_a_file_needs_none(no_folder: None) -> None:
    with temporary.file() as file:
        file.write(b'text')


def test_a_system_without_files_in_memory(no_folder: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, 'memfd_create')
    with pytest.raises(CheckFailed):
        temporary.file()


def test_a_program_gets_its_input_without_any(tmp_path: Path) -> None:
    """sbatch is handed its script where nothing can be written."""
    (tmp_path / 'bin').mkdir()
    sbatch = tmp_path / 'bin' / 'sbatch'
    sbatch.write_text('#!/bin/sh\nread first\n[ "$first" = "#!/bin/bash" ] && echo 42\n')
    sbatch.chmod(0o755)
    done = tao_process('submit', 'slurm', 'dino', 'train', env={
        'PATH': f'{tmp_path / "bin"}:{os.environ["PATH"]}', 'TMPDIR': '/proc/none',
    })
    assert (done.code, done.out) == (0, '42\n'), done
