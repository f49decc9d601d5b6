"""The words that `tao submit` takes: its help has every option of a cluster, and none of another's."""
from __future__ import annotations

import pytest

from tao_launcher.commands.help.verb_parser import Parser
from tao_launcher.commands.submit.arguments import add, help_text
from tao_launcher.settings.programs import KUBERNETES, SLURM
from tao_launcher.settings.submit_options import SUBMIT


@pytest.mark.parametrize('program', [SLURM, KUBERNETES])
def test_help(program: str) -> None:
    text = help_text(program)
    assert text.startswith(f'usage: tao {program} [options] [GROUP] TASK SUBTASK [ARGS...]\n')
    shown = {option.name for option in SUBMIT if f'  {option.name}' in text}
    assert shown == {option.name for option in SUBMIT if program in option.programs}


def test_what_follows_the_task_is_the_tasks() -> None:
    parser = Parser(prog='tao submit', add_help=False)
    add(parser)
    given = parser.parse_args(['slurm', '--nodes', '2', '--sbatch-arg=--a', '--sbatch-arg=--b', 'dino', 'x', '--nodes'])
    assert (given.engine, given.nodes, given.sbatch_arg) == ('slurm', '2', ['--a', '--b'])
    assert given.words == ['dino', 'x', '--nodes']
