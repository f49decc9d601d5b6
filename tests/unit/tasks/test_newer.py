"""Releases that the catalogue does not have."""
from __future__ import annotations

import pytest
from plans import CATALOGUE, launch
from support import tao

from tao_launcher.base.errors import UsageError
from tao_launcher.tasks.newer import at_release, unknown, version_of

KNOWN = f'known: {", ".join(CATALOGUE.releases)}'
TOOLKIT = 'nvcr.io/nvidia/tao/tao-toolkit'


def refusal(release: str, task: str = 'dino', group: str = '') -> list[str]:
    with pytest.raises(UsageError) as error:
        at_release(CATALOGUE, release, group, task)
    return [error.value.what, *error.value.why, error.value.advice]


@pytest.mark.parametrize(('task', 'image'), [
    ('dino', f'{TOOLKIT}:7.3.0-pyt'), ('annotations', f'{TOOLKIT}:7.3.0-data-services'),
    ('bevfusion', f'{TOOLKIT}:5.5.0-pyt'),  # of an older version in the newest release too
])
def test_a_newer_release(task: str, image: str) -> None:
    found = launch('--release', '7.3.0', task)
    assert (found.plan.image, found.plan.release) == (image, '7.3.0')
    assert found.plan.notices[0] == (
        'release 7.3.0 is newer than those known here: it is assumed to have the images of 7.1.0, '
        'with 7.3.0 in their tags'
    )


def test_a_newer_release_by_the_variable_and_its_tasks() -> None:
    assert launch('dino', environ={'TAO_RELEASE': '7.1.0.1'}).plan.image == f'{TOOLKIT}:7.1.0.1-pyt'
    with pytest.raises(UsageError) as error:
        launch('--release', '7.3.0', 'speech_to_text', 'train')
    assert error.value.what == 'no task speech_to_text in release 7.3.0'


@pytest.mark.parametrize(('release', 'lines', 'advice'), [
    ('v5.5.0', ['did you mean 5.5.0?'], ''),
    ('V7.1', ['did you mean 7.1.0?'], ''),
    ('7.1', ['did you mean 7.1.0?'], ''),
    ('7', ['did you mean 7.1.0?'], ''),
    ('5.2', ['did you mean 5.2.0.1, 5.2.0?'], ''),
    ('7.3', ['did you mean 7.3.0?'], ''),
    ('v7.3.0', ['did you mean 7.3.0?'], ''),
    ('8', ['did you mean 8.0.0?'], ''),
    ('5.4.0', ['did you mean 5.3.0, 5.5.0?'], ''),
    ('7.0.1', [
        f'7.0.1 is the version of an image: codetr of release 7.1.0 runs in {TOOLKIT}:7.0.1-pyt',
        'did you mean 7.1.0?'], 'tao --tag 7.0.1-pyt dino …'),
    ('7.1.0-pyt', ['did you mean 7.1.0?'], ''),
    ('1.2', [], ''),
    ('latest', [], ''),
    ('7.3.0.0.1', [], ''),
    ('٧.٣.٠', [], ''),
])
def test_unknown(release: str, lines: list[str], advice: str) -> None:
    assert refusal(release) == [f'unknown release {release}', *lines, KNOWN, advice]


def test_the_tag_of_another_task_and_of_none() -> None:
    assert refusal('7.0.1', 'dino', 'deploy')[-1] == 'tao --tag 7.0.1-deploy deploy dino …'
    assert refusal('7.0.1', 'no_such_task')[-1] == ''
    assert unknown(CATALOGUE, '', '', '7.0.1').advice == ''


def test_a_file_that_replaces_the_catalogue_has_no_newer_release() -> None:
    known = CATALOGUE._replace(path='/c.json')
    with pytest.raises(UsageError) as error:
        at_release(known, '7.3.0', '', 'dino')
    assert (error.value.what, error.value.advice) == ('unknown release 7.3.0 in /c.json', '')
    assert at_release(known, '7.1.0') == at_release(known, '') == (known, '')


@pytest.mark.parametrize(('image', 'version'), [
    ('r:5000/a:7.2.0-pyt', '7.2.0'), ('a:7.2.0.1', '7.2.0.1'), ('r:5000/a', ''), ('a:latest', ''),
    (f'a:7.2.0@sha256:{"a" * 64}', ''), ('a:v7.2.0', ''),
])
def test_version_of(image: str, version: str) -> None:
    assert version_of(image) == version


def test_newer_than_the_launcher_below_a_release_of_ones_own() -> None:
    """The newest release below it counts, be it built in or added."""
    own = {'9.0.0': {'model': {'own:9.0.0': ['x']}}}
    known = CATALOGUE._replace(releases={**CATALOGUE.releases, **own}, added={'9.0.0': '/f'})
    made, notice = at_release(known, '7.3.0')
    assert made.image('7.3.0', 'model', 'dino') == f'{TOOLKIT}:7.3.0-pyt'
    assert 'the images of 7.1.0' in notice
    made, notice = at_release(known, '9.1.0')
    assert (made.image('9.1.0', 'model', 'x'), 'the images of 9.0.0' in notice) == ('own:9.1.0', True)


@pytest.mark.parametrize(('release', 'meant'), [
    ('007.1.0', '7.1.0'), ('7.01.0', '7.1.0'), ('7.01.0.0', '7.1.0'), ('7.1.0-pyt', '7.1.0'), ('7.3.0-pyt', '7.3.0'),
    ('7.03.0', '7.3.0'), ('7.3.0.0', '7.3.0'),
])
def test_a_version_that_is_written_otherwise(release: str, meant: str) -> None:
    done = tao('--no-check', '--dry-run', '--release', release, 'dino', 'train')
    assert (done.code, done.out) == (2, '')
    assert done.err.splitlines()[:2] == [f'tao: error: unknown release {release}', f'    did you mean {meant}?']


@pytest.mark.parametrize('release', ['7.3.0.01', '7.3', '7.3.0-', '07.3.1.2'])
def test_no_release(release: str) -> None:
    assert tao('--no-check', '--dry-run', '--release', release, 'dino', 'train').code == 2
