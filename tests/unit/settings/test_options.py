"""The table of options: each program's own."""
from __future__ import annotations

import pytest

from tao_launcher.settings.options import OPTIONS, of
from tao_launcher.settings.programs import KUBERNETES, RUNNERS, SERVICES, SLURM
from tao_launcher.settings.submit_options import SUBMIT


def names(program: str) -> set[str]:
    return {option.name for option in of(program)}


def test_of_a_program() -> None:
    assert '--release' in names('tao') and not any('--release' in names(runner) for runner in RUNNERS)
    assert [runner for runner in RUNNERS if '--run_as_service' in names(runner)] == list(SERVICES)
    assert names('tao') == {option.name for option in OPTIONS if 'tao' in option.programs}


@pytest.mark.parametrize('program', [SLURM, KUBERNETES])
def test_a_cluster_has_taos_after_its_own(program: str) -> None:
    found = of(program)
    own = [option for option in SUBMIT if program in option.programs]
    assert list(found[:len(own)]) == own
    assert found[len(own):] == of('tao')


def test_no_name_twice() -> None:
    for program in ('tao', *RUNNERS, SLURM, KUBERNETES):
        found = [option.key for option in of(program)]
        assert len(found) == len(set(found)), program
