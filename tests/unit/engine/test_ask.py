"""Commands run for their answers, and what becomes of one that does not end."""
from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from programs import a_program

from tao_launcher.engine.ask import ask
from tao_launcher.engine.process import Answer


def test_an_answer(tmp_path: Path) -> None:
    found = ask([a_program(tmp_path, "echo '{\"a\": 1}'; echo err >&2; exit 3")], os.environ, 20)
    assert (found.code, found.out, found.err, found.json()) == (3, '{"a": 1}\n', 'err\n', {'a': 1})


def test_no_answer_in_time(tmp_path: Path) -> None:
    begun = time.monotonic()
    found = ask([a_program(tmp_path, 'exec sleep 600')], os.environ, 0.2)
    assert (found.code, found.err) == (None, 'no answer within 0 s')
    assert time.monotonic() - begun < 60


def test_an_answer_of_no_program(tmp_path: Path) -> None:
    found = ask([str(tmp_path / 'none')], os.environ, 20)
    assert found.code is None and found.json() == {}


@pytest.mark.parametrize('stream', [1, 2])
def test_an_answer_without_end(stream: int, tmp_path: Path) -> None:
    begun = time.monotonic()
    answer = ask([a_program(tmp_path, f'exec yes >&{stream}')], os.environ, 60)
    assert answer == Answer(None, '', 'it printed more than 64 MiB', is_late=True)
    assert time.monotonic() - begun < 60


def test_output_that_another_process_holds(tmp_path: Path) -> None:
    """A wrapper may leave one behind; its own end is enough."""
    begun = time.monotonic()
    answer = ask([a_program(tmp_path, 'sleep 20 & echo answer; echo $! >"$0.pid"; exit 3')], os.environ, 15)
    os.kill(int((tmp_path / 'program.pid').read_text()), 9)
    assert answer == Answer(3, 'answer\n', '')
    assert time.monotonic() - begun < 60


def test_a_program_that_closes_its_output(tmp_path: Path) -> None:
    quick = ask([a_program(tmp_path, 'exec >&- 2>&-; sleep 0.3; exit 4')], os.environ, 20)
    assert quick == Answer(4, '', '')
    slow = ask([a_program(tmp_path, 'exec >&- 2>&-; exec sleep 20')], os.environ, 1)
    assert slow == Answer(None, '', 'no answer within 1 s', is_late=True)


def test_what_is_done_while_a_command_works(tmp_path: Path) -> None:
    """It runs already: it could not end otherwise."""
    done = tmp_path / 'done'
    script = f'until [ -e {done} ]; do sleep 0.02; done; echo now'
    answer = ask(['sh', '-c', script], os.environ, 60, meanwhile=done.touch)
    assert (answer.code, answer.out) == (0, 'now\n')
