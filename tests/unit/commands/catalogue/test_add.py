"""tao catalogue add: one's own releases beside the built-in ones."""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support import CHECKOUT, Result, tao

from tao_launcher.tasks.added import MOST_FILES

IMAGE = {'docker_registry': 'nvcr.io', 'tasks': ['dino', 'newnet']}
NVIDIAS = {
    'format_version': '3.0', 'toolkit_version': '7.2.0',
    'task_group': {'model': {'dockers': {'nvidia/tao/tao-toolkit': {'7.2.0-pyt': IMAGE}}}},
}
TEXT = """{
  "7.2.0": {
    "groups": {
      "model": {
        "nvcr.io/nvidia/tao/tao-toolkit:7.2.0-pyt": ["dino", "newnet"]
      }
    }
  }
}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of NVIDIA's."""
    path = tmp_path / 'config.json'
    path.write_text(json.dumps(NVIDIAS))
    return path


def test_add(file: Path, home: Path) -> None:
    path = home / '.tao' / 'releases.d' / '7.2.0.json'
    assert tao('catalogue', 'add', str(file)) == Result(
        0, f'{path}\n', 'tao: notice: release 7.2.0: 2 tasks in 1 image\n')
    assert path.read_text() == TEXT
    assert tao('catalogue', 'add', str(path)) == Result(
        0, f'{path}\n', 'tao: notice: release 7.2.0: 2 tasks in 1 image (it was there already)\n')
    image = json.loads(tao('--no-check', '--dry-run=json', 'newnet', 'train').out)['image']
    assert image == 'nvcr.io/nvidia/tao/tao-toolkit:7.2.0-pyt'


def test_nvidias_day_can_be_read_by_a_launch(file: Path, home: Path) -> None:
    path = home / '.tao' / 'releases.d' / '7.2.0.json'
    for day, shown in (('10/30/2026', '2026-10-30'), ('autumn', '')):
        file.write_text(json.dumps({**NVIDIAS, 'published_date': day}))
        assert tao('catalogue', 'add', str(file)).code == 0
        assert tao('--no-check', '--dry-run', 'newnet', 'train').code == 0
        assert json.loads(tao('catalogue', 'show', '--format=json').out)[-1]['published'] == shown
    path.write_text('{"7.2.0": {"published": "10/30/2026", "groups": {}}}')
    assert tao('catalogue', 'add', str(file)) == Result(0, f'{path}\n', (
        'tao: notice: release 7.2.0: 2 tasks in 1 image\n'
        f'tao: notice: the previous file is kept as {path}.2.bak\n'))
    assert path.read_text() == TEXT


def test_dry_run(file: Path, home: Path) -> None:
    path = home / '.tao' / 'releases.d' / '7.2.0.json'
    assert tao('catalogue', 'add', '--dry-run', str(file)) == Result(0, TEXT, f'tao: notice: would write {path}\n')
    assert tao('--dry-run', 'catalogue', 'add', str(file)).out == TEXT
    assert tao('catalogue', 'add', str(file), env={'TAO_DRY_RUN': '1'}) == Result(0, TEXT, (
        f'tao: notice: TAO_DRY_RUN is set: nothing is run\ntao: notice: would write {path}\n'
    ))
    assert not (home / '.tao').exists()


def test_a_name_of_ones_own(file: Path, home: Path) -> None:
    assert tao('catalogue', 'add', '--name', 'mine', str(file)).out == f'{home}/.tao/releases.d/mine.json\n'
    assert tao('catalogue', 'add', '--name=../x', str(file)) == Result(2, '', (
        'tao: error: --name: "../x": expected a release such as 7.2.0: at most 64 letters, digits, . _ -\n'))


def test_over_a_built_in_release_and_over_a_file(file: Path, home: Path) -> None:
    assert tao('catalogue', 'add', '--name=7.1.0', str(file)).err == (
        'tao: notice: release 7.1.0: 2 tasks in 1 image, over those of the built-in release 7.1.0\n')
    path = home / '.tao' / 'releases.d' / '7.1.0.json'
    file.write_text(json.dumps({'7.1.0': {'groups': {'model': {'a:1': ['dino']}}}}))
    assert tao('catalogue', 'add', str(file)).err == (
        'tao: notice: release 7.1.0: 1 task in 1 image, over those of the built-in release 7.1.0\n'
        f'tao: notice: the previous file is kept as {path}.1.bak\n')


def test_several_releases_are_several_files(file: Path, home: Path) -> None:
    file.write_text(json.dumps({name: {'groups': {'model': {'a:1': ['x']}}} for name in ('7.2.0', '7.2.1')}))
    folder = home / '.tao' / 'releases.d'
    assert tao('--quiet', 'catalogue', 'add', str(file)).out == f'{folder}/7.2.0.json\n{folder}/7.2.1.json\n'


def test_a_file_that_replaces_everything(file: Path, home: Path) -> None:
    (home / '.tao').mkdir()
    (home / '.tao' / 'config.json').write_text(json.dumps(NVIDIAS))
    assert tao('catalogue', 'add', str(file)).err.splitlines()[-1] == (
        f'tao: notice: {home}/.tao/config.json replaces all releases: '
        'those of releases.d are not read while it is there')


def test_a_faulty_file_is_not_added(file: Path, home: Path) -> None:
    file.write_text(json.dumps({'7.2.0': {'groups': {'model': {'a b': ['x']}, 'x y': {}}}}))
    assert tao('catalogue', 'add', str(file)) == Result(2, '', (
        f'tao: error: {file}: 2 problems\n'
        '    ["7.2.0"].groups.model["a b"]: expected an image such as nvcr.io/nvidia/tao/tao-toolkit:6.0.0-pyt '
        'as the key\n'
        '    ["7.2.0"].groups["x y"]: expected a name of letters, digits, . _ - as the key\n'
    ))
    assert tao('catalogue', 'add', str(file) + '2').err.startswith(f'tao: error: {file}2: no such file\n')
    assert not (home / '.tao').exists()


def test_standard_input(home: Path) -> None:
    def add(text: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, str(CHECKOUT / 'bin' / 'tao'), 'catalogue', 'add', '-']
        return subprocess.run(argv, input=text, capture_output=True, encoding='utf-8', check=False)

    assert add(TEXT).stdout == f'{home}/.tao/releases.d/7.2.0.json\n'
    assert add('[').stderr.startswith('tao: error: standard input:1:2: ')


def release(**groups: dict[str, list[str]]) -> str:
    return json.dumps({'7.2.0': {'groups': groups}})


@pytest.mark.parametrize(('groups', 'said'), [
    ({}, 'it has no group, so nothing runs in that release'), ({'model': {}}, 'group model has no image'),
    ({'model': {'a:1': []}}, 'a:1 has no task in group model'),
    ({'model': {'a:1': ['x', 'y'], 'b:1': ['y', 'z']}}, 'model y is in a:1 and b:1; it runs in the last of them'),
])
def test_releases_that_run_nothing_or_two_of_a_kind(
    file: Path, groups: dict[str, dict[str, list[str]]], said: str,
) -> None:
    file.write_text(release(**groups))
    assert tao('catalogue', 'add', str(file)).err.splitlines()[1:] == [f'tao: notice: {said}']


def test_the_same_task_of_two_groups(file: Path) -> None:
    file.write_text(release(model={'a:1': ['x']}, deploy={'b:1': ['x']}))
    assert tao('catalogue', 'add', str(file)).err == 'tao: notice: release 7.2.0: 1 task in 2 images\n'


def test_notices(file: Path) -> None:
    file.write_text(release(mdl={'a:1': ['x']}, model={'a:1': ['list', 'help']}, labs={'a:1': ['y']}))
    assert tao('catalogue', 'add', str(file)).err.splitlines()[1:] == [
        'tao: notice: group mdl is a new one; did you mean model?', 'tao: notice: group labs is a new one',
        'tao: notice: task help has the name of a verb: tao help is the verb, tao model help the task',
        'tao: notice: task list has the name of a verb: tao list is the verb, tao model list the task',
    ]


def test_more_than_the_folder_may_hold(file: Path, home: Path) -> None:
    folder = home / '.tao' / 'releases.d'
    names = [f'9.0.{i}' for i in range(MOST_FILES)]
    file.write_text(json.dumps({name: {'groups': {'model': {'a:1': ['x']}}} for name in names}))
    assert tao('--quiet', 'catalogue', 'add', str(file)).code == 0
    before = sorted(folder.iterdir())
    assert tao('--quiet', 'catalogue', 'add', str(file)).code == 0  # those are there
    file.write_text(json.dumps({name: {'groups': {'model': {'a:1': ['x']}}} for name in ('8.0.0', '9.0.0', '8.0.1')}))
    assert tao('catalogue', 'add', str(file)) == Result(2, '', (
        f'tao: error: {folder}: it has {MOST_FILES} files, and 2 more would be above the {MOST_FILES} that are read\n'
        '    nothing was written\n    try: one file there can hold several releases\n'))
    assert sorted(folder.iterdir()) == before
