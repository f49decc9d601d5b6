"""Where the git of a checkout is: real clones, worktrees, submodules, and what is none of these."""
from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tao_launcher.checkouts import git_folder


def git(*words: str, cwd: Path) -> None:
    subprocess.run(['git', '-c', 'user.name=a', '-c', 'user.email=a@b', *words], cwd=cwd, check=True,
                   capture_output=True)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with a commit."""
    root = tmp_path / 'clone'
    git('init', str(root), cwd=tmp_path)
    git('commit', '--allow-empty', '-m', 'a', cwd=root)
    return root


def test_of_a_clone(clone: Path) -> None:
    assert (git_folder.named(str(clone)), git_folder.of(str(clone))) == ('', f'{clone}/.git')
    (clone / 'deep').mkdir()
    assert git_folder.of(str(clone / 'deep')) == ''
    assert git_folder.shared(f'{clone}/.git') == f'{clone}/.git'


def test_of_a_worktree(clone: Path, tmp_path: Path) -> None:
    git('worktree', 'add', str(tmp_path / 'tree'), cwd=clone)
    found = git_folder.of(str(tmp_path / 'tree'))
    assert (found, git_folder.shared(found)) == (f'{clone}/.git/worktrees/tree', f'{clone}/.git')
    git('config', 'submodule.x.update', 'none', cwd=clone)
    assert ('submodule', 'x', 'update', 'none') in git_folder.config(found)


def test_of_a_folder_elsewhere(clone: Path, tmp_path: Path) -> None:
    git('init', '--separate-git-dir', str(tmp_path / 'a b.git'), '.', cwd=clone)
    assert git_folder.of(str(clone)) == f'{tmp_path}/a b.git'
    (clone / '.git').write_text('gitdir: ../a b.git\n')
    assert (git_folder.named(str(clone)), git_folder.of(str(clone))) == ('../a b.git', f'{tmp_path}/a b.git')


@pytest.mark.parametrize('text', ['', 'gitdir:', 'gitdir: /none', 'x', 'gitdir: .', '\0', 'gitdir: /\0'])
def test_a_file_that_names_none(text: str, tmp_path: Path) -> None:
    (tmp_path / '.git').write_text(text)
    assert git_folder.of(str(tmp_path)) == ''
    assert git_folder.config(str(tmp_path)) == []
