"""Commands that talk to the user, and what becomes of them when the user has had enough."""
from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from programs import a_program

from tao_launcher.engine import family, foreground, process


@pytest.mark.parametrize('other', ['exec sleep 600', 'trap "" TERM; sleep 600; sleep 600'])
def test_what_a_command_has_started_is_ended_with_it(
    tmp_path: Path, other: str, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Docker's client leaves its plugin, which builds, running: it waits for it, whatever it is told."""
    monkeypatch.setattr(foreground, 'ENDING', 0.5)
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
            foreground.follow(words, os.environ)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    pid = int((tmp_path / 'pid').read_text())
    deadline = time.monotonic() + 60
    while family.begun(pid):  # it is another's child by now, and not waited for
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_is_said_while_it_says_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(foreground, 'SILENCE', 0.05)
    told: list[float] = []

    def still(seconds: float) -> None:
        told.append(seconds)
        if len(told) == 2:
            (tmp_path / 'go').touch()

    script = f'echo one >&2; until [ -e {tmp_path}/go ]; do sleep 0.02; done; echo two >&2; exit 3'
    answer = foreground.show(['sh', '-c', script], dict(os.environ), has_errors=True, still=still)
    assert (answer.code, answer.err) == (3, 'one\ntwo\n')
    assert 0 < told[0] < told[1]


def test_errors_without_end_are_kept_in_part(tmp_path: Path) -> None:
    talking = a_program(tmp_path, 'yes | head -c 30000000 >&2; echo the end >&2')
    answer = foreground.show([talking], os.environ, has_errors=True)
    assert answer.err.endswith('\nthe end\n') and len(answer.err) <= process.WORDS
