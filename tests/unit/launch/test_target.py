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


def in_image(*words: str, release: str = '') -> Target:
    """What a call launches in an image that was named."""
    call = command_line.call(words, CATALOGUE.groups(), CATALOGUE.subtasks_by_name(), {})
    return task_target(CATALOGUE, call, release, 'my:1')


@pytest.mark.parametrize(('words', 'release', 'job', 'notices'), [
    (['my_work', 'train'], '', 'model/my_work/train', ('no task my_work, but my:1 may have it',)),
    (['deploy', 'my_work'], '', 'deploy/my_work/shell', ('no task my_work in group deploy, but my:1 may have it',)),
    (['my_work', 'run', 'ls'], '', 'model/my_work/run', ('no task my_work, but my:1 may have it',)),
    (['dinoo', 'train'], '', 'model/dinoo/train', (
        'no task dinoo, but my:1 may have it; did you mean dino? (release 6.25.11.1, 6.26.3, 7.1.0)',)),
    (['dino', 'train'], '4.0.1', 'model/dino/train', (
        'no task dino in release 4.0.1, but my:1 may have it; releases that have it: 5.0.0, 5.1.0, 5.2.0, 5.2.0.1, '
        '5.3.0, 5.5.0, 6.0.0, 6.0.1, 6.25.7, 6.25.9, 6.25.10, 6.25.11, 6.25.11.1, 6.26.3, 7.1.0',)),
    (['dino', 'train'], '', 'model/dino/train', ()),
])
def test_a_named_image_may_have_any_task(
    words: list[str], release: str, job: str, notices: tuple[str, ...],
) -> None:
    found = in_image(*words, release=release)
    assert (found.job, found.notices) == (job, notices)
    assert found.release in ('', '7.1.0')


def test_a_named_image_is_of_no_release() -> None:
    with pytest.raises(UsageError) as error:
        in_image('dino', 'train', release='1.2')
    assert error.value.what == 'unknown release 1.2'


def test_a_named_image_is_taken_from_no_release() -> None:
    found = in_image('detectnet_v2', 'train')
    assert (found.image, found.release, found.notices) == (target('detectnet_v2').image, '6.26.3', ())
