"""What only some commands ask the machine, on files and programs of the test."""
from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tao_launcher.base import machine


def a_program(path: Path, mode: int = 0o755) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text('#!/bin/sh\n')
    path.chmod(mode)
    return str(path)


def test_which(tmp_path: Path) -> None:
    found = a_program(tmp_path / 'b' / 'tool')
    a_program(tmp_path / 'a' / 'tool', mode=0o644)
    environ = {'PATH': f'{tmp_path}/a:{tmp_path}/b'}
    assert machine.which('tool', environ) == found
    assert machine.which('other', environ) == machine.which('tool', {'PATH': ''}) == ''


def test_has_program_looks_where_root_would(tmp_path: Path) -> None:
    a_program(tmp_path / 'tool')
    assert machine.has_program('tool', {'PATH': str(tmp_path)})
    assert not machine.has_program('tool', {'PATH': '/nowhere'})
    of_root = [path.name for path in Path('/usr/sbin').iterdir() if os.access(path, os.X_OK) and path.is_file()]
    assert machine.has_program(of_root[0], {'PATH': '/nowhere'})


def test_text(tmp_path: Path) -> None:
    (tmp_path / 'f').write_bytes(b' a\xffb \n')
    assert machine.text(str(tmp_path / 'f')) == 'a\ufffdb'
    assert machine.text(str(tmp_path / 'f'), size=2) == 'a'
    assert machine.text(str(tmp_path / 'none')) == machine.text(str(tmp_path)) == ''


def test_process_owner() -> None:
    import pwd

    assert machine.process_owner(str(os.getpid())) == pwd.getpwuid(os.getuid()).pw_name
    assert machine.process_owner('x') == machine.process_owner('\0') == machine.process_owner('4194305') == ''


def test_os_release_has_no_quotes() -> None:
    assert re.fullmatch('[a-z0-9._-]+', machine.os_release()['ID'])


def test_numbers_of_this_machine() -> None:
    assert machine.memory() > 1 << 20
    assert 1 <= machine.cores() <= (os.cpu_count() or 1)
    assert machine.python() == sys.version_info[:2]
    assert re.fullmatch(r'20\d{10}', machine.minute())
    assert machine.now() > 1_700_000_000


def test_package_version() -> None:
    assert machine.package_version('pytest') == pytest.__version__
    assert machine.package_version('no-such-package') == ''


def test_real_path(tmp_path: Path) -> None:
    (tmp_path / 'link').symlink_to('target')
    assert machine.real_path(str(tmp_path / 'link')) == str(tmp_path.resolve() / 'target')


def test_may_write(tmp_path: Path) -> None:
    assert machine.may_write(str(tmp_path))
    assert not machine.may_write(str(tmp_path / 'none'))


def test_nobody_to_ask() -> None:
    """No question where there is no terminal, and that is no consent."""
    asked: list[str] = []
    assert not machine.can_ask()
    assert not machine.agrees('Really?', asked.append)
    assert (asked, machine.columns()) == ([], 0)


@pytest.mark.parametrize('columns', ['120', '0', '', '-1', 'x', '٣٠'])
def test_the_width_of_a_text_is_that_of_shutil(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('COLUMNS', columns)
    assert machine.text_columns() == shutil.get_terminal_size().columns
