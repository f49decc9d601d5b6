"""The values that are offered for an option: the parsers accept all of them."""
from __future__ import annotations

import pytest
from completion_world import GROUPS, offered
from plans import CATALOGUE

from tao_launcher.commands.completion.values import CHOICES
from tao_launcher.settings import command_line, parsers, ulimits
from tao_launcher.settings.options import BY_KEY, ROWS
from tao_launcher.settings.programs import KUBERNETES, SLURM, VERBS
from tao_launcher.tasks import catalogue


def test_a_release_by_its_variable() -> None:
    assert offered('dino', environ={'TAO_RELEASE': '4.0.1'}) == []


@pytest.mark.parametrize('release', [*CATALOGUE.releases, ''])
def test_every_task_and_subtask_is_accepted(release: str) -> None:
    options = ['--release', release] if release else []
    for group in ['', *GROUPS]:
        of_group = [group] if group else []
        for task in offered(*options, *of_group, ''):
            if not group and task in (*GROUPS, *VERBS, 'help'):
                continue
            found = catalogue.find(CATALOGUE, group, task, '', release)
            assert found.task == task
            for subtask in offered(*options, *of_group, task, ''):
                chosen = catalogue.find(CATALOGUE, group, task, subtask, release)
                catalogue.check_subtask(CATALOGUE, chosen, subtask)


@pytest.mark.parametrize('key', [row.key for row in ROWS if row.kind and row.choices])
def test_every_value_is_accepted(key: str) -> None:
    for value in CHOICES[key]:
        parsers.KINDS[BY_KEY[key].kind](value + {':': '2', '=': '2'}.get(value[-1], ''))


def test_every_value_belongs_to_an_option() -> None:
    tables = [command_line.table(program) for program in ('tao', SLURM, KUBERNETES)]
    assert {*CHOICES} <= {option.key for table in tables for option in table.values()}
    for value in CHOICES['ulimit']:
        ulimits.ulimit(*value.split('='))
