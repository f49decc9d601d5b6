"""Files of releases: ours and NVIDIA's, and all that is wrong with one at once."""
from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tao_launcher.base.errors import FileError
from tao_launcher.tasks import release_file
from tao_launcher.tasks.release_file import Release, order, overlaid, pairs, read, text

DIGEST = f'sha256:{"a" * 64}'
OURS = {
    '$comment': 'x',
    '7.2.0': {
        'published': '2026-10-30', 'groups': {'model': {'nvcr.io/a:7.2.0-pyt': ['dino', 'new-net']}, 'deploy': {}},
        'subtasks': {'model/new-net': ['train', 'export']},
    },
    'mine': {'groups': {}},
}


def nvidias(form: object, **more: object) -> dict[str, Any]:
    entry = {'docker_registry': 'nvcr.io', 'tasks': ['dino']}
    dockers = {'1.0': {'tao/a': {**entry, 'docker_tag': '7.2.0'}}, '2.0': {'tao/a': {'7.2.0': entry}}}
    body = {'dockers': dockers[str(form)]} if str(form) in dockers else {
        'task_group': {'deploy': {'dockers': {'tao/a': {'7.2.0': {**entry, 'docker_digest': DIGEST}}}}}}
    return {'format_version': form, 'toolkit_version': '7.2.0', 'published_date': '10/30/2026', **body, **more}


def faults(value: object, named: str = '') -> list[str]:
    with pytest.raises(FileError) as error:
        read(value, '/f.json', named)
    assert error.value.path == '/f.json'
    return [str(fault) for fault in error.value.faults]


def test_ours() -> None:
    found = read(OURS, '/f')
    assert found == {
        '7.2.0': Release({'model': {'nvcr.io/a:7.2.0-pyt': ['dino', 'new-net']}, 'deploy': {}},
                         {'model/new-net': ['train', 'export']}, '2026-10-30'),
        'mine': Release({}),
    }
    assert read(json.loads(text(found)), '/f') == found


@pytest.mark.parametrize(('form', 'groups'), [
    ('1.0', {'model': {'nvcr.io/tao/a:7.2.0': ['dino']}}), ('2.0', {'model': {'nvcr.io/tao/a:7.2.0': ['dino']}}),
    ('3.0', {'deploy': {f'nvcr.io/tao/a@{DIGEST}': ['dino']}}), (3, {'deploy': {f'nvcr.io/tao/a@{DIGEST}': ['dino']}}),
])
def test_nvidias(form: object, groups: object) -> None:
    assert read(nvidias(form), '/f') == {'7.2.0': Release(groups, {}, '2026-10-30')}  # type: ignore[arg-type]
    assert list(read(nvidias(form), '/f', 'mine')) == ['mine']


@pytest.mark.parametrize(('written', 'day'), [
    ('10/30/2026', '2026-10-30'), ('1/2/2026', '2026-01-02'), ('2026-10-30', '2026-10-30'), ('30/10/2026', ''),
    ('October 2026', ''), ('', ''), (20261030, ''), (None, ''), ('2026-10-30\n', ''), ({'a': 1}, ''),
])
def test_any_day_of_nvidias_can_be_read_again(written: object, day: str) -> None:
    found = read(nvidias('3.0', published_date=written), '/f')
    assert found['7.2.0'].published == day
    assert read(json.loads(text(found)), '/f') == found


def test_a_name_is_for_one_release() -> None:
    assert faults({'1.0': {'groups': {}}, '2.0': {'groups': {}}}, 'mine') == [
        'has 2 releases, so they cannot be named mine']
    assert list(read({'1.0': {'groups': {}}}, '/f', 'mine')) == ['mine']


@pytest.mark.parametrize(('value', 'said'), [
    ([], ['a list: expected an object {...}']),
    ({}, ['names no release, and has no format_version']),
    ({'7 2': {'groups': {}}}, [
        '["7 2"]: expected a release such as 7.2.0: at most 64 letters, digits, . _ - as the key']),
    ({'../../x': {'groups': {}}}, [
        '["../../x"]: expected a release such as 7.2.0: at most 64 letters, digits, . _ - as the key']),
    ({'7.2.0': {'group': {}}}, [
        '["7.2.0"].group: unknown key; did you mean groups?',
        '["7.2.0"].groups: null: expected an object {...}']),
    ({'7.2.0': {'groups': {'-g': {'a b': ['-x', 'y z', 7, '']}}, 'published': 'May', 'subtasks': {'x': ['-']}}}, [
        '["7.2.0"].groups.-g: expected a name of letters, digits, . _ - as the key',
        '["7.2.0"].groups.-g["a b"]: expected an image such as nvcr.io/nvidia/tao/tao-toolkit:6.0.0-pyt as the key',
        '["7.2.0"].groups.-g["a b"][0]: "-x": expected a task of letters, digits, . _ -',
        '["7.2.0"].groups.-g["a b"][1]: "y z": expected a task of letters, digits, . _ -',
        '["7.2.0"].groups.-g["a b"][2]: 7: expected a string',
        '["7.2.0"].groups.-g["a b"][3]: "": expected a string that is not empty',
        '["7.2.0"].subtasks.x: expected GROUP/TASK as the key',
        '["7.2.0"].subtasks.x[0]: "-": expected a name of letters, digits, . _ -',
        '["7.2.0"].published: "May": expected a day as YYYY-MM-DD']),
    (nvidias('4.0'), ['format_version: "4.0": expected 1.0, 2.0 or 3.0']),
    (nvidias('3.0', toolkit_version=None), ['toolkit_version: null: expected a release such as 7.2.0']),
    (nvidias('3.0', toolkit_version='a/b'), [
        'toolkit_version: "a/b": expected a release such as 7.2.0: at most 64 letters, digits, . _ -']),
    (nvidias('1.0', dockers={'a': {'docker_registry': 'r', 'docker_tag': 't', 'tasks': ['--x']}}), [
        'task_group.model: "--x": expected a task of letters, digits, . _ -']),
    ({'7.2.0': {'groups': {'model': {'a:1': ['x\0']}}}}, [
        '["7.2.0"].groups.model["a:1"][0]: "x\\u0000": expected a task of letters, digits, . _ -',
        '["7.2.0"].groups.model["a:1"][0]: holds a NUL character']),
])
def test_every_fault_at_once(value: object, said: list[str]) -> None:
    assert faults(value) == said


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(['7.2.0', 'groups', 'subtasks', 'model', 'a:1', 'format_version', 'dockers', 'tasks', '$x'])
        | st.text(max_size=4), inner, max_size=3,
    ),
)


@given(JSON)
def test_any_shape_is_taken_or_refused_in_words(value: object) -> None:
    try:
        found = read(value, '/f')
    except FileError as e:
        assert e.faults
    else:
        assert read(json.loads(text(found)), '/f') == found


def test_order() -> None:
    names = ['config.json', 'mine', '3.22.05', '5.2.0', '5.2.0.1', '6.25.9', '6.25.10', '7.2.0-rc1', '7.2.0', '10.0.0']
    assert sorted({*names}, key=order) == names


def test_overlaid() -> None:
    below = Release({'model': {'a': ['x', 'y'], 'b': ['z']}}, {'model/x': ['train']}, '2026-01-01')
    above = Release({'model': {'c': ['y'], 'a': ['x']}, 'deploy': {'d': ['y']}}, {'model/x': ['export']})
    made = overlaid(below, above)
    assert made == Release(
        {'model': {'b': ['z'], 'c': ['y'], 'a': ['x']}, 'deploy': {'d': ['y']}}, {'model/x': ['export']}, '2026-01-01')
    assert overlaid(made, above) == made
    assert list(pairs(above)) == [('model', 'c', 'y'), ('model', 'a', 'x'), ('deploy', 'd', 'y')]


def test_the_names_are_no_options_and_no_paths() -> None:
    for parse in (release_file.name, release_file.group, release_file.task):
        for word in ('', '-x', '.x', '../x', 'a/b', 'a b', 'a\n', 'x' * 101, 'ä'):
            with pytest.raises(ValueError):
                parse(word)
