"""A question that is asked while something else is waited for."""
from __future__ import annotations

import os
import time
from pathlib import Path

from tao_launcher.engine.question import Question


def a_program(folder: Path, script: str) -> str:
    path = folder / 'program'
    path.write_text(f'#!/bin/sh\n{script}\n')
    path.chmod(0o755)
    return str(path)


def answered(question: Question) -> tuple[int | None, str, bool]:
    deadline = time.monotonic() + 60
    while (answer := question.answer()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return answer.code, answer.out, answer.is_late


def test_an_answer_is_taken_when_it_is_there(tmp_path: Path) -> None:
    program = a_program(tmp_path, 'while [ ! -e "$1" ]; do sleep 0.01; done; echo it; echo no >&2; exit 3')
    question = Question((program, str(tmp_path / 'go')), os.environ, 20)
    assert question.answer() is None and len(question.pipes) == 1
    (tmp_path / 'go').touch()
    assert answered(question) == (3, 'it\n', False)
    assert question.pipes == []


def test_it_is_waited_for_if_one_likes(tmp_path: Path) -> None:
    found = Question((a_program(tmp_path, 'echo it'),), os.environ, 20).answer(20)
    assert found is not None and (found.code, found.out) == (0, 'it\n')


def test_it_is_given_up(tmp_path: Path) -> None:
    question = Question((a_program(tmp_path, 'exec sleep 600'),), os.environ, 0.05)
    assert answered(question) == (None, '', True)


def test_it_is_dropped(tmp_path: Path) -> None:
    question = Question((a_program(tmp_path, f'echo $$ >{tmp_path}/pid; exec sleep 600'),), os.environ, 60)
    deadline = time.monotonic() + 60
    while not (tmp_path / 'pid').exists() or not (tmp_path / 'pid').read_text():
        assert time.monotonic() < deadline
    question.drop()
    assert not os.path.exists(f'/proc/{(tmp_path / "pid").read_text().strip()}')


def test_no_program_has_no_answer(tmp_path: Path) -> None:
    assert answered(Question((str(tmp_path / 'none'),), os.environ, 20)) == (None, '', False)
