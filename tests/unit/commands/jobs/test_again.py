"""Asking again for jobs whose connection was lost, until the engine answers or the time is up."""
from __future__ import annotations

import os

import pytest
from engine_answers import Engine, container, ids

from tao_launcher.base.host import survey
from tao_launcher.base.output import Output
from tao_launcher.commands.jobs import again
from tao_launcher.commands.jobs.find import jobs_of
from tao_launcher.engine.client import Engine as Client
from tao_launcher.settings.chosen_engine import engine as chosen
from tao_launcher.settings.invocation import Invocation

A, B = ids(2)
SAID = 'tao: notice: the connection to the engine was lost; asking again\n'


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks more often than a person would notice."""
    monkeypatch.setattr(again, 'PAUSE', 0.05)


@pytest.fixture
def client(engine: Engine) -> Client:
    return chosen(Invocation({}, dict(os.environ), survey(os.environ), Output('tao', {})))


def looked(engine: Engine, client: Client, seconds: int) -> list[str]:
    """The states of the jobs A and B after a look that may take so long."""
    jobs = jobs_of(client, all_users=True, ended=True)
    return [job.state for job in again.Again(client, seconds, Output('tao', {})).look(jobs)]


def test_jobs_that_run_on(engine: Engine, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    engine.has(container(A), container(B, state='exited'))
    assert sorted(looked(engine, client, 60)) == ['exited', 'running']
    assert capsys.readouterr().err == SAID


def test_jobs_that_have_ended_need_no_notice(
    engine: Engine, client: Client, capsys: pytest.CaptureFixture[str],
) -> None:
    engine.has(container(A, state='exited'))
    assert looked(engine, client, 60) == ['exited']
    assert capsys.readouterr().err == ''


def test_an_engine_that_comes_back(engine: Engine, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    """The first question, before the look, is answered; the next two are not."""
    engine.has(container(A))
    for number in (2, 3):
        engine.answers(f'ps.{number}', '', 'Cannot connect to the Docker daemon', 1)
    assert looked(engine, client, 60) == ['running']
    assert capsys.readouterr().err == SAID


def test_an_engine_that_stays_away(engine: Engine, client: Client) -> None:
    engine.has(container(A))
    jobs = jobs_of(client, all_users=True, ended=True)
    engine.answers('ps', '', 'Cannot connect to the Docker daemon', 1)
    assert again.Again(client, 1, Output('tao', {})).look(jobs) == []


def test_a_job_that_is_gone(engine: Engine, client: Client) -> None:
    engine.has(container(A), container(B))
    jobs = jobs_of(client, all_users=True, ended=True)
    engine.has(container(B))
    assert again.Again(client, 60, Output('tao', {})).look(jobs) == []


def test_what_ends_at_once_again_and_again_was_not_lost(
    engine: Engine, client: Client, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(again, 'AT_ONCE', 60.0)  # however busy the machine is
    engine.has(container(A))
    jobs = jobs_of(client, all_users=True, ended=True)
    looks = again.Again(client, 60, Output('tao', {}))
    assert [len(looks.look(jobs)) for _ in range(4)] == [1, 1, 1, 0]
