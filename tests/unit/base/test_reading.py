"""What is read may be a pipe, a device, a gigabyte of nothing: no command waits for it or takes it all in."""
from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
from cpu import takes_less
from support import command, tao, tao_process

from tao_launcher.base import host, reading
from tao_launcher.base.errors import ConfigError

GIB = 1 << 30
MOUNTS = json.dumps({'Mounts': [{'source': '/', 'destination': '/piped'}]})


def make(kind: str, path: Path) -> None:
    """A pipe, a device (through a link, as anyone can lay one), or a file of 1 GiB that holds nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == 'pipe':
        os.mkfifo(path)
    elif kind == 'device':
        path.symlink_to('/dev/zero')
    else:
        with open(path, 'wb') as f:
            f.truncate(GIB)


SAID = {
    'pipe': 'is a pipe, expected the {}', 'device': 'is a device, expected the {}',
    'large': 'larger than 16 MiB, so it cannot be the right file',
}


@pytest.mark.parametrize('kind', SAID)
@pytest.mark.parametrize(('name', 'what'), [
    ('.tao_mounts.json', 'mounts file'), ('.tlt_mounts.json', 'mounts file'),
    ('.tao/config.json', 'catalogue of releases'), ('named.json', 'mounts file of --mounts_file'),
])
def test_files_of_a_launch(kind: str, name: str, what: str, home: Path) -> None:
    make(kind, home / name)
    named = ['--mounts_file', str(home / name)] if name == 'named.json' else []
    done = tao_process('--dry-run', *named, 'dino', 'train')
    assert done == (2, '', f'tao: error: {home}/{name}: {SAID[kind].format(what)}\n')


@pytest.mark.parametrize('kind', SAID)
@pytest.mark.parametrize('name', ['.docker/config.json', '.local/state/tao/images.json'])
def test_files_that_a_launch_can_do_without(kind: str, name: str, home: Path) -> None:
    usual = tao_process('--dry-run', 'dino', 'train')
    make(kind, home / name)
    assert tao_process('--dry-run', 'dino', 'train') == usual


@pytest.mark.parametrize('kind', SAID)
@pytest.mark.parametrize('name', ['docker/manifest.json', '.git'])
def test_files_of_a_checkout(kind: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / 'checkout'
    for folder in ('docker', 'nvidia_tao_pytorch'):
        (root / folder).mkdir(parents=True)
    monkeypatch.chdir(root)
    if name == '.git':
        (root / 'docker/manifest.json').write_text('{"registry": "r.test", "repository": "a/b", "tag": "1"}')
    make(kind, root / name)
    done = tao_process('--dry-run', '--', 'ls', program='tao_pt')
    if name == '.git':
        assert (done.code, done.err) == (0, '')
    else:
        assert (done.code, done.out) == (2, '')
        assert done.err.startswith(f'tao_pt: error: {root}/{name}: {SAID[kind].partition(",")[0]}')


@pytest.mark.parametrize(('kind', 'name'), [
    (kind, name) for kind in SAID for name in ('SHA256SUMS', 'manifest.json', 'images.tar')
    if (kind, name) != ('large', 'images.tar')
])
def test_files_of_a_bundle(kind: str, name: str, tmp_path: Path) -> None:
    folder = tmp_path / 'bundle'
    folder.mkdir()
    if name != 'SHA256SUMS':
        names = ('images.tar', 'manifest.json', 'tao.pyz')
        (folder / 'SHA256SUMS').write_text(''.join(f'{"a" * 64}  {each}\n' for each in names))
    make(kind, folder / name)
    done = tao_process('bundle', 'verify', str(folder))
    assert (done.code, done.out) == (1, '')
    if name == 'SHA256SUMS':
        why = {'pipe': 'is a pipe', 'device': 'is a device', 'large': 'larger than 64 KiB'}[kind]
        assert done.err.splitlines()[1] == f'    SHA256SUMS, which is written last: {why}'
    elif kind != 'large':
        assert f'    {name}: no file\n' in done.err
    else:
        assert f'    {name}: larger than 16 MiB\n' in done.err


def test_nothing_of_a_large_file_is_read(tmp_path: Path) -> None:
    make('large', tmp_path / 'f')
    def read() -> None:
        with pytest.raises(reading.TooLarge):
            reading.content(str(tmp_path / 'f'), 1 << 24)

    takes_less(0.05, read)
    assert reading.content('/proc/self/status', 1 << 16)  # whose size is 0
    with pytest.raises(reading.TooLarge):
        reading.content('/proc/self/status', 10)


def test_a_device_is_not_even_opened(tmp_path: Path) -> None:
    """Opening some sets them going: a watchdog, a tape."""
    make('device', tmp_path / 'f')
    with pytest.raises(reading.NotRegular, match='is a device'):
        reading.content(str(tmp_path / 'f'), 10)
    with pytest.raises(OSError):
        reading.content(str(tmp_path / 'f'), 10, follows=False)


def test_what_a_shell_pipes_in() -> None:
    """`<(...)` and /dev/stdin are named by the user, and may take their time."""
    start = ' '.join(map(shlex.quote, [*command(), '--dry-run', '--mounts_file']))
    for script in (
        f'{start} <(sleep 0.3; echo {shlex.quote(MOUNTS)}) dino train',
        f'(sleep 0.3; echo {shlex.quote(MOUNTS)}) | {start} /dev/stdin dino train',
        f'echo {shlex.quote(MOUNTS)} | {start} /proc/self/fd/0 dino train',
        f'{start} /dev/stdin dino train <<<{shlex.quote(MOUNTS)}',
    ):
        done = subprocess.run(['bash', '-c', script], capture_output=True, encoding='utf-8', check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, '') and ' -v /:/piped ' in done.stdout, script


def test_a_silent_pipe_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, 'PATIENCE', 0.2)
    ends = os.pipe()
    try:
        done = tao('--dry-run', '--mounts_file', f'/dev/fd/{ends[0]}', 'dino', 'train')
        assert done.err == f'tao: error: /dev/fd/{ends[0]}: cannot be read (nothing came in 0 s)\n'
        with pytest.raises(ConfigError):
            host.read(f'/dev/fd/{ends[0]}', 'thing', required=False)  # which nobody has named
    finally:
        for end in ends:
            os.close(end)


def test_blocks_are_the_file(tmp_path: Path) -> None:
    (tmp_path / 'f').write_bytes(b'x' * 3_000_000)
    assert b''.join(reading.blocks(str(tmp_path / 'f'))) == b'x' * 3_000_000


def test_when_a_file_was_written_to(tmp_path: Path) -> None:
    file, link, pipe = tmp_path / 'file', tmp_path / 'link', tmp_path / 'pipe'
    file.write_text('abc')
    os.utime(file, (5, 7.25))
    link.symlink_to(file)
    os.mkfifo(pipe)
    assert reading.modified(str(file)) == 7.25
    assert [reading.modified(str(path)) for path in (link, pipe, tmp_path, tmp_path / 'none', '\0')] == [None] * 5
    assert reading.start(str(link), 2) == b'ab'
    with pytest.raises(OSError, match='Too many levels of symbolic links|is not a regular file'):
        reading.start(str(link), 2, follows=False)


def test_the_end_of_a_file(tmp_path: Path) -> None:
    file, link = tmp_path / 'file', tmp_path / 'link'
    file.write_text('abc')
    os.utime(file, (5, 7.25))
    link.symlink_to(file)
    assert reading.end(str(link), 2) == (b'bc', False, 7.25)
    assert reading.end(str(file), 3, follows=False) == (b'abc', True, 7.25)
    with pytest.raises(OSError, match='Too many levels of symbolic links|is not a regular file'):
        reading.end(str(link), 2, follows=False)
