"""What large commands write and read."""
from __future__ import annotations

import os
import sys
from pathlib import Path

from programs import a_program

from tao_launcher.engine import process
from tao_launcher.engine.pipes import read_from, write_to


def test_what_a_program_writes_is_read_in_blocks(tmp_path: Path) -> None:
    got: list[bytes] = []
    found = read_from([a_program(tmp_path, 'head -c 300000 /dev/zero; exit 4')], os.environ, got.append)
    assert (found.code, b''.join(got)) == (4, bytes(300000))
    got.clear()
    assert read_from([a_program(tmp_path, 'cat')], os.environ, got.append, b'x\xff').code == 0
    assert b''.join(got) == b'x\xff'


def test_what_writes_need_not_wait_for_each_64_kib(tmp_path: Path) -> None:
    """Its pipe is made larger once it runs, where the system lets this user's."""
    largest = int(Path('/proc/sys/fs/pipe-max-size').read_text())
    wanted = min(process.BLOCK, largest) if os.getuid() else process.BLOCK
    code = (
        f'import fcntl, time\nend = time.monotonic() + 20\n'
        f'while fcntl.fcntl(1, 1032) < {wanted} and time.monotonic() < end: time.sleep(0.01)\n'
        'print(fcntl.fcntl(1, 1032))'
    )
    got: list[bytes] = []
    assert read_from([sys.executable, '-c', code], os.environ, got.append).code == 0
    assert int(b''.join(got)) >= wanted


def test_a_program_reads_a_file(tmp_path: Path) -> None:
    (tmp_path / 'f').write_bytes(b'x' * 300000)
    told: list[int] = []
    program = a_program(tmp_path, 'cat | wc -c; sleep 0.6')
    with (tmp_path / 'f').open('rb') as source:
        source.read()  # it is read from its start, however often
        found = write_to([program], os.environ, source, told.append)
    assert (found.code, found.out.strip()) == (0, '300000')
    assert told and max(told) == 300000  # how far it has read
