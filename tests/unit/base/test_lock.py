"""The lock that two launchers of one user take in turn, and that nobody else can hold."""
from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from nobody import NOBODY
from support import CHECKOUT

from tao_launcher.base import lock
from tao_launcher.base.folders import make_folders


@pytest.fixture
def state(tmp_path: Path) -> Path:
    make_folders(str(tmp_path / 'a' / 'state'), [], mode=0o700)
    return tmp_path / 'a' / 'state'


HOLD = 'import fcntl, os, sys, time; fd = os.open(sys.argv[1], os.O_RDONLY); fcntl.flock(fd, fcntl.LOCK_EX); ' \
       'print("held", flush=True); time.sleep(60)'


def test_nobody_holds_up_a_write(home: Path) -> None:
    """Anyone may lock a folder that they can read, HOME among them."""
    holder = subprocess.Popen([sys.executable, '-c', HOLD, str(home)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout and holder.stdout.readline() == b'held\n'
        (home / '.tao_mounts.json').write_text('{}')
        done = subprocess.run(
            [sys.executable, str(CHECKOUT / 'bin' / 'tao'), 'config', 'init', '--yes'], check=False, timeout=60,
            capture_output=True, env={**os.environ, 'PYTHONPATH': str(CHECKOUT)},
        )
        assert done.returncode == 0
    finally:
        holder.kill()
        holder.wait()
    found = (home / '.local/state/tao/lock').stat()
    assert (found.st_uid, stat.S_IMODE(found.st_mode)) == (os.getuid(), 0o600)


def test_the_wait_for_another_launcher_ends(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, 'PATIENCE', 0.2)
    with lock.locked(str(state)):
        with pytest.raises(TimeoutError, match='another launcher has held'), lock.locked(str(state)):
            pass
    with lock.locked(str(state)):
        pass


@pytest.mark.parametrize('kind', ['pipe', 'link', 'theirs'])
def test_a_lock_that_is_none_of_ours(kind: str, state: Path, tmp_path: Path) -> None:
    path = state / 'lock'
    if kind == 'pipe':
        os.mkfifo(path)
    elif kind == 'link':
        path.symlink_to(tmp_path / 'made')
    elif os.geteuid():
        pytest.skip('only root can give a file away')
    else:
        path.touch()
        os.chown(path, NOBODY, NOBODY)
    with pytest.raises(PermissionError, match='not a file of yours'), lock.locked(str(state)):
        pass
    assert not (tmp_path / 'made').exists()


WAIT = """
import sys
from tao_launcher.base.lock import locked
with locked(sys.argv[1], 'build.lock', lambda: print('waits', flush=True)):
    print('has it', flush=True)
"""


def test_one_that_may_take_hours_is_waited_for(state: Path) -> None:
    """Who waits is told, gets it at the end, and leaves no file."""
    with lock.locked(str(state), 'build.lock', lambda: None):
        second = subprocess.Popen(
            [sys.executable, '-c', WAIT, str(state)], stdout=subprocess.PIPE,
            env={**os.environ, 'PYTHONPATH': str(CHECKOUT)},
        )
        assert second.stdout and second.stdout.readline() == b'waits\n'
        assert second.poll() is None
    out, _ = second.communicate(timeout=60)
    assert (second.returncode, out, os.listdir(state)) == (0, b'has it\n', [])
