"""Programs started for a purpose: their answers, and what is said of one that is not there or does not end."""
from __future__ import annotations

import os
import time
from pathlib import Path

from tao_launcher.engine import process


def test_missing_program() -> None:
    error = process.missing('podman', 'no such program')
    assert (error.what, error.why, error.advice) == (
        'podman: no such program', ('the launcher runs containers through the podman command line program',),
        'install Podman (https://podman.io/docs/installation), or name another engine: --engine docker',
    )


def a_program(folder: Path, script: str) -> str:
    path = folder / 'program'
    path.write_text(f'#!/bin/sh\n{script}\n')
    path.chmod(0o755)
    return str(path)


def test_an_answer(tmp_path: Path) -> None:
    found = process.ask([a_program(tmp_path, "echo '{\"a\": 1}'; echo err >&2; exit 3")], os.environ, 20)
    assert (found.code, found.out, found.err, found.json()) == (3, '{"a": 1}\n', 'err\n', {'a': 1})


def test_no_answer_in_time(tmp_path: Path) -> None:
    begun = time.monotonic()
    found = process.ask([a_program(tmp_path, 'exec sleep 60')], os.environ, 0.2)
    assert (found.code, found.err) == (None, 'no answer within 0 s')
    assert time.monotonic() - begun < 10


def test_an_answer_of_no_program(tmp_path: Path) -> None:
    found = process.ask([str(tmp_path / 'none')], os.environ, 20)
    assert found.code is None and found.json() == {}


def test_what_a_program_writes_is_read_in_blocks(tmp_path: Path) -> None:
    got: list[bytes] = []
    found = process.read_from([a_program(tmp_path, 'head -c 300000 /dev/zero; exit 4')], os.environ, got.append)
    assert (found.code, b''.join(got)) == (4, bytes(300000))
    got.clear()
    assert process.read_from([a_program(tmp_path, 'cat')], os.environ, got.append, b'x\xff').code == 0
    assert b''.join(got) == b'x\xff'


def test_a_program_reads_a_file(tmp_path: Path) -> None:
    (tmp_path / 'f').write_bytes(b'x' * 300000)
    told: list[int] = []
    program = a_program(tmp_path, 'cat | wc -c; sleep 0.6')
    with (tmp_path / 'f').open('rb') as source:
        source.read()  # it is read from its start, however often
        found = process.write_to([program], os.environ, source, told.append)
    assert (found.code, found.out.strip()) == (0, '300000')
    assert told and max(told) == 300000  # how far it has read
