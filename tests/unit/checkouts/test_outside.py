"""What a checkout has elsewhere: what is said of it is true, and works."""
from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from runner_checkout import backend, run
from support import mounted


def git(*words: str, cwd: Path) -> None:
    subprocess.run(
        ['git', '-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always', *words], cwd=cwd,
        check=True, capture_output=True,
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A clone of a backend."""
    root = backend(tmp_path / 'my clone', 'tao_pt')
    git('init', '.', cwd=root)
    git('add', '.', cwd=root)
    git('commit', '-m', 'a', cwd=root)
    return root


def said(root: Path, *options: str) -> list[str]:
    """The notices of a launch, without docker's words."""
    done = run(root, *options, '--dry-run=json', '--', 'x')
    notices = json.loads(done.out)['notices']
    assert isinstance(notices, list)
    return notices


def advised(notice: str) -> list[str]:
    """The options in a notice."""
    words = shlex.split(notice.partition(' add ')[2].partition(', and use ')[0])
    assert words[::2] == ['--volume'] * (len(words) // 2)
    return words


def test_a_clone(root: Path) -> None:
    assert said(root) == []


def test_a_worktree(root: Path, tmp_path: Path) -> None:
    """Its .git leads to the folder of the one that all of them share."""
    tree = tmp_path / 'tree'
    git('worktree', 'add', str(tree), cwd=root)
    text, = said(tree)
    assert text == f"{tree} is a git worktree: for git in the container add --volume '{root}/.git:{root}/.git:ro'"
    done = run(tree, '--engine=none', '--dry-run=pretty', '--', 'x')
    assert 'worktree' not in done.out + done.err
    assert said(tree, *advised(text)) == [] and said(tree, '--volume', f'{root}:{root}') == []
    (tree / '.git').write_text('gitdir: ../my clone/.git/worktrees/tree\n')  # as git has it with useRelativePaths
    assert said(tree) == [
        f"{tree} is a git worktree: for git in the container add --volume '{root}/.git:/my clone/.git:ro'",
    ]
    shutil.rmtree(root)  # there is nothing to add
    assert said(tree) == []


def test_a_submodule(root: Path, tmp_path: Path) -> None:
    """git finds its files from its folder by a relative path, so both have to be where they are here."""
    outer = tmp_path / 'outer'
    git('init', str(outer), cwd=tmp_path)
    git('submodule', 'add', str(root), 'tao-pytorch', cwd=outer)
    inner, folder = outer / 'tao-pytorch', outer / '.git/modules/tao-pytorch'
    text, = said(inner)
    assert text == (
        f'the git folder of {inner} is {folder}: for git in the container add --volume {outer}:{outer}:ro, and use git '
        f'-C {inner}'
    )
    assert said(inner, *advised(text)) == []
    assert said(inner, '--volume', f'{outer}/.git:{outer}/.git') == [text]
    shutil.copytree(inner, tmp_path / 'copy')  # whose .git leads nowhere
    assert said(tmp_path / 'copy') == []


def test_a_submodule_in_a_worktree(root: Path, tmp_path: Path) -> None:
    """Its git folder is that of no folder around it."""
    main, outer = tmp_path / 'main', tmp_path / 'outer'
    git('init', str(main), cwd=tmp_path)
    git('submodule', 'add', str(root), 'tao-pytorch', cwd=main)
    git('commit', '-m', 'a', cwd=main)
    git('worktree', 'add', str(outer), cwd=main)
    git('submodule', 'update', '--init', cwd=outer)
    inner, folder = outer / 'tao-pytorch', main / '.git/worktrees/outer/modules/tao-pytorch'
    text, = said(inner)
    assert text == (
        f'the git folder of {inner} is {folder}: for git in the container add --volume {folder}:{folder}:ro --volume '
        f'{inner}:{inner}, and use git -C {inner}'
    )
    options = advised(text)
    assert said(inner, *options) == []
    assert said(inner, *options[:2]) == [
        f'the git folder of {inner} is {folder}: for git in the container add --volume {inner}:{inner}, and use git -C '
        f'{inner}',
    ]


def test_a_git_folder_elsewhere(root: Path, tmp_path: Path) -> None:
    git('init', '--separate-git-dir', str(tmp_path / 'x.git'), '.', cwd=root)
    text, = said(root)
    assert text == (
        f'the git folder of {root} is {tmp_path}/x.git: for git in the container add --volume '
        f'{tmp_path}/x.git:{tmp_path}/x.git:ro'
    )
    assert said(root, *advised(text)) == []


def test_a_git_folder_that_no_option_can_name(root: Path, tmp_path: Path) -> None:
    git('init', '--separate-git-dir', str(tmp_path / 'a:b'), '.', cwd=root)
    assert said(root) == []


@pytest.mark.parametrize(('link', 'destination'), [('../core', '/core'), ('{}/core', '{}/core')])
def test_tao_core_behind_a_link(link: str, destination: str, tmp_path: Path) -> None:
    """Which leads elsewhere in the container, and to the same once that is mounted."""
    root = backend(tmp_path / 'x', 'tao_pt', has_core=True)
    (root / 'tao-core').rename(tmp_path / 'core')
    link, destination = link.format(tmp_path), destination.format(tmp_path)
    (root / 'tao-core').symlink_to(link)
    text, = said(root)
    assert text == (
        f'{root}/tao-core is a link to {link}, which the container does not have: add --volume '
        f'{tmp_path}/core:{destination}'
    )
    options = advised(text)
    assert said(root, *options) == []
    done = run(root, *options, '--dry-run', '--', 'x')
    assert mounted(done) == [f'{root}:/tao-pt', f'{tmp_path}/core:{destination}']
    assert '-e PYTHONPATH=/tao-pt:/tao-pt/tao-core ' in done.out


def test_tao_core_behind_a_link_within(tmp_path: Path) -> None:
    root = backend(tmp_path / 'x', 'tao_pt', has_core=True)
    (root / 'tao-core').rename(root / 'core')
    (root / 'tao-core').symlink_to('core')
    assert said(root) == []
    (root / 'tao-core').unlink()
    (root / 'tao-core').symlink_to(root / 'core')  # by its name here, which the container does not have
    assert said(root) == [
        f'{root}/tao-core is a link to {root}/core, which the container does not have: add --volume '
        f'{root}/core:{root}/core',
    ]
