"""What tests/installs.bash leaves of a package: the program, and nothing that is started at the next boot."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from support import CHECKOUT

# A package that enables a service as Debian's do, and removes nothing.
APT = '''#!/bin/sh
[ "$2" != update ] || exit 0
mkdir -p {etc}/systemd/system/sockets.target.wants
ln -s /lib/systemd/system/ssh.service {etc}/systemd/system/multi-user.target.wants/ssh.service
ln -s /lib/systemd/system/ssh.service {etc}/systemd/system/sshd.service
ln -s /lib/systemd/system/podman.socket {etc}/systemd/system/sockets.target.wants/podman.socket
ln -s ../init.d/ssh {etc}/rc2.d/S01ssh
[ -x {policy} ] && ! {policy} || exit 1
{ends}
'''


@pytest.mark.skipif(os.geteuid() != 0, reason='only root installs')
@pytest.mark.parametrize(('ends', 'code'), [('exit 0', 0), ('exit 7', 7), ('kill $PPID; exec sleep 1', 143)])
def test_nothing_is_started_at_the_next_boot(tmp_path: Path, ends: str, code: int) -> None:
    etc, policy, programs = tmp_path / 'etc', tmp_path / 'policy-rc.d', tmp_path / 'bin'
    for folder in (etc / 'systemd/system/multi-user.target.wants', etc / 'rc2.d', programs):
        folder.mkdir(parents=True)
    before = etc / 'systemd/system/multi-user.target.wants/cron.service'
    before.symlink_to('/lib/systemd/system/cron.service')
    (programs / 'apt-get').write_text(APT.format(etc=etc, policy=policy, ends=ends))
    (programs / 'apt-get').chmod(0o755)
    script = (
        f'set -euo pipefail; etc={etc} policy={policy} tmp={tmp_path}; say() {{ echo "$*"; }}\n'
        f'. {CHECKOUT}/tests/installs.bash; trap undo_starts EXIT; trap "exit 143" TERM; apt_install ssh podman'
    )
    done = subprocess.run(
        ['bash', '-c', script], env={**os.environ, 'PATH': f'{programs}:{os.environ["PATH"]}'}, encoding='utf-8',
        capture_output=True, check=False,
    )
    assert done.returncode == code, done
    assert done.stdout.startswith('installing ssh podman, which takes about 1 min; nothing of it is started')
    links = sorted(str(path.relative_to(etc)) for path in etc.rglob('*') if path.is_symlink())
    assert links == ['rc2.d/K01ssh', 'systemd/system/multi-user.target.wants/cron.service']
    assert not policy.exists()
