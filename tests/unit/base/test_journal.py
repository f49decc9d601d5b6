"""Lines that many append to one file at once: whole, or skipped; and what the file may be."""
from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import nobody
import pytest

from tao_launcher.base import journal

WRITER = """
import sys
from tao_launcher.base import journal
path, name, count, size = sys.argv[1:]
for number in range(int(count)):
    journal.append(path, f'{name} {number} {"x" * int(size)}'.encode(), is_own=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / 'state' / 'tao' / 'history.jsonl')


def read(path: str) -> list[bytes]:
    return list(journal.lines(path))


def test_a_file_of_our_own_is_made_with_its_folder(path: str) -> None:
    os.umask(os.umask(0o022))
    journal.append(path, b'{"a":1}', is_own=True)
    journal.append(path, b'{"a":2}', is_own=True)
    assert Path(path).read_bytes() == b'{"a":1}\n{"a":2}\n'
    assert Path(path).stat().st_mode & 0o777 == 0o600
    assert Path(path).parent.stat().st_mode & 0o777 == 0o700
    assert journal.is_private(path)


def test_one_write_for_a_line(path: str, tmp_path: Path) -> None:
    """Of two lines that are written at once none is inside the other."""
    trace = tmp_path / 'trace'
    journal.append(path, b'first', is_own=True)
    code = f'from tao_launcher.base import journal; journal.append({path!r}, b"{{}}", is_own=True)'
    done = subprocess.run(
        ['strace', '-qq', '-e', 'trace=openat,write', '-o', str(trace), sys.executable, '-c', code], check=False,
        stderr=subprocess.DEVNULL,
    )
    if done.returncode or 'openat' not in trace.read_text():
        pytest.skip('strace cannot trace here')
    lines = trace.read_text().splitlines()
    opened = next(i for i, line in enumerate(lines) if 'history.jsonl' in line)
    assert 'O_APPEND' in lines[opened]
    written = [line for line in lines[opened + 1:] if line.startswith('write(')]
    assert len(written) == 1 and '"{}\\n", 3)' in written[0]


@pytest.mark.parametrize('text', [b'root:x:0:0\n', b'{"a', b'\n', b'{"b":1}\n'])
def test_a_file_of_something_else_is_left_alone(text: bytes, tmp_path: Path) -> None:
    """A name that was mistyped may be any file's."""
    path = tmp_path / 'file'
    path.write_bytes(text)
    with pytest.raises(OSError, match='has lines that are not those of a history'):
        journal.append(str(path), b'{"a":1}', is_own=False, start=b'{"a":')
    assert path.read_bytes() == text


def test_a_file_that_is_empty_or_begins_so_is_appended_to(tmp_path: Path) -> None:
    path = tmp_path / 'file'
    path.touch()
    for number in range(2):
        journal.append(str(path), b'{"a":%d}' % number, is_own=False, start=b'{"a":')
    assert path.read_bytes() == b'{"a":0}\n{"a":1}\n'


def test_a_line_begins_after_a_torn_one(path: str) -> None:
    journal.append(path, b'whole', is_own=True)
    with open(path, 'ab') as file:
        file.write(b'{"torn": ')
    journal.append(path, b'next', is_own=True)
    assert read(path) == [b'whole', b'{"torn": ', b'next']


def test_a_full_file_is_put_aside_and_the_one_before_goes(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, 'LARGEST', 100)
    for number in range(5):
        journal.append(path, b'%d' % number * 39, is_own=True)
    assert read(path) == [b'%d' % number * 39 for number in (2, 3, 4)]
    assert sorted(os.listdir(os.path.dirname(path))) == ['history.jsonl', 'history.jsonl.1']


def test_parallel_writers_lose_no_line_when_it_is_put_aside(path: str) -> None:
    """10 MB are more than one file and less than two."""
    size, count = 40_000, 40
    writers = [
        subprocess.Popen([sys.executable, '-c', WRITER, path, str(name), str(count), str(size)]) for name in range(8)
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0] * 8
    assert os.path.getsize(path) + os.path.getsize(f'{path}.1') > journal.LARGEST
    assert os.path.getsize(f'{path}.1') <= journal.LARGEST
    expected = {b'%d %d %s' % (name, number, b'x' * size) for name in range(8) for number in range(count)}
    found = read(path)
    assert len(found) == 320 and {*found} == expected


@pytest.mark.parametrize('mode', [0o622, 0o666])
def test_a_file_that_others_write_to_stays(tmp_path: Path, mode: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, 'LARGEST', 10)
    path = tmp_path / 'site'
    path.touch()
    path.chmod(mode)
    for _ in range(3):
        journal.append(str(path), b'a line of some length', is_own=False)
    assert len(read(str(path))) == 3
    assert os.listdir(tmp_path).count('site.1') == 0
    assert not journal.is_private(str(path))


def test_a_file_of_someone_else_that_we_may_only_append_to(open_folder: Path) -> None:
    path = open_folder / 'site.jsonl'
    path.write_bytes(b'{"torn"')
    path.chmod(0o622)
    package = Path(str(journal.__file__)).parents[2]
    code = (
        f'import os, sys\nif not os.geteuid(): os.setuid({nobody.NOBODY})\nsys.path.insert(0, {str(package)!r})\n'
        f'from tao_launcher.base import journal\njournal.append({str(path)!r}, b"{{}}", is_own=False)'
    )
    subprocess.run([nobody.shared_python(), '-c', code], check=True, cwd='/')
    assert path.read_bytes() == b'{"torn"\n{}\n'


@pytest.mark.parametrize(('kind', 'words'), [
    ('link', 'is a link'), ('pipe', 'is a pipe'), ('folder', 'Is a directory'), ('missing', 'No such file'),
])
@pytest.mark.parametrize('is_own', [True, False])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: str, words: str, is_own: bool) -> None:
    path = tmp_path / 'history'
    if kind == 'folder':
        path.mkdir()
    elif kind == 'link':
        path.symlink_to(tmp_path / 'other')
    elif kind == 'pipe':
        os.mkfifo(path)
    where = str(path) + '/none/history' * (kind == 'missing')
    if kind == 'missing' and is_own:
        path.touch()  # no folder can be made there
        words = 'what is there is not a folder'
    with pytest.raises(OSError, match=words):
        journal.append(where, b'{}', is_own=is_own)
    assert not (tmp_path / 'other').exists()


def test_a_device_is_only_what_was_named() -> None:
    with pytest.raises(OSError, match='No space left'):
        journal.append('/dev/full', b'{}', is_own=False)
    with pytest.raises(OSError, match='is a device'):
        journal.append('/dev/full', b'{}', is_own=True)
    journal.append('/dev/null', b'{}', is_own=False)


def test_the_file_of_someone_else_is_not_our_own(path: str) -> None:
    journal.append(path, b'{}', is_own=True)
    if os.geteuid():
        pytest.skip('only root gives files away')
    os.chown(path, 12345, 12345)
    with pytest.raises(PermissionError, match='belongs to uid 12345'):
        journal.append(path, b'{}', is_own=True)
    assert not journal.is_private(path)


def test_a_part_of_a_line_is_an_error(path: str) -> None:
    """As on a disk that is full; the next line is whole again."""
    journal.append(path, b'x' * 50, is_own=True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60, before[1]))
    try:
        with pytest.raises(OSError, match='only part of'):
            journal.append(path, b'y' * 50, is_own=True)
        with pytest.raises(OSError, match='File too large'):
            journal.append(path, b'y' * 50, is_own=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    journal.append(path, b'z', is_own=True)
    assert read(path) == [b'x' * 50, b'y' * 9, b'z']


def test_the_caller_of_sudo_gets_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid():
        pytest.skip('only root gives files away')
    os.chown(home, 1234, 1234)
    monkeypatch.setenv('SUDO_UID', '1234')
    monkeypatch.setenv('SUDO_GID', '1234')
    path = home / '.local' / 'state' / 'tao' / 'history.jsonl'
    journal.append(str(path), b'{}', is_own=True)
    assert {each.stat().st_uid for each in (path, path.parent, home / '.local')} == {1234}


def test_only_the_end_of_a_large_file_is_read(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, 'READ', 25)
    for number in range(9):
        journal.append(path, b'line %d' % number, is_own=True)
    assert read(path) == [b'line 6', b'line 7', b'line 8']
    monkeypatch.setattr(journal, 'LONGEST', 6)
    journal.append(path, b'a long line', is_own=True)
    assert read(path) == [b'line 8']


def test_no_file_has_no_lines(path: str) -> None:
    assert read(path) == []
    assert not journal.is_private(path)


def test_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / 'other').write_bytes(b'{}\n')
    (tmp_path / 'link').symlink_to(tmp_path / 'other')
    with pytest.raises(OSError):
        read(str(tmp_path / 'link'))


def test_a_folder_for_everyone_makes_no_file_private(tmp_path: Path) -> None:
    path = tmp_path / 'open' / 'history'
    journal.append(str(path), b'{}', is_own=True)
    path.parent.chmod(0o777)
    assert not journal.is_private(str(path))
    path.parent.chmod(0o1777)
    assert journal.is_private(str(path))


def test_times_and_names() -> None:
    assert len({journal.new_id() for _ in range(50)}) == 50
    assert journal.now().endswith('Z') and len(journal.now()) == len('2026-01-31T10:20:30.123Z')


def test_a_terminal_where_there_is_none() -> None:
    """Each process has its own /dev/tty, or none."""
    code = 'from tao_launcher.base import journal; journal.append("/dev/tty", b"x", is_own=False)'
    done = subprocess.run(
        [sys.executable, '-c', code], start_new_session=True, stderr=subprocess.PIPE, encoding='utf-8', check=False,
    )
    assert done.stderr.splitlines()[-1] == "OSError: [Errno 22] is a device that is not there: '/dev/tty'"
