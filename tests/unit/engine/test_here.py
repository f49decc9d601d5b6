"""A command of this machine, started as a job."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from programs import a_program

from tao_launcher.base.errors import CannotExecute, CommandMissing, Fatal
from tao_launcher.engine import here


def test_a_command_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / 'work'
    folder.mkdir()
    words = [a_program(tmp_path, 'pwd >"$1"; exit 3'), str(tmp_path / 'out')]
    child = here.start(words, os.environ, str(folder), own_session=True, has_input=False)
    assert child.wait() == 3
    assert (tmp_path / 'out').read_text() == f'{folder}\n'


@pytest.mark.parametrize(('word', 'workdir', 'error', 'what'), [
    ('{}/none', '', CommandMissing, '{}/none: no such program, or none of the name in its first line'),
    ('/bin/sh', '{}/none', CommandMissing, '--workdir {}/none: no such folder'),
    ('{}', '', CannotExecute, '{}: cannot be started (Permission denied)'),
])
def test_a_command_that_cannot_be_started(
    word: str, workdir: str, error: type[Fatal], what: str, tmp_path: Path,
) -> None:
    with pytest.raises(error) as raised:
        here.start([word.format(tmp_path)], os.environ, workdir.format(tmp_path), own_session=True, has_input=False)
    assert raised.value.what == what.format(tmp_path)
