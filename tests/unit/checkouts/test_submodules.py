"""Submodules of a checkout: which are named, which are there, and what is said of those that are not."""
from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tao_launcher.checkouts import submodules


@pytest.mark.parametrize(('text', 'paths'), [
    ('', []), ('no section\npath = x\n', []),
    ('[submodule "tao-core"]\n\tpath = tao-core\n\turl = https://x/y.git\n\tbranch = main\n', ['tao-core']),
    ('[submodule "a"]\n  path=a/b/\n[submodule "c"]\r\n\tpath = "c d"\r\n', ['a/b', 'c d']),
    ('[core]\n\tpath = x\n[submodule "a"]\n\tpath = ./a\n', ['a']),
    ('[submodule "a"]\n\tpath = tao-core # main\n[Submodule "b"]\n\tPath = "b # c" ; d\n', ['tao-core', 'b # c']),
    ('[submodule "a"]\n\turl = https://x/path?path=y\n', []),
    ('[submodule "a"]\n\tpath = ../a\n\tpath = /a\n\tpath = a/../../b\n\tpath =\n', []),
])
def test_named(text: str, paths: list[str]) -> None:
    """None of them leads outside of the checkout."""
    assert submodules.named(text) == paths


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """A repository with two submodules, for real."""
    for name in ('core', 'top'):
        git('init', name, cwd=tmp_path)
        (tmp_path / name / 'file').touch()
        git('add', '.', cwd=tmp_path / name)
        git('commit', '-m', 'a', cwd=tmp_path / name)
    git('submodule', 'add', str(tmp_path / 'core'), 'tao-core', cwd=tmp_path / 'top')
    git('submodule', 'add', str(tmp_path / 'core'), 'two words', cwd=tmp_path / 'top')
    git('commit', '-m', 'b', cwd=tmp_path / 'top')
    return tmp_path / 'top'


def git(*words: str, cwd: Path) -> None:
    subprocess.run(
        ['git', '-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always', *words], cwd=cwd,
        check=True, capture_output=True,
    )


def run_line(root: Path) -> None:
    """Run the line that is suggested."""
    env = {**os.environ, 'GIT_ALLOW_PROTOCOL': 'file'}
    subprocess.run(['sh', '-c', submodules.fetch_line(str(root))], check=True, capture_output=True, env=env)


def test_what_git_has_fetched(tmp_path: Path, upstream: Path) -> None:
    """Real submodules: named and empty in a clone, there once the line that is suggested has run."""
    git('clone', str(upstream), 'a clone', cwd=tmp_path)
    clone = tmp_path / 'a clone'
    assert submodules.of(str(clone)) == ['tao-core', 'two words']
    assert submodules.not_fetched(str(clone)) == (
        f"2 submodules of {clone} are not fetched yet, and empty: tao-core, 'two words'"
    )
    run_line(clone)
    assert submodules.not_fetched(str(clone)) == ''
    (clone / 'tao-core/file').unlink()  # nothing but git's own file
    assert not submodules.has_content(str(clone / 'tao-core'))
    assert submodules.not_fetched(str(clone)) == f'1 submodule of {clone} is not fetched yet, and empty: tao-core'


@pytest.mark.parametrize('by', ['config', '.gitmodules'])
def test_submodules_that_an_update_passes_over(by: str, tmp_path: Path, upstream: Path) -> None:
    """The line that is suggested names them, and them alone."""
    git('clone', str(upstream), 'clone', cwd=tmp_path)
    clone = tmp_path / 'clone'
    file = ['--file', '.gitmodules'] if by == '.gitmodules' else []
    git('config', *file, 'submodule.tao-core.update', 'none', cwd=clone)
    assert submodules.fetch_line(str(clone)) == (
        f"cd {clone} && git submodule update --init --recursive --checkout -- tao-core 'two words'"
    )
    git('submodule', 'update', '--init', cwd=clone)
    assert submodules.not_fetched(str(clone)) == f'1 submodule of {clone} is not fetched yet, and empty: tao-core'
    run_line(clone)
    assert submodules.not_fetched(str(clone)) == ''
    git('config', 'submodule.tao-core.update', 'checkout', cwd=clone)  # the clone's own word comes before the list's
    shutil.rmtree(clone / 'tao-core')
    assert submodules.fetch_line(str(clone)) == f'cd {clone} && git submodule update --init --recursive'


@pytest.mark.parametrize('around', ['', 'another', 'clone', 'worktree', 'lost', 'new', 'new with a remote'])
def test_where_git_cannot_fetch(around: str, tmp_path: Path, upstream: Path) -> None:
    """As in what GitHub packs: by itself or in a repository of something else, whose git knows no submodule here."""
    root = tmp_path / 'around/tao'
    root.parent.mkdir()
    if around in ('clone', 'worktree'):
        words = ['clone', str(upstream)] if around == 'clone' else ['-C', str(upstream), 'worktree', 'add', '--detach']
        git(*words, str(root), cwd=tmp_path)
        assert submodules.fetch_line(str(root)) == f'cd {root} && git submodule update --init --recursive'
        run_line(root)
        assert submodules.not_fetched(str(root)) == ''
        return
    if around == 'another':
        git('init', '.', cwd=root.parent)
    root.mkdir()
    shutil.copy(upstream / '.gitmodules', root)
    if around == 'lost':  # a copy of a worktree or submodule on another machine
        (root / '.git').write_text('gitdir: ../../none\n')
    if around.startswith('new'):  # a repository of the user's own, in what was unpacked: its git updates nothing
        git('init', '.', cwd=root)
        assert 'not a git clone' in submodules.not_fetched(str(root))  # before the first commit too
        git('add', '.', cwd=root)
        git('commit', '-m', 'a', cwd=root)
    if around == 'new with a remote':
        git('remote', 'add', 'origin', str(upstream), cwd=root)
    assert submodules.not_fetched(str(root)) == (
        f"2 submodules of {root} are not fetched yet, and empty: tao-core, 'two words'; git cannot fetch here, as this "
        'is not a git clone'
    )
    assert submodules.fetch_line(str(root)) == (
        f'git clone --recurse-submodules for a new checkout, or put the missing content into {root}/tao-core and '
        f"'{root}/two words'"
    )


def test_a_list_that_can_not_be_read(tmp_path: Path) -> None:
    """It is git's to complain about it."""
    (tmp_path / '.gitmodules').mkdir()
    assert submodules.of(str(tmp_path)) == [] and submodules.not_fetched(str(tmp_path)) == ''
