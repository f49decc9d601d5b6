"""Signals that mean something to the job alone: sent by the engine, once each."""
from __future__ import annotations

import json
import os
import signal
import time

import pytest
from engine_answers import Engine, ids
from plans import launch as planned

from tao_launcher.base.output import Output
from tao_launcher.engine import process
from tao_launcher.engine.signals import Signals
from tao_launcher.launch.containers import Launch
from tao_launcher.launch.ending import LaunchedContainer
from tao_launcher.launch.messages import Messages

(A,) = ids(1)
USR1, USR2 = signal.SIGUSR1, signal.SIGUSR2


@pytest.fixture
def job() -> LaunchedContainer:
    launch = Launch(('docker',), dict(os.environ), '0123', '7', 'mine', '2026-01-31T10:20:30')
    return LaunchedContainer(planned('dino', 'train').plan, launch, Output('tao', {}))


def messages_of(job: LaunchedContainer) -> Messages:
    return Messages(job.plan, job.launch, job.output, job.signals)


def has(engine: Engine, state: str = 'running') -> None:
    engine.answers('ps', f'{A}\n')
    engine.answers('inspect', f'{A} {state} "2026-01-31T10:20:31Z" ["TAO_LAUNCH_ID=mine"]\n')


def saw(engine: Engine, number: int, at: float) -> None:
    """The engine has seen the job get that signal then, in seconds since 1970."""
    seen = {'Action': 'kill', 'Actor': {'Attributes': {'signal': str(int(number))}}, 'timeNano': int(at * 1e9)}
    engine.answers('events', json.dumps(seen) + '\n')


def take(job: LaunchedContainer, messages: Messages, *numbers: int) -> None:
    """Send the launcher these signals, and let it act on them."""
    for number in numbers:
        os.kill(os.getpid(), number)
    job.signals.wait(0)
    messages.look()
    while messages.look_at is not None:
        job.signals.wait(max(0.0, messages.look_at - process.clock()))
        messages.look()


def sent(engine: Engine) -> list[list[str]]:
    return [call[1:] for call in engine.calls if call[1] == 'kill']


def kill(number: int) -> list[str]:
    return ['kill', '--signal', str(int(number)), A]


def test_it_is_sent_once(engine: Engine, job: LaunchedContainer) -> None:
    has(engine)
    with Signals(has_messages=True) as job.signals:
        take(job, messages_of(job), USR1, USR2)
    assert sent(engine) == [kill(USR1), kill(USR2)]


def test_what_the_client_has_told_is_not_told_again(engine: Engine, job: LaunchedContainer) -> None:
    """Slurm signals all of a job step."""
    has(engine)
    saw(engine, USR1, time.time())
    with Signals(has_messages=True) as job.signals:
        take(job, messages_of(job), USR1, USR2)
    assert sent(engine) == [kill(USR2)]


def test_a_second_one_is_not_taken_for_the_first(engine: Engine, job: LaunchedContainer) -> None:
    has(engine)
    with Signals(has_messages=True) as job.signals:
        messages = messages_of(job)
        take(job, messages, USR1)
        saw(engine, USR1, (engine.folder / 'kill.count').stat().st_mtime)
        take(job, messages, USR1)
    assert sent(engine) == [kill(USR1)] * 2


@pytest.mark.parametrize('state', ['', 'created', 'exited'])
def test_where_no_job_runs_it_is_said(
    engine: Engine, job: LaunchedContainer, state: str, capsys: pytest.CaptureFixture[str],
) -> None:
    if state:
        has(engine, state)
    with Signals(has_messages=True) as job.signals:
        take(job, messages_of(job), USR1)
    assert sent(engine) == []
    assert capsys.readouterr().err == (
        'tao: notice: SIGUSR1 was not passed on: there is no running job that it could be sent to\n'
    )


def test_an_engine_that_does_not_answer_is_asked_again(engine: Engine, job: LaunchedContainer) -> None:
    has(engine)
    engine.answers('ps.1', '', 'Cannot connect to the Docker daemon', 1)
    with Signals(has_messages=True) as job.signals:
        take(job, messages_of(job), USR1)
    assert sent(engine) == [kill(USR1)]
