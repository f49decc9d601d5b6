"""Jobs that are being started: looked at until they run, or are known to be started by nobody."""
from __future__ import annotations

import json
import os

import pytest
from engine_answers import Engine, container, ids

from tao_launcher.base.errors import EngineError
from tao_launcher.commands.jobs import starting
from tao_launcher.commands.jobs.job import Job, parse
from tao_launcher.engine import client
from tao_launcher.engine.daemon import Daemon
from tao_launcher.engine.docker import DOCKER
from tao_launcher.engine.podman import PODMAN
from tao_launcher.engine.profile import Profile

A, B = ids(2)


def asked(profile: Profile = DOCKER) -> client.Engine:
    return client.Engine((profile.name,), dict(os.environ), Daemon(profile), '0')


def job(id: str, state: str) -> Job:
    return parse(json.dumps([container(id, state=state, Created='2999-01-01T00:00:00Z')]))[0]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, 'PAUSE', 0.0)


def test_looked_at_until_all_have_started(engine: Engine) -> None:
    made = container(A, state='created', Created='2999-01-01T00:00:00Z')
    for number, state in enumerate(['created', 'created', 'running'], 1):
        engine.answers(f'inspect.{number}', json.dumps([{**made, 'State': {'Status': state}}]))
    ticks: list[int] = []
    found = starting.started([job(A, 'created'), job(B, 'exited')], asked(), lambda: ticks.append(1))
    assert ([each.state for each in found], len(ticks)) == (['running', 'exited'], 3)
    assert engine.calls[-1] == ['docker', 'inspect', '--type', 'container', A]


def test_one_that_is_gone_has_no_state(engine: Engine) -> None:
    engine.answers('inspect', '[]\n', f'Error: No such container: {A}\n', 1)
    (found,) = starting.started([job(A, 'created')], asked())
    assert (found.id, found.state) == (A, '')


def test_it_is_not_waited_for_for_ever(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of an engine on another machine may be hours ahead."""
    monkeypatch.setattr(starting, 'START', 0.0)
    with pytest.raises(EngineError, match='the job has never started'):
        starting.started([job(A, 'created')], asked())
    assert engine.calls == []


@pytest.mark.parametrize(('profile', 'verbs'), [(DOCKER, ['stop']), (PODMAN, ['unpause', 'stop'])])
def test_what_stops_a_paused_one(profile: Profile, verbs: list[str]) -> None:
    jobs = [job(A, 'paused'), job(B, 'running')]
    commands = starting.stop_commands(jobs, asked(profile), 3)
    assert [words[0] for words in commands] == verbs
    assert commands[-1] == ('stop', '-t', '3', A, B)
    assert commands[0][1:] == (A,) or profile is DOCKER
