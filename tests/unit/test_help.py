"""Help is offline and at once: from the catalogue, without docker, in any folder."""
from __future__ import annotations

import pytest
from plans import CATALOGUE
from support import FakeDocker, tao

from tao_launcher.options import OPTIONS, RUNNERS, VARIABLES


def shown(*words: str, program: str = 'tao') -> str:
    done = tao(*words, program=program)
    assert (done.code, done.err) == (0, '')
    return done.out


def test_overview_fits_a_screen_and_has_every_task() -> None:
    text = shown('--help')
    assert len(text.splitlines()) <= 60
    images = [images for groups in CATALOGUE.releases.values() for images in groups.values()]
    names = {name for tasks_of in images for tasks in tasks_of.values() for name in tasks}
    assert names <= set(text.split())
    assert shown('-h') == text


def test_options_and_environment() -> None:
    options = shown('--help', 'options')
    assert all(f'  {o.name}' in options or f', {o.name}' in options for o in OPTIONS)
    environment = shown('--help', 'environment')
    assert all(f'  {variable.name} ' in environment for variable in VARIABLES)


@pytest.mark.parametrize('words', [['model', '--help'], ['--help', 'model'], ['model', '-h']])
def test_group(words: list[str]) -> None:
    text = shown(*words)
    assert text.startswith('usage: tao [options] model TASK SUBTASK [ARGS...]\n')
    assert 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt (release 7.1.0):\n' in text
    assert text == shown('model', '--help')


@pytest.mark.parametrize('words', [['dino', '--help'], ['--help', 'dino'], ['dino', '-h']])
def test_task(words: list[str]) -> None:
    text = shown(*words)
    assert '  subtasks  ' in text and 'gen_trt_engine' in text
    assert '  image     nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt\n' in text
    assert text == shown('dino', '--help')
    model = shown('model', 'dino', '--help')
    assert 'gen_trt_engine' not in model and model.startswith('usage: tao [options] model dino SUBTASK [ARGS...]\n')


def test_help_behind_a_subtask_is_the_containers(fake_docker: FakeDocker) -> None:
    assert tao('dino', 'train', '--help').code == 0
    assert fake_docker.argv[-3:] == ['dino', 'train', '--help']


@pytest.mark.parametrize('program', RUNNERS)
def test_runner(program: str, fake_docker: FakeDocker) -> None:
    text = shown('--help', program=program)
    assert text.startswith(f'usage: {program} [options] [-- COMMAND [ARGS...]]\n')
    assert '--release' not in text
    assert fake_docker.calls == []


@pytest.mark.parametrize('words', [['--help', 'dinno'], ['dinno', '--help'], ['model', 'annotations', '--help']])
def test_unknown_name(words: list[str]) -> None:
    done = tao(*words)
    assert (done.code, done.out) == (2, '')
    assert done.err.startswith('tao: error: no task ')


def test_no_words() -> None:
    done = tao()
    assert (done.code, done.out, done.err) == (2, '', 'tao: error: which task?\n    try: tao --help\n')


@pytest.mark.parametrize('program', ['tao', *RUNNERS])
def test_version(program: str) -> None:
    name, version = shown('--version', program=program).split()
    assert name == program
    assert version[0].isdigit()
