"""A launch's container as whoever supervises it sees it: whose code a client's code is, and which container is ours."""
from __future__ import annotations

import os
import signal

import pytest
from engine_answers import Engine, ids
from plans import launch as planned

from tao_launcher.base.output import Output
from tao_launcher.launch.containers import Launch
from tao_launcher.launch.ending import LaunchedContainer, is_the_clients

A, B = ids(2)


@pytest.mark.parametrize(('code', 'signalled', 'is_clients'), [
    (0, True, False), (1, True, True), (1, False, False), (7, True, False), (125, True, True), (125, False, False),
    (-signal.SIGKILL, False, True), (130, False, True), (143, True, True), (137, True, False), (137, False, False),
])
def test_whose_code(code: int, signalled: bool, is_clients: bool) -> None:
    assert is_the_clients(code, signalled=signalled) is is_clients


def launched(engine: Engine) -> LaunchedContainer:
    plan = planned('dino', 'train').plan
    launch = Launch(('docker',), dict(os.environ), '0123', '7', 'mine', '2026-01-31T10:20:30')
    return LaunchedContainer(plan, launch, Output('tao', {}))


def has(engine: Engine, **containers: str) -> None:
    """Containers by the launch that they are of."""
    there = {'a': A, 'b': B}
    engine.answers('ps', ''.join(f'{there[name]}\n' for name in containers))
    engine.answers('inspect', ''.join(
        f'{there[name]} running "2026-01-31T10:20:31Z" ["TAO_LAUNCH_ID={of}"]\n' for name, of in containers.items()
    ))


def test_the_container_with_our_id(engine: Engine) -> None:
    job = launched(engine)
    has(engine, a='mine', b='theirs')
    assert [found.id for found in job.ours()] == [A]
    assert not job.is_silent


def test_only_another_launchs(engine: Engine) -> None:
    job = launched(engine)
    has(engine, b='theirs')
    assert job.ours() == []


def test_two_that_cannot_be_told_apart(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """None is touched, and it is said once."""
    job = launched(engine)
    has(engine, a='mine', b='mine')
    assert job.ours() == job.ours() == []
    assert capsys.readouterr().err == (
        "tao: notice: cannot tell which container is this launch's, so none is stopped; "
        f'yours ends with: tao stop ID (one of {A[:12]} {B[:12]})\n'
    )


def test_an_engine_that_does_not_answer(engine: Engine) -> None:
    job = launched(engine)
    engine.answers('ps', '', 'Cannot connect to the Docker daemon', 1)
    assert job.ours() == []
    assert job.is_silent
