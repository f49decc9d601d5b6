"""tao logs: the docker command that it becomes."""
from __future__ import annotations

import json
import shlex

import pytest
from engine_answers import FUTURE, PAST, Engine, container, ended_at, ids
from support import tao, tao_process

(A,) = ids(1)


@pytest.mark.parametrize(('words', 'argv'), [
    (['logs', 'dino'], ['logs', A]),
    (['logs', '-f', '--tail', '5', A[:4]], ['logs', '-f', '--tail', '5', A]),
    (['logs', '--tail', 'all', A], ['logs', '--tail', 'all', A]),
])
def test_becomes_docker(engine: Engine, words: list[str], argv: list[str]) -> None:
    engine.has(container(A))
    engine.answers(words[0], 'its own output\n', 'its own errors\n', 42)
    assert tao_process(*words) == (42, 'its own output\n', 'its own errors\n')
    assert ['docker', *argv] in engine.calls
    dry = tao('--dry-run', *words)
    assert (dry.code, shlex.split(dry.out), dry.err) == (0, ['docker', *argv], '')


@pytest.mark.parametrize('words', [['logs', A], ['logs', '-f', A]])
def test_a_log_that_nobody_can_get_is_not_shown(engine: Engine, words: list[str]) -> None:
    engine.has(container(A))
    engine.answers('logs', 'its own output\n', '', 0)
    assert tao_process(*words, closed=1) == (1, '', 'tao: error: standard output is closed\n')
    assert 'logs' not in {call[1] for call in engine.calls}


def followed(
    engine: Engine, *, ends: str, code: int, finished: str = PAST, **answers: tuple[str, int],
) -> tuple[int, int]:
    """The exit code of `logs -f` of a running job, and how often its log was followed.

    The first client shows a line and ends with that code, and the job is then in that state; `answers` are those to
    later questions.
    """
    engine.has(ended_at(finished) if ends == 'exited' else container(A, state=ends))
    engine.answers('inspect.1', json.dumps([container(A)]))
    engine.answers('logs.1', 'a line\n', '', code)
    for verb, (out, own) in answers.items():
        engine.answers(verb, out, '', own)
    done = tao_process('logs', '-f', A)
    return done[0], sum('-f' in call for call in engine.calls)


def test_a_log_that_ends_with_the_job_is_shown_once(engine: Engine) -> None:
    assert followed(engine, ends='exited', code=0) == (0, 1)


def test_of_a_log_that_ended_before_the_job_the_rest_is_shown(engine: Engine) -> None:
    """An engine that is restarted ends it as if it was over."""
    assert followed(engine, ends='exited', code=0, finished=FUTURE, logs=('the rest\n', 0)) == (0, 2)


def test_of_a_lost_connection_the_rest_is_shown(engine: Engine) -> None:
    """Also when it was lost in the first second: then the log can be read."""
    assert followed(engine, ends='exited', code=1, logs=('the rest\n', 0), version=('', 0)) == (0, 2)


def test_a_log_that_cannot_be_read_is_asked_for_once(engine: Engine) -> None:
    assert followed(engine, ends='running', code=1, logs=('', 1), version=('', 0)) == (1, 1)
