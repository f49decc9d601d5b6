"""The catalogue of releases: which image a task runs in, and what is said about names that are not in it."""
from __future__ import annotations

import json
from typing import Any

import pytest
from plans import CATALOGUE, launch

from tao_launcher.base.errors import UsageError
from tao_launcher.base.host import package_data
from tao_launcher.tasks import catalogue

RELEASES = json.loads(package_data('releases.json'))
TASKS = sorted({
    (release, group, task) for release, groups in CATALOGUE.releases.items() for group, images in groups.items()
    for tasks in images.values() for task in tasks
})


def find(line: str, subtask: str = '', release: str = '') -> catalogue.CatalogueEntry:
    group, _, task = line.rpartition(' ')
    return catalogue.find(CATALOGUE, group, task, subtask, release)


def version(name: str) -> tuple[int, ...]:
    return tuple(map(int, name.split('.')))


def test_releases_stand_in_version_order() -> None:
    assert len(RELEASES) == 19
    assert list(RELEASES) == sorted(RELEASES, key=version)
    assert (list(RELEASES)[0], list(RELEASES)[-1]) == ('3.22.02', '7.1.0')


@pytest.mark.parametrize(('task', 'subtask', 'group', 'release', 'image'), [
    ('dino', 'train', 'model', '7.1.0', 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'),
    ('detectnet_v2', 'train', 'model', '6.26.3', 'nvcr.io/nvidia/tao/tao-toolkit:5.0.0-tf1.15.5'),
    ('speech_to_text', 'train', 'model', '4.0.1', None),
    ('classification', 'train', 'model', '3.22.05', None),
    ('dino', 'gen_trt_engine', 'deploy', None, None),
    ('deploy dino', 'train', 'deploy', None, None),
    ('annotations', 'convert', 'dataset', None, None),
    ('dino', 'evaluate', 'model', '7.1.0', None),
    ('dino', '', 'model', '7.1.0', None),
])
def test_newest_release_that_has_it(task: str, subtask: str, group: str, release: Any, image: Any) -> None:
    found = find(task, subtask)
    assert found.group == group
    assert found.release == (release or found.release)
    assert found.image == (image or found.image)
    newer = [name for name in RELEASES if version(name) > version(found.release)]
    assert not any(CATALOGUE.image(name, found.group, found.task) for name in newer)


@pytest.mark.parametrize('release', RELEASES)
def test_every_task_of_a_release_is_found_in_it(release: str) -> None:
    for _, group, task in (entry for entry in TASKS if entry[0] == release):
        images = [image for image, tasks in CATALOGUE.releases[release][group].items() if task in tasks]
        assert find(f'{group} {task}', release=release) == (group, task, release, images[-1])
        assert find(task, release=release).image
        assert find(f'{group} {task}').release in RELEASES


def test_of_two_images_the_last_wins() -> None:
    several = [
        (release, group, task) for release, group, task in TASKS
        if sum(task in tasks for tasks in CATALOGUE.releases[release][group].values()) > 1
    ]
    assert {release for release, _, _ in several} == {'4.0.1'}


def refusal(line: str, subtask: str = '', release: str = '') -> list[str]:
    with pytest.raises(UsageError) as error:
        find(line, subtask, release)
    return [error.value.what, *error.value.why, error.value.advice]


def test_unknown_release() -> None:
    assert refusal('dino', release='1.9') == ['unknown release 1.9', f'known: {", ".join(RELEASES)}', '']


@pytest.mark.parametrize(('line', 'release', 'lines'), [
    ('dinno', '', ['no task dinno', 'did you mean dino? (release 6.25.11.1, 6.26.3, 7.1.0)']),
    ('modle', '', ['no task modle', 'did you mean the group model?']),
    ('model annotations', '', ['no task annotations in group model', 'it is in group dataset']),
    ('classification', '7.1.0', ['no task classification in release 7.1.0', 'releases that have it: 3.22.02, 3.22.05']),
    ('xyzzy', '', ['no task xyzzy']),
])
def test_unknown_task(line: str, release: str, lines: list[str]) -> None:
    assert refusal(line, release=release)[:len(lines)] == lines


def test_advice_for_an_unknown_task_is_right() -> None:
    assert refusal('xyzzy')[-1] == 'tao tasks'
    assert refusal('model annotations')[-1] == 'tao dataset annotations …'
    assert refusal('classification', release='7.1.0')[-1] == 'tao --release 3.22.05 classification …'


@pytest.mark.parametrize(('task', 'subtask', 'meant'), [
    ('dino', 'tarin', 'train'), ('dino', 'trai', 'train'), ('dino', 'trainn', 'train'), ('dino', 'traim', 'train'),
    ('dino', 'evalute', 'evaluate'), ('annotations', 'converts', 'convert'),
])
def test_subtask_one_slip_away(task: str, subtask: str, meant: str) -> None:
    found = find(task, subtask)
    with pytest.raises(UsageError) as error:
        catalogue.check_subtask(CATALOGUE, found, subtask)
    assert error.value.what == f'unknown subtask {subtask} of {task}'
    assert error.value.why[0].startswith(f'did you mean {meant}? known: ')
    assert error.value.advice == f'tao {task} {meant} …, or tao {task} -- {subtask} … to run it as it is'


@pytest.mark.parametrize('subtask', ['train', 'evaluate', 'my_own', 'TRAIN', 'tarnn', 'x'])
def test_other_subtasks_are_passed_on(subtask: str) -> None:
    catalogue.check_subtask(CATALOGUE, find('dino', subtask), subtask)


@pytest.mark.parametrize(('line', 'release', 'notice'), [
    ('dino', '7.1.0', ''),
    ('detectnet_v2', '6.26.3', 'model detectnet_v2 is not in release 7.1.0; '
        'it is taken from 6.26.3, the last that has it'),
    ('classification', '3.22.05', 'model classification is not in release 7.1.0; '
        'it is taken from 3.22.05, the last that has it'),
])
def test_task_that_the_newest_release_has_no_more(line: str, release: str, notice: str) -> None:
    found = find(line)
    assert (found.release, catalogue.moved(CATALOGUE, found)) == (release, notice)
    assert launch(line, 'train').plan.notices == ((notice,) if notice else ())
    # who names a release knows it
    assert launch('--release', release, line, 'train').plan.notices == ()


@pytest.mark.parametrize(('line', 'subtask', 'notice'), [
    ('model dino', 'gen_trt_engine',
        'gen_trt_engine is not a known subtask of model dino; deploy dino has it, in release 7.1.0'),
    ('deploy dino', 'train', 'train is not a known subtask of deploy dino; model dino has it, in release 7.1.0'),
    ('deploy dino', 'evaluate', ''), ('model dino', 'evaluate', ''), ('dino', 'gen_trt_engine', ''),
    ('dino', 'my_own', 'my_own is not a known subtask of model dino; known: convert, default_specs, distill, evaluate, '
        'export, inference, quantize, train'),
    ('annotations', 'train', 'train is not a known subtask of dataset annotations; '
        'known: convert, merge, qa_to_llava_annotation, slice'),
    ('trtexec', 'train', ''),
])
def test_subtask_that_another_group_has(line: str, subtask: str, notice: str) -> None:
    assert catalogue.unknown_subtask(CATALOGUE, find(line, subtask), subtask) == notice
    found = launch(*line.split(), subtask, 'x')
    assert found.plan.notices == ((notice,) if notice else ())
    assert found.argv[-2:] == (subtask, 'x')


def test_a_subtask_is_looked_at_for_tasks_alone() -> None:
    assert launch('model', 'dino', 'run', 'gen_trt_engine').plan.notices == ()
    assert launch('--interactive', 'model', 'dino').plan.notices == ()


def test_both_notices() -> None:
    known = catalogue.Catalogue(
        {'1': {'model': {'a': ['x']}, 'deploy': {'b': ['x']}}, '2': {'model': {'c': ['y']}}},
        {'model/x': ('train',), 'deploy/x': ('export',)},
    )
    found = catalogue.find(known, 'model', 'x', 'export', '')
    assert catalogue.moved(known, found) == 'model x is not in release 2; it is taken from 1, the last that has it'
    assert catalogue.unknown_subtask(known, found, 'export') == (
        'export is not a known subtask of model x; deploy x has it, in release 1'
    )
