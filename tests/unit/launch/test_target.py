"""What a call of a task launches."""
from __future__ import annotations

import pytest
from plans import CATALOGUE, DINO

from tao_launcher.base.errors import UsageError
from tao_launcher.launch.plan import Target
from tao_launcher.launch.target import task_target
from tao_launcher.settings import command_line


def target(*words: str, release: str = '') -> Target:
    call = command_line.call(words, CATALOGUE.groups(), CATALOGUE.subtasks_by_name(), {})
    return task_target(CATALOGUE, call, release)


@pytest.mark.parametrize(('words', 'job', 'command', 'arguments'), [
    (['dino', 'train', '-e', 'x'], 'model/dino/train', ('dino', 'train', '-e', 'x'), ('-e', 'x')),
    (['deploy', 'dino', 'evaluate'], 'deploy/dino/evaluate', ('dino', 'evaluate'), ()),
    (['dino', 'run', 'ls', '-l'], 'model/dino/run', ('ls', '-l'), ()),
    (['dino'], 'model/dino/shell', (), ()),
    (['dino', '--', 'tra', 'x'], 'model/dino/tra', ('dino', 'tra', 'x'), ('x',)),  # forced
])
def test_job_and_command(words: list[str], job: str, command: tuple[str, ...], arguments: tuple[str, ...]) -> None:
    found = target(*words)
    assert (found.job, found.command, found.arguments) == (job, command, arguments)


def test_where_the_image_comes_from() -> None:
    newest, named = target('dino', 'train'), target('dino', 'train', release='5.5.0')
    assert (newest.image, newest.release) == (DINO, '7.1.0')
    assert newest.image_from == 'model/dino in release 7.1.0, the newest that has it'
    assert (named.image_from, named.notices) == ('model/dino in release 5.5.0', ())


def test_a_task_of_an_older_release_is_said() -> None:
    found = target('detectnet_v2', 'train')
    assert found.notices == (
        'model detectnet_v2 is not in release 7.1.0; it is taken from 6.26.3, the last that has it',
    )


def test_a_subtask_one_slip_away() -> None:
    with pytest.raises(UsageError) as error:
        target('dino', 'trian')
    assert 'train' in f'{error.value.what} {error.value.why} {error.value.advice}'
