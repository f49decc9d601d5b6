"""Submodules of a checkout: which are named, which are there, and what is said of those that are not."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tao_launcher.checkouts import submodules


@pytest.mark.parametrize(('text', 'paths'), [
    ('', []), ('no section\npath = x\n', []),
    ('[submodule "tao-core"]\n\tpath = tao-core\n\turl = https://x/y.git\n\tbranch = main\n', ['tao-core']),
    ('[submodule "a"]\n  path=a/b/\n[submodule "c"]\r\n\tpath = "c d"\r\n', ['a/b', 'c d']),
    ('[core]\n\tpath = x\n[submodule "a"]\n\tpath = ./a\n', ['a']),
    ('[submodule "a"]\n\tpath = ../a\n\tpath = /a\n\tpath = a/../../b\n\tpath =\n', []),
])
def test_named(text: str, paths: list[str]) -> None:
    """None of them leads outside of the checkout."""
    assert submodules.named(text) == paths


def test_what_git_has_fetched(tmp_path: Path) -> None:
    """Real submodules: named and empty in a clone, there once the line that is suggested has run."""
    def git(*words: str, cwd: Path = tmp_path) -> None:
        subprocess.run(
            ['git', '-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always', *words], cwd=cwd,
            check=True, capture_output=True,
        )

    for name in ('core', 'top'):
        git('init', name)
        (tmp_path / name / 'file').touch()
        git('add', '.', cwd=tmp_path / name)
        git('commit', '-m', 'a', cwd=tmp_path / name)
    git('submodule', 'add', str(tmp_path / 'core'), 'tao-core', cwd=tmp_path / 'top')
    git('submodule', 'add', str(tmp_path / 'core'), 'two words', cwd=tmp_path / 'top')
    git('commit', '-m', 'b', cwd=tmp_path / 'top')
    git('clone', 'top', 'a clone')
    clone = tmp_path / 'a clone'
    assert submodules.of(str(clone)) == ['tao-core', 'two words']
    assert submodules.not_fetched(str(clone)) == (
        f"2 submodules of {clone} are not fetched yet, and empty: tao-core, 'two words'"
    )
    env = {**os.environ, 'GIT_ALLOW_PROTOCOL': 'file'}
    subprocess.run(['sh', '-c', submodules.fetch_line(str(clone))], check=True, capture_output=True, env=env)
    assert submodules.not_fetched(str(clone)) == ''
    (clone / 'tao-core/file').unlink()  # nothing but git's own file
    assert not submodules.has_content(str(clone / 'tao-core'))
    assert submodules.not_fetched(str(clone)) == f'1 submodule of {clone} is not fetched yet, and empty: tao-core'


def test_a_list_that_can_not_be_read(tmp_path: Path) -> None:
    """It is git's to complain about it."""
    (tmp_path / '.gitmodules').mkdir()
    assert submodules.of(str(tmp_path)) == [] and submodules.not_fetched(str(tmp_path)) == ''
