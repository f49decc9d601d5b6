"""A job that goes on without its client: asked for again, and followed to its end."""
from __future__ import annotations

import os

import pytest
from engine_answers import Engine, ids
from plans import launch as planned

from tao_launcher.base.output import Output
from tao_launcher.engine.child import Child
from tao_launcher.engine.process import Answer
from tao_launcher.engine.signals import Signals
from tao_launcher.launch.containers import Container, Launch
from tao_launcher.launch.ending import LaunchedContainer
from tao_launcher.launch.outlive import ask_again, follow

(A,) = ids(1)
LOST = 'tao: notice: the connection to the engine is lost; trying for {} s to find the job again\n'


def launched(seconds: int) -> LaunchedContainer:
    plan = planned('--stop-timeout', str(seconds), 'dino', 'train').plan
    launch = Launch(('docker',), dict(os.environ), '0123', '7', 'mine', '2026-01-31T10:20:30')
    job = LaunchedContainer(plan, launch, Output('tao', {}))
    job.silence = Answer(1, '', 'Cannot connect to the Docker daemon')
    return job


def has(engine: Engine) -> None:
    engine.answers('ps', f'{A}\n')
    engine.answers('inspect', f'{A} running "2026-01-31T10:20:31Z" ["TAO_LAUNCH_ID=mine"]\n')


def test_an_engine_that_comes_back(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    has(engine)
    engine.answers('ps.1', '', 'Cannot connect to the Docker daemon', 1)
    job = launched(20)
    with Signals() as job.signals:
        assert [found.id for found in ask_again(job)] == [A]
    assert job.was_lost
    assert capsys.readouterr().err == LOST.format(20)


def test_an_engine_that_stays_away(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.answers('ps', '', 'Cannot connect to the Docker daemon', 1)
    job = launched(1)
    with Signals() as job.signals:
        assert ask_again(job) == []
    assert not job.was_lost  # nothing is known: diagnosed as an engine that does not answer
    assert (job.is_silent, capsys.readouterr().err) == (True, LOST.format(1))


def test_a_job_that_has_ended_meanwhile(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.answers('ps', '')
    job = launched(20)
    with Signals() as job.signals:
        assert ask_again(job) == []
    assert capsys.readouterr().err == LOST.format(20) + (
        'tao: notice: the job has ended in the meantime, and the engine no longer knows its exit code\n'
    )


def watch(waiting: Child) -> str:
    """As a client is waited for, without signals."""
    assert waiting.stdout and waiting.wait_for(20) is not None
    return waiting.stdout.read().decode()


@pytest.mark.parametrize(('printed', 'code'), [('3\n', 3), ('hello\n0\n', 0), ('', None), ('nonsense\n', None)])
def test_its_own_code(engine: Engine, printed: str, code: int | None) -> None:
    engine.answers('wait', printed)
    assert follow(launched(5), Container(A, 'running'), None, watch) == code
    assert [call[1:] for call in engine.calls] == [['wait', A]]


def test_its_output_since_the_connection_was_lost(
    engine: Engine, capfd: pytest.CaptureFixture[str],
) -> None:
    engine.answers('wait', '4\n')
    engine.answers('logs', 'epoch 2\n')
    assert follow(launched(5), Container(A, 'running'), 1770000000.5, watch) == 4
    assert ['docker', 'logs', '-f', '--since', '1769999999.500000', A] in engine.calls
    out, err = capfd.readouterr()
    assert (out, err) == (
        'epoch 2\n', 'tao: notice: the connection to the engine was lost; the job runs on, and is followed\n',
    )
