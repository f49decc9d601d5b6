"""What the wording of a remedy depends on, read from this machine."""
from __future__ import annotations

import os
from pathlib import Path

from plans import host_with

from tao_launcher.base.machine import os_release
from tao_launcher.engine.installed import for_remedies


def test_root_and_sudo(tmp_path: Path) -> None:
    (tmp_path / 'sudo').write_text('#!/bin/sh\n')
    (tmp_path / 'sudo').chmod(0o755)
    with_sudo = for_remedies(host_with(is_root=False), {'PATH': str(tmp_path)})
    without = for_remedies(host_with(is_root=True), {'PATH': '/nowhere'})
    assert (with_sudo.is_root, with_sudo.has_sudo) == (False, True)
    assert (without.is_root, without.has_sudo) == (True, False)


def test_the_system() -> None:
    found = for_remedies(host_with(), {})
    assert found.system.split(' ')[0] == os_release()['ID']
    assert found.has_systemd == os.path.isdir('/run/systemd/system')
    assert not found.has_service or os.path.exists('/etc/init.d/docker')
