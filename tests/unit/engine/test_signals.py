"""Signals as data, and as an end that unwinds; the terminal as it was found."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

import tao_launcher
from tao_launcher.engine.signals import Signals, Terminal, Unwinding, name

ROOT = str(Path(str(tao_launcher.__file__)).parents[1])


def run(code: str, *before: str) -> subprocess.CompletedProcess[str]:
    """Python code with our module `signals` and `os`, as a process in a session of its own."""
    start = f'import sys; sys.path.insert(0, {ROOT!r})\nimport os, signal\nfrom tao_launcher.engine import signals\n'
    return subprocess.run(
        [*before, sys.executable, '-c', start + code], capture_output=True, encoding='utf-8', check=False, timeout=60,
        start_new_session=True, stdin=subprocess.DEVNULL,
    )


def test_signals_are_queued_in_their_order() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with Signals() as signals:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
            os.kill(os.getpid(), number)
        assert signals.wait(0) == [signal.SIGTERM, signal.SIGINT, signal.SIGTERM]
        assert signals.wait(0) == []
    assert {number: signal.getsignal(number) for number in before} == before


def test_messages_are_apart() -> None:
    """What would end us and means something to a job alone. What others have a handler for is theirs."""
    numbers = (signal.SIGUSR1, signal.SIGALRM, signal.SIGRTMIN + 3)
    theirs = []
    foreign = signal.signal(signal.SIGUSR2, lambda number, frame: theirs.append(number))
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        with Signals(has_messages=True) as signals:
            for number in (*numbers, signal.SIGUSR2, signal.SIGTERM):
                os.kill(os.getpid(), number)
            assert signals.wait(0) == [signal.SIGTERM]
            assert sorted(signals.take_messages()) == sorted(numbers)
            assert (signals.take_messages(), theirs) == ([], [signal.SIGUSR2])
    finally:
        signal.signal(signal.SIGUSR2, foreign)
    assert {number: signal.getsignal(number) for number in numbers} == before


@pytest.mark.parametrize('number', [signal.SIGSEGV, signal.SIGTSTP, signal.SIGWINCH, signal.SIGPIPE])
def test_what_is_no_message_is_left_alone(number: int) -> None:
    before = signal.getsignal(number)
    with Signals(has_messages=True):
        assert signal.getsignal(number) == before


def test_only_who_has_a_job_takes_messages() -> None:
    assert run('with signals.Signals():\n os.kill(os.getpid(), signal.SIGUSR1)').returncode == -signal.SIGUSR1


def test_the_end_of_a_child_ends_the_waiting() -> None:
    with Signals() as signals, subprocess.Popen(['true']) as child:
        assert signals.wait(60) == []
        assert child.wait(60) == 0


def test_what_nohup_ignores_stays_ignored() -> None:
    done = run('with signals.Signals() as s:\n os.kill(os.getpid(), 1); print(s.hangup_ignored, s.wait(0))', 'nohup')
    assert done.stdout == 'True []\n'


def test_an_inherited_ignored_sigchld_loses_no_exit_code() -> None:
    code = (
        'import subprocess\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n'
        'with signals.Signals():\n print(subprocess.run(["sh", "-c", "exit 7"]).returncode)'
    )
    assert run(code).stdout == '7\n'


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_unwinding(number: int) -> None:
    """What was begun is ended, once: a second signal does not interrupt the ending."""
    before = signal.getsignal(number)
    ended = []
    with pytest.raises(SystemExit) as ending, Unwinding():
        try:
            os.kill(os.getpid(), number)
        finally:
            os.kill(os.getpid(), number)
            ended.append(number)
    assert (ending.value.code, ended, signal.getsignal(number)) == (128 + number, [number], before)


def test_dying_of_a_signal() -> None:
    done = run('signals.die_of(signal.SIGINT)\nprint("still here")')
    assert (done.returncode, done.stdout) == (-signal.SIGINT, '')


def test_the_group_is_interrupted_without_us() -> None:
    code = (
        'import subprocess\nchild = subprocess.Popen(["sleep", "60"])\nsignals.interrupt_group()\n'
        'print(child.wait(60))'
    )
    assert run(code).stdout == f'{-signal.SIGINT}\n'


def test_no_terminal() -> None:
    assert run('print(signals.has_terminal())').stdout == 'False\n'


def test_the_terminal_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.openpty()
    saved = os.dup(0)
    os.dup2(theirs, 0)
    try:
        before = termios.tcgetattr(0)
        terminal, unused = Terminal(used=True), Terminal(used=False)
        raw = [*before]
        raw[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(0, termios.TCSANOW, raw)
        unused.restore()
        assert termios.tcgetattr(0)[3] == raw[3] != before[3]
        terminal.restore()
        assert termios.tcgetattr(0) == before
    finally:
        os.dup2(saved, 0)
        for descriptor in (saved, ours, theirs):
            os.close(descriptor)


def test_what_is_no_terminal_has_nothing_to_put_back() -> None:
    with open(os.devnull) as null:
        saved = os.dup(0)
        os.dup2(null.fileno(), 0)
        try:
            Terminal(used=True).restore()
        finally:
            os.dup2(saved, 0)
            os.close(saved)


@pytest.mark.parametrize(('number', 'called'), [(9, 'SIGKILL'), (99, 'signal 99')])
def test_what_a_signal_is_called(number: int, called: str) -> None:
    assert name(number) == called
