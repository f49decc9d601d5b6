"""Programs started for a purpose: their answers, and what is said of one that is not there or does not end."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, Callable

import pytest

from tao_launcher.engine import family, process
from tao_launcher.engine.signals import Unwinding


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
    found = process.ask([a_program(tmp_path, 'exec sleep 600')], os.environ, 0.2)
    assert (found.code, found.err) == (None, 'no answer within 0 s')
    assert time.monotonic() - begun < 60


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
    assert process.read_from([sys.executable, '-c', code], os.environ, got.append).code == 0
    assert int(b''.join(got)) >= wanted



def test_a_program_reads_a_file(tmp_path: Path) -> None:
    (tmp_path / 'f').write_bytes(b'x' * 300000)
    told: list[int] = []
    program = a_program(tmp_path, 'cat | wc -c; sleep 0.6')
    with (tmp_path / 'f').open('rb') as source:
        source.read()  # it is read from its start, however often
        found = process.write_to([program], os.environ, source, told.append)
    assert (found.code, found.out.strip()) == (0, '300000')
    assert told and max(told) == 300000  # how far it has read


@pytest.mark.parametrize('other', ['exec sleep 600', 'trap "" TERM; sleep 600; sleep 600'])
def test_what_a_command_has_started_is_ended_with_it(
    tmp_path: Path, other: str, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Docker's client leaves its plugin, which builds, running: it waits for it, whatever it is told."""
    monkeypatch.setattr(process, 'ENDING', 0.5)
    words = [a_program(tmp_path, f'trap : TERM; sh -c \'{other}\' & echo $! >{tmp_path}/pid; wait; wait')]

    def interrupt(number: int, frame: object) -> None:
        if not (tmp_path / 'pid').exists() or not (tmp_path / 'pid').read_text():
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            return
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            process.follow(words, os.environ)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    pid = int((tmp_path / 'pid').read_text())
    deadline = time.monotonic() + 60
    while family.begun(pid):  # it is another's child by now, and not waited for
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_is_said_while_it_says_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(process, 'SILENCE', 0.05)
    told: list[float] = []

    def still(seconds: float) -> None:
        told.append(seconds)
        if len(told) == 2:
            (tmp_path / 'go').touch()

    script = f'echo one >&2; until [ -e {tmp_path}/go ]; do sleep 0.02; done; echo two >&2; exit 3'
    answer = process.show(['sh', '-c', script], dict(os.environ), has_errors=True, still=still)
    assert (answer.code, answer.err) == (3, 'one\ntwo\n')
    assert 0 < told[0] < told[1]


STARTS: dict[str, Callable[[list[str]], object]] = {
    'ask': lambda words: process.ask(words, os.environ, 60),
    'read_from': lambda words: process.read_from(words, os.environ, lambda block: None),
    'write_to': lambda words: process.write_to(words, os.environ, Path(os.devnull).open('rb'), lambda at: None),
    'show': lambda words: process.show(words, os.environ, has_errors=False),
    'follow': lambda words: process.follow(words, os.environ),
}


@pytest.mark.parametrize(('number', 'error'), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGHUP, SystemExit)])
@pytest.mark.parametrize('way', STARTS)
def test_a_signal_that_comes_before_the_new_command_is_known(
    way: str, number: int, error: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was started a moment ago is ended all the same."""
    begun: list[int] = []

    def with_signal(start: Callable[..., Any], *args: Any, **more: Any) -> Any:
        child = start(*args, **more)
        begun.append(getattr(child, 'pid', child))
        os.kill(os.getpid(), number)
        return child

    monkeypatch.setattr(subprocess, 'Popen', partial(with_signal, subprocess.Popen))
    monkeypatch.setattr(os, 'posix_spawn', partial(with_signal, os.posix_spawn))
    with pytest.raises(error), Unwinding():
        STARTS[way]([a_program(tmp_path, 'exec sleep 600')])
    assert len(set(begun)) == 1 and not family.begun(begun[0])


def test_what_is_done_while_a_command_works(tmp_path: Path) -> None:
    """It runs already: it could not end otherwise."""
    done = tmp_path / 'done'
    script = f'until [ -e {done} ]; do sleep 0.02; done; echo now'
    answer = process.ask(['sh', '-c', script], os.environ, 60, meanwhile=done.touch)
    assert (answer.code, answer.out) == (0, 'now\n')
