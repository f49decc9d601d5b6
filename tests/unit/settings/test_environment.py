"""The environment variables that the launcher reads: each option's own, and those of others."""
from __future__ import annotations

from tao_launcher.settings.environment import VARIABLES
from tao_launcher.settings.options import ROWS


def test_every_variable_of_an_option_is_there_once() -> None:
    names = [variable.name for variable in VARIABLES]
    assert len(names) == len(set(names))
    assert {row.variable for row in ROWS if row.variable} <= set(names)


def test_what_is_said_of_an_options() -> None:
    helps = {variable.name: variable.help for variable in VARIABLES}
    assert helps['TAO_GPUS'] == 'as --gpus'
    assert helps['TAO_HOST_PATH'] == 'as --host-path; several are joined by ":"'
    assert helps['TAO_DRY_RUN'] == 'as --dry-run: 1, shell, pretty or json'
