"""Files are written whole or not at all, under no name that others could know, and through no link of theirs."""
from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest
from nobody import NOBODY
from support import tao

import tao_launcher
from tao_launcher.base import backup, files

OLD, NEW = b'old' * 1000, b'new' * 2000
root_only = pytest.mark.skipif(os.geteuid() != 0, reason='only root can make files of others')
# How the package writes: SCRIPT is run with the file's path and a folder for the lock.
WAYS = {
    'write': 'files.write(path, NEW)',
    'mode': 'files.write(path, NEW, 0o600)',
    'blocks': 'with files.Whole(path) as whole: [whole.add(NEW[i:i + 2000]) for i in range(0, len(NEW), 2000)]',
    'replace': 'backup.replace(path, NEW, state)',
    'exchange': 'files.exchange(path, OLD, NEW, state)',
    'named': 'files.os.O_TMPFILE = files.os.O_TMPFILE | files.os.O_CREAT; files.write(path, NEW)',
}
SCRIPT = """
import sys
sys.path.insert(0, {package!r})
from tao_launcher.base import backup, files
path, state = sys.argv[1:]
OLD, NEW = b'old' * 1000, b'new' * 2000
try:
    {way}
except OSError:
    sys.exit(9)
"""
# The calls of a write, by every name that a machine may have for them.
CALLS = ('write', 'fsync', 'fchmod', 'fchown', 'link,linkat', 'rename,renameat,renameat2')


def strace(tmp_path: Path, way: str, inject: str) -> tuple[int, bool]:
    """(exit code, whether the injection was reached) of a write with a system call that fails."""
    if not shutil.which('strace'):
        if os.environ.get('CI') == 'true':
            pytest.fail('strace is not installed, and with CI=true this must run')
        pytest.skip('strace is not installed')
    script, trace = tmp_path / 'script.py', tmp_path / 'trace'
    script.write_text(SCRIPT.format(package=str(Path(str(tao_launcher.__file__)).parent.parent), way=WAYS[way]))
    done = subprocess.run(
        # stopped at those calls alone
        ['strace', '-qq', '-f', '--seccomp-bpf', '-o', str(trace), '-e', f'trace={inject.partition(":")[0]}',
            '-e', f'inject={inject}', sys.executable, '-I', '-S', '-B', str(script), str(tmp_path / 'd' / 'f'),
            str(tmp_path / 'state')],
        capture_output=True, check=False, timeout=60,
    )
    text = trace.read_text(errors='replace')
    return done.returncode, 'INJECTED' in text or 'killed by SIGKILL' in text


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def positions(tmp_path: Path, way: str, call: str, fault: str, *, there: bool) -> Iterator[int]:
    """The exit codes, as this call fails the first time that it is made, the second, and so on."""
    for when in range(1, 30):
        shutil.rmtree(tmp_path / 'd', ignore_errors=True)
        (tmp_path / 'd').mkdir()
        if there:
            (tmp_path / 'd' / 'f').write_bytes(OLD)
        code, is_reached = strace(tmp_path, way, f'{call}:{fault}:when={when}')
        if not is_reached:
            assert code == 0 and (tmp_path / 'd' / 'f').read_bytes() == NEW
            return
        yield code


def check_old_or_new(folder: Path, *, there: bool, may_leave: str = '') -> None:
    left = [name for name in names(folder) if not (may_leave and re.fullmatch(may_leave, name))]
    path = folder / 'f'
    if 'f.1.bak' in left:
        assert (folder / 'f.1.bak').read_bytes() == OLD
        left.remove('f.1.bak')
    assert left == (['f'] if there or path.exists() else [])
    if left:
        assert path.read_bytes() in ((OLD, NEW) if there else (NEW,))


@pytest.mark.parametrize('way', WAYS)
@pytest.mark.parametrize('there', [True, False])
def test_a_call_that_fails(way: str, there: bool, tmp_path: Path) -> None:
    """A full disk, a broken one, one that became read-only: the old file, or none, and nothing beside it."""
    if way == 'exchange' and not there:
        return
    seen = 0
    for call in CALLS:
        for error in ('ENOSPC', 'EIO', 'EROFS') if call == 'write' else ('EIO',):
            for code in positions(tmp_path, way, call, f'error={error}', there=there):
                seen += 1
                check_old_or_new(tmp_path / 'd', there=there)
                if code == 9 and there:
                    assert (tmp_path / 'd' / 'f').read_bytes() == OLD
                    assert names(tmp_path / 'd') == ['f']
    assert seen >= 5


@pytest.mark.parametrize('way', WAYS)
@pytest.mark.parametrize('there', [True, False])
def test_killed_at_a_call(way: str, there: bool, tmp_path: Path) -> None:
    """The file is old or new. Only one that has a name until it is whole is left, and swept up later."""
    if way == 'exchange' and not there:
        return
    for call in CALLS:
        # between the two names of a replacement there is no way around one more
        is_named = way == 'named' or call.startswith('rename')
        for code in positions(tmp_path, way, call, 'signal=SIGKILL', there=there):
            assert code in (-9, 137)
            check_old_or_new(tmp_path / 'd', there=there, may_leave=r'\.f\.[0-9a-f]{16}\.part' if is_named else '')
            backup.replace(str(tmp_path / 'd' / 'f'), b'next', str(tmp_path / 'state'))
            assert not list((tmp_path / 'd').glob('*.part')) and not list((tmp_path / 'd').glob('.*.part'))


@root_only
def test_names_that_are_known_beforehand(tmp_path: Path) -> None:
    """A link in the place that a temporary file would have leads nowhere."""
    victim = tmp_path / 'victim'
    victim.write_text('mine')
    folder = tmp_path / 'theirs'
    folder.mkdir()
    (folder / 'm.json.part').symlink_to(victim)
    for each in (folder, folder / 'm.json.part'):
        os.lchown(each, NOBODY, NOBODY)
    for size in ('1G', '2G'):
        done = tao('--mounts_file', str(folder / 'm.json'), 'config', 'init', '--yes', '--data=none', '--results=none',
            '--specs=none', f'--shm_size={size}')
        assert done.code == 0, done
    assert (victim.read_text(), victim.stat().st_uid) == ('mine', 0)
    assert names(folder) == ['m.json', 'm.json.1.bak', 'm.json.part']


@root_only
def test_a_target_that_is_a_link_of_someone_else(tmp_path: Path) -> None:
    victim, link = tmp_path / 'victim', tmp_path / 'm.json'
    victim.write_text('{}')
    link.symlink_to(victim)
    os.lchown(link, NOBODY, NOBODY)
    done = tao('--mounts_file', str(link), 'config', 'init', '--yes', '--data=none', '--results=none', '--specs=none')
    assert (done.code, done.err.splitlines()[0]) == (
        2, f'tao: error: {link}: cannot be written (it is a link that belongs to nobody)')
    assert victim.read_text() == '{}'
    with pytest.raises(PermissionError):
        files.exchange(str(link), b'{}', b'x', str(tmp_path / 'state'))
    files.write(str(link), b'x')  # replaces the link itself
    assert not link.is_symlink() and victim.read_text() == '{}'


def test_a_file_that_has_grown_has_changed(tmp_path: Path) -> None:
    path = tmp_path / 'f'
    path.write_bytes(b'old, and more than before or after')
    assert not files.exchange(str(path), b'old', b'new', str(tmp_path / 'state'))
    assert path.read_bytes() == b'old, and more than before or after'


@root_only
def test_owner_and_mode_are_there_before_the_content(tmp_path: Path) -> None:
    """What the old file showed to few, the new one shows to nobody else at any time."""
    path = tmp_path / 'f'
    path.write_bytes(b'a')
    path.chmod(0o640)
    os.chown(path, NOBODY, NOBODY)
    with files.Whole(str(path), kept=os.stat(path)) as whole:
        found = os.fstat(whole._number)
        assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (NOBODY, NOBODY, 0o640)
        whole.add(b'b')
    found = path.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (NOBODY, NOBODY, 0o640)


def test_the_folder_can_not_be_exchanged(tmp_path: Path) -> None:
    """The file goes into the folder that was there at the start."""
    here, moved = tmp_path / 'folder', tmp_path / 'moved'
    here.mkdir()
    with files.Whole(str(here / 'f')) as whole:
        whole.add(b'x')
        here.rename(moved)
        (tmp_path / 'other').mkdir()
        here.symlink_to(tmp_path / 'other')
    assert (names(moved), names(tmp_path / 'other')) == (['f'], [])


@root_only
def test_what_is_made_in_home_under_sudo(home: Path, tmp_path: Path) -> None:
    """It belongs to the user, new folders included; what was there keeps owner and mode."""
    os.chown(home, NOBODY, NOBODY)
    sudo = {'SUDO_UID': str(NOBODY), 'SUDO_GID': str(NOBODY)}
    path = home / '.tao_mounts.json'
    assert tao('config', 'init', '--yes', '--shm_size=1G', env=sudo).code == 0
    path.chmod(0o600)
    assert tao('config', 'init', '--yes', '--shm_size=2G', env=sudo).code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for shell in ('bash', 'fish', 'zsh'):
        assert tao('completion', shell, '--install', env=sudo).code == 0
    entries = list(home.rglob('*'))
    assert len(entries) > 12
    assert [str(entry) for entry in entries if (os.lstat(entry).st_uid, os.lstat(entry).st_gid) != (NOBODY,) * 2] == []
    elsewhere = tmp_path / 'm.json'
    assert tao('--mounts_file', str(elsewhere), 'config', 'init', '--yes', '--data=none', '--results=none',
        '--specs=none', env=sudo).code == 0
    assert elsewhere.stat().st_uid == 0


@root_only
def test_roots_own_home_under_sudo(home: Path) -> None:
    """sudo -H: what is made in it stays root's."""
    sudo = {'SUDO_UID': str(NOBODY), 'SUDO_GID': str(NOBODY)}
    assert tao('completion', 'bash', '--install', env=sudo).code == 0
    assert {os.lstat(entry).st_uid for entry in home.rglob('*')} == {0}


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    (tmp_path / 'folder').mkdir()
    path = tmp_path / 'folder' / 'f'
    assert files.write(str(path), b'old') == (3, hashlib.sha256(b'old').hexdigest())
    with pytest.raises(KeyboardInterrupt), files.Whole(str(path)) as whole:
        whole.add(b'new')
        raise KeyboardInterrupt
    assert path.read_bytes() == b'old'
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_exchanged_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / 'f'
    path.write_bytes(b'a')
    path.chmod(0o640)
    assert not files.exchange(str(path), b'b', b'c', f'{tmp_path}/state')
    assert path.read_bytes() == b'a'
    assert files.exchange(str(path), b'a', b'c', f'{tmp_path}/state')
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b'c', 0o640)
    assert list(tmp_path.glob('f*')) == [path]
