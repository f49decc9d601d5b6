"""Candidates and what they are put after."""
from __future__ import annotations

from tao_launcher.commands.completion.types import NOTHING, Candidate, Completions


def test_found_after_the_start_of_a_word() -> None:
    found = Completions('a,', (Candidate('b'),), are_paths=True)
    assert found.behind('--gpus=') == Completions('--gpus=a,', (Candidate('b'),), are_paths=True)
    assert found.behind('x=').behind('y=').head == 'y=x=a,'
    assert NOTHING.behind('x') == Completions('x', ())
