"""Whether variables that go by name reached a job whose docker may drop its environment."""
from __future__ import annotations

import json
import os

import pytest
from engine_answers import Engine, ids
from plans import launch as planned

from tao_launcher.base.output import Output
from tao_launcher.launch.arrival import Arrival
from tao_launcher.launch.containers import Launch

(A,) = ids(1)
PLAN = planned('--env', 'MY_KEY', 'dino', 'train', environ={'MY_KEY': 's3cr3t'}).plan


def arrival_of(engine: Engine) -> Arrival:
    launch = Launch(('docker',), dict(os.environ), '0123', '7', 'mine', '2026-01-31T10:20:30')
    return Arrival(PLAN, launch, Output('tao', {}))


def has(engine: Engine, *variables: str) -> None:
    engine.answers('ps', f'{A}\n')
    words = json.dumps(['TAO_LAUNCH_ID=mine', *variables])
    engine.answers('inspect', f'{A} running "2026-01-31T10:20:30Z" {words}\n')


@pytest.mark.parametrize(('variables', 'said'), [
    (['MY_KEY=s3cr3t'], ''),
    (['MY_KEY='], ''),
    (['OTHER=1'], 'tao: notice: docker does not pass variables on: without MY_KEY in the job\n'),
])
def test_what_the_container_has(
    engine: Engine, variables: list[str], said: str, capsys: pytest.CaptureFixture[str],
) -> None:
    has(engine, *variables)
    arrival = arrival_of(engine)
    arrival.look(is_last=True)
    assert capsys.readouterr().err == said
    assert arrival.look_at is None  # it is known now
    engine.forget()
    arrival.look(is_last=True)
    assert engine.calls == []


def test_a_container_that_is_not_there_yet(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.answers('ps', '')
    arrival = arrival_of(engine)
    first = arrival.look_at
    assert first is not None
    arrival.look()  # too early to look at all
    assert engine.calls == []
    arrival.look(is_last=True)
    assert capsys.readouterr().err == (
        "tao: notice: docker is not the engine's own program; if it does not pass variables on, the job had no MY_KEY\n"
    )
