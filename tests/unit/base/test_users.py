"""Users, and whose files are: the caller's, root's, and under sudo those of the one who called it."""
from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest
from nobody import NOBODY

from tao_launcher.base import host, users

root_only = pytest.mark.skipif(os.geteuid() != 0, reason='only root can give a file away')


@root_only
def test_foreign_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, link = tmp_path / 'file', tmp_path / 'link'
    file.touch()
    link.symlink_to(file)
    assert users.foreign_owner(str(file), str(link), f'{tmp_path}/none') == ''
    os.chown(file, NOBODY, NOBODY)
    assert users.foreign_owner(str(link)) == 'nobody'
    assert users.foreign_owner(str(link), follows=False) == ''
    os.lchown(link, 4321, 4321)
    assert users.foreign_owner(str(link), follows=False) == 'uid 4321'
    os.lchown(link, 0, 0)
    for name in ('SUDO_UID', 'SUDO_GID'):
        monkeypatch.setenv(name, str(NOBODY))
    assert users.foreign_owner(str(link)) == ''


@root_only
def test_new_owner(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert users.new_owner(f'{home}/f') is None
    for name in ('SUDO_UID', 'SUDO_GID'):
        monkeypatch.setenv(name, str(NOBODY))
    assert users.new_owner(f'{home}/f') is None  # root's own
    os.chown(home, NOBODY, NOBODY)
    assert users.new_owner(f'{home}/f') == users.new_owner(f'{home}/a/b/f') == (NOBODY, NOBODY)
    assert users.new_owner(f'{tmp_path}/f') is None
    (home / 'out').symlink_to(tmp_path)
    assert users.new_owner(f'{home}/out/f') is None


def test_names() -> None:
    here = host.survey(dict(os.environ))
    assert users.user_name(os.getuid()) == pwd.getpwuid(os.getuid()).pw_name
    assert users.user_name(4242424242) == ''
    assert users.name_at_host(here) == f'{users.user_name(here.uid)}@{here.hostname}'
