"""A command line of tao: a verb, help, or a task."""
from __future__ import annotations

from pathlib import Path

from engine_answers import ID, Engine, container
from support import FakeDocker, tao


def test_a_broken_catalogue_is_no_reason_not_to_look_after_jobs(engine: Engine, home: Path) -> None:
    (home / '.tao').mkdir()
    (home / '.tao' / 'config.json').write_text('{')
    engine.has(container())
    assert tao('list', '--format', 'ids') == (0, f'{ID}\n', '')


def test_help_behind_a_subtask_is_the_containers(fake_docker: FakeDocker) -> None:
    assert tao('dino', 'train', '--help').code == 0
    assert fake_docker.argv[-3:] == ['dino', 'train', '--help']


def test_no_words() -> None:
    done = tao()
    assert (done.code, done.out, done.err) == (2, '', 'tao: error: which task?\n    try: tao --help\n')


def test_help_on_a_task_that_only_the_named_image_may_have() -> None:
    done = tao('--image', 'x/y:1', 'newnet', '--help')
    assert (done.code, done.err) == (0, 'tao: notice: no task newnet, but x/y:1 may have it\n')
    assert done.out == (
        'usage: tao [options] newnet [SUBTASK] [ARGS...]\nimage    x/y:1\n\n'
        "tao --image x/y:1 newnet SUBTASK --help shows the container's own help\n"
    )
    assert tao('newnet', '--help').code == 2
