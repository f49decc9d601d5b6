"""What a check is, and what is read out of versions."""
from __future__ import annotations

from typing import Any

from doctor_answers import facts

from tao_launcher.commands.doctor.facts import Gathered, MachineFacts
from tao_launcher.commands.doctor.findings import Check, Finding, asking


def test_a_check_asks_then_judges() -> None:
    nothing: Any = None
    gathered = Gathered(facts(is_remote=True), nothing, nothing, nothing)

    def judge(known: MachineFacts, program: str) -> Finding | None:
        return Finding('x', 'ok', program) if known.is_remote else None

    assert asking(lambda given: given.facts.program, judge).finding(gathered) == Finding('x', 'ok', '/usr/bin/docker')


def test_a_check_that_asks_nothing() -> None:
    nothing: Any = None
    gathered = Gathered(facts(), nothing, nothing, nothing)
    assert Check(lambda known: Finding('x', 'ok', known.program)).finding(gathered) == Finding(
        'x', 'ok', '/usr/bin/docker',
    )
    assert Check(lambda known: None).finding(gathered) is None
