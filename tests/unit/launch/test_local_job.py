"""A job that is a process of this machine while it runs: its signals, its time, and that nothing of it is left."""
from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pexpect
import pytest
from support import command, tao_process
from waiting import has_heard, until

from tao_launcher.engine import family

# A job that writes down its signals; with the file `ends` it ends by the first.
LASTING = '''#!/bin/sh
exec 2>/dev/null # where the shell tells how its children end
got() { echo "$1" >>signals; [ ! -e ends ] || exit "$2"; }
trap 'got INT 130' INT; trap 'got TERM 7' TERM; trap 'got HUP 129' HUP; trap 'got USR1 5' USR1
setsid sleep 1234 & echo $! >outlives
sh -c 'sleep 1235' & echo $! >below
echo $$ >started
while :; do sleep 0.05; echo >>beats; done
'''


@pytest.fixture(autouse=True)
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder on PATH with the job, on a machine that has no engine for it."""
    folder = tmp_path / 'tasks'
    folder.mkdir()
    (folder / 'lasting').write_text(LASTING)
    (folder / 'lasting').chmod(0o755)
    monkeypatch.setenv('PATH', f'{folder}:{os.environ["PATH"]}')
    monkeypatch.setenv('TAO_ENGINE', 'none')


def test_a_bus_error_is_explained() -> None:
    done = tao_process('dino', 'run', 'sh', '-c', 'kill -BUS $$')
    assert done.code == 128 + signal.SIGBUS
    assert 'tao: error: a bus error, as when /dev/shm is full; it has ' in done.err


def until_it_has_acted(pid: int) -> None:
    """Wait until the launcher has had its time to act on what it was told, as its job had."""
    until(lambda: has_heard(pid))
    before = Path('beats').stat().st_size
    until(lambda: Path('beats').stat().st_size > before + 5)


class Run:
    """A job that runs until it is told otherwise."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [*command(), *options, 'dino', 'run', 'lasting'], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            encoding='utf-8',
        )
        until(lambda: Path('started').exists())
        self.job = family.descendants(self.process.pid)
        until(lambda: len(family.descendants(self.process.pid)) > 3)
        self.job = family.descendants(self.process.pid)

    def send(self, number: int, count: int = 1) -> None:
        self.process.send_signal(number)
        until(lambda: Path('signals').exists() and len(Path('signals').read_text().split()) == count)

    def end(self) -> tuple[int, str]:
        _, err = self.process.communicate(timeout=60)
        left = [pid for pid in self.job.items() if family.is_alive(pid)]
        assert len(self.job) > 3 and left == []
        return self.process.returncode, err


@pytest.mark.parametrize(('number', 'code'), [
    (signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 7), (signal.SIGHUP, 129),
])
def test_a_signal_is_told_once_and_nothing_is_left(number: int, code: int) -> None:
    Path('ends').touch()
    run = Run()
    run.send(number)
    assert run.end() == (code, '')
    assert Path('signals').read_text() == f'{signal.Signals(number).name[3:]}\n'


def test_the_second_ctrl_c_kills() -> None:
    run = Run()
    run.send(signal.SIGINT)
    until_it_has_acted(run.process.pid)
    assert run.process.poll() is None  # no clock: a checkpoint may be being written
    run.process.send_signal(signal.SIGINT)
    assert run.end() == (-signal.SIGINT, '')
    assert Path('signals').read_text() == 'INT\n'


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGHUP])
def test_a_job_that_does_not_end_in_its_time(number: int) -> None:
    run = Run('--stop-timeout', '1')
    begun = time.monotonic()
    run.send(number)
    code, _ = run.end()
    assert code == 137 and 1 < time.monotonic() - begun < 60


def test_a_message_is_for_the_job_alone_and_its_code_stays_its_own() -> None:
    """What the job has started would die of it."""
    run = Run()
    run.send(signal.SIGUSR1)
    until_it_has_acted(run.process.pid)
    assert family.begun(int(Path('below').read_text()))
    Path('ends').touch()
    run.process.send_signal(signal.SIGUSR1)
    assert run.end() == (5, '')
    assert Path('signals').read_text() == 'USR1\n' * 2


@pytest.mark.parametrize('ends', [True, False])
def test_a_job_that_has_had_its_time(ends: bool) -> None:
    if ends:
        Path('ends').touch()
    run = Run('--timeout', '2s', '--stop-timeout', '1')
    code, err = run.end()
    assert (code, err) == (124, 'tao: the job has had its 2s (--timeout) and is told to stop\n')
    assert Path('signals').read_text() == 'TERM\n'


def test_what_a_job_leaves_behind_ends_with_it() -> None:
    done = tao_process('dino', 'run', 'sh', '-c', 'setsid sh -c "setsid sleep 4321 & echo \\$!; exit" ; exit 3')
    assert done.code == 3
    assert not family.begun(int(done.out))


def test_a_signal_that_was_ignored_stays_ignored() -> None:
    Path('ends').touch()
    started = subprocess.Popen(
        ['sh', '-c', f'trap "" HUP; exec {shlex.join(command())} dino run lasting'], stdin=subprocess.DEVNULL,
    )
    until(lambda: Path('started').exists())
    started.send_signal(signal.SIGHUP)
    started.send_signal(signal.SIGTERM)
    assert started.wait(60) == 7
    assert Path('signals').read_text() == 'TERM\n'


def on_terminal(*words: str) -> pexpect.spawn[str]:
    """The launcher on a terminal, as the first process of its session."""
    child = pexpect.spawn(command()[0], [*command()[1:], *words], encoding='utf-8', timeout=60)
    child.delaybeforesend = None
    return child


def test_a_shell_has_the_terminal() -> None:
    child = on_terminal('dino')
    child.expect('[$#] ')
    child.sendline('[ -t 0 ] && [ -t 1 ] && echo at"" home; exit 7')
    child.expect('at home')
    child.expect(pexpect.EOF)
    child.wait()
    assert (child.exitstatus, child.signalstatus) == (7, None)


@pytest.mark.parametrize('ends', [True, False])
def test_ctrl_c_reaches_a_job_on_the_terminal(ends: bool) -> None:
    if ends:
        Path('ends').touch()
    child = on_terminal('dino', 'run', 'lasting')
    until(lambda: Path('started').exists())
    child.sendintr()
    until(lambda: Path('signals').exists())
    if not ends:
        assert child.pid is not None
        until_it_has_acted(child.pid)
        assert child.isalive()
        child.sendintr()
    child.expect(pexpect.EOF)
    child.wait()
    assert (child.exitstatus, child.signalstatus) == (None, signal.SIGINT)
    assert set(Path('signals').read_text().split()) == {'INT'}
    assert not family.begun(int(Path('outlives').read_text()))


@pytest.mark.parametrize(('ends', 'code'), [(True, 129), (False, 137)])
def test_a_closed_terminal_ends_the_job(ends: bool, code: int) -> None:
    """The kernel tells the first process of the session, which tells the job."""
    if ends:
        Path('ends').touch()
    child = on_terminal('--stop-timeout', '1', 'dino', 'run', 'lasting')
    until(lambda: Path('started').exists())
    child.ptyproc.fileobj.close()  # type: ignore[attr-defined]
    child.closed = child.ptyproc.closed = True  # type: ignore[attr-defined]
    until(lambda: not child.isalive())
    assert child.exitstatus == code and Path('signals').read_text() == 'HUP\n'
    assert not family.begun(int(Path('outlives').read_text()))


def test_a_signal_for_the_launcher_alone_ends_a_job_on_the_terminal() -> None:
    """It may have reached the job as well, so that comes to be asked for its end only a moment later."""
    Path('ends').touch()
    child = on_terminal('dino', 'run', 'lasting')
    until(lambda: Path('started').exists())
    assert child.pid
    os.kill(child.pid, signal.SIGQUIT)
    child.expect(pexpect.EOF)
    child.wait()
    assert (child.exitstatus, Path('signals').read_text()) == (7, 'TERM\n')
