"""What is read from the answers of Slurm's programs."""
from __future__ import annotations

from typing import Optional

import pytest

from tao_launcher.commands.submit import slurm_answers


@pytest.mark.parametrize(('answer', 'state'), [
    ('JobId=1 JobState=FAILED Reason=NonZeroExitCode ExitCode=3:0 RunTime=1', ('FAILED', 3, 'NonZeroExitCode')),
    ('JobId=1 JobState=CANCELLED Reason=None ExitCode=0:15', ('CANCELLED', 143, '')),
    ('JobId=1 JobState=PENDING Reason=Nodes_required_for_job_are_DOWN,_DRAINED Dependency=(null)',
     ('PENDING', None, 'Nodes_required_for_job_are_DOWN,_DRAINED')),
    ('JobId=1 JobState=COMPLETED ExitCode=0:0', ('COMPLETED', 0, '')), ('', ('', None, '')),
    ('JobState=FAILED ExitCode=' + '9' * 5000 + ':0', ('FAILED', None, '')),
    ('JobState=FAILED ExitCode=256:0', ('FAILED', None, '')),
    ('ExitCode=1:0', ('', 1, '')), ('JobState=² ExitCode=²:0', ('', None, '')),
])
def test_states(answer: str, state: tuple[str, Optional[int], str]) -> None:
    assert slurm_answers.state(answer) == state


@pytest.mark.parametrize(('answer', 'state'), [
    ('FAILED|3:0\n', ('FAILED', 3, '')), ('CANCELLED by 0|0:15\n', ('CANCELLED', 143, '')), ('', ('', None, '')),
    ('COMPLETED|0:0\nCOMPLETED|0:0\n', ('COMPLETED', 0, '')), ('sacct: error', ('', None, '')),
    ('Slurm accounting storage is disabled\n', ('', None, '')),
])
def test_accounting(answer: str, state: tuple[str, Optional[int], str]) -> None:
    assert slurm_answers.accounted(answer) == state


def test_which_states_are_ends() -> None:
    ends = [state for state in ('PENDING', 'RUNNING', 'SUSPENDED', 'COMPLETING', 'REQUEUED', 'PREEMPTED', 'TIMEOUT', '')
            if slurm_answers.State(state).has_ended]
    assert ends == ['PREEMPTED', 'TIMEOUT']
    assert str(slurm_answers.State('TIMEOUT', 15, 'TimeLimit')) == 'TIMEOUT (TimeLimit)'
    assert str(slurm_answers.State('CANCELLED')) == 'CANCELLED'


SHOWN = """JobId=7 JobName=night
   Comment=StdOut=/wrong
   StdErr=/logs/err
   StdOut=/site logs/night-%A.log
   Power="""


@pytest.mark.parametrize(('shown', 'options', 'path'), [
    (SHOWN, {}, '/site logs/night-7.log'),
    ('', {'--output': 'a-%j-%x', '--job-name': 'b'}, '/here/a-7-b'),
    ('', {'--output': 'a', '--chdir': '/there'}, '/there/a'),
    ('StdOut=(null)', {'--output': '/logs/%J'}, '/logs/7'),
])
def test_where_a_job_writes(shown: str, options: dict[str, str], path: str) -> None:
    assert slurm_answers.log_path(shown, options, '7', '/here') == path
