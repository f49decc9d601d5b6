"""Releases beside the built-in ones, out of a folder that may hold anything."""
from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from nobody import as_nobody
from plans import CATALOGUE
from support import Result, tao

from tao_launcher.tasks.added import LARGEST, MOST_FILES, paths, with_added

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.2.0-pyt'


@pytest.fixture
def folder(home: Path) -> Path:
    """~/.tao/releases.d"""
    found = home / '.tao' / 'releases.d'
    found.mkdir(parents=True)
    return found


def write(path: Path, name: str = '7.2.0', **images: list[str]) -> None:
    path.write_text(json.dumps({name: {'groups': {'model': {key.replace('__', ':'): t for key, t in images.items()}}}}))


def run(*words: str) -> Result:
    return tao('--no-check', '--dry-run=json', *words)


def image_of(*words: str) -> str:
    done = run(*words)
    assert done.code == 0, done
    found: str = json.loads(done.out)['image']
    return found


def test_a_release_beside_the_others(folder: Path) -> None:
    write(folder / 'mine.json', a__1=['dino', 'newnet'])
    assert image_of('dino', 'train') == image_of('newnet', 'train') == 'a:1'
    assert image_of('--release', '7.1.0', 'dino', 'train').endswith(':7.1.0-pyt')
    # that an older release has the rest is no news: the new one is not whole
    assert run('ocdnet', 'train').err == ''
    assert 'is not in release 7.1.0; it is taken from 6.26.3' in run('detectnet_v2', 'train').err
    assert tao('--no-check', '--explain', 'newnet', 'train').out.splitlines()[-2].endswith(
        f'# model/newnet in release 7.2.0 of {folder}/mine.json, the newest that has it')
    assert f'catalogue: release 7.2.0 is in {folder}/mine.json\n' in tao('--verbose', *('info', 'dino')).err


def test_a_built_in_release_keeps_what_a_file_does_not_name(folder: Path) -> None:
    write(folder / 'a.json', '7.1.0', a__1=['dino'])
    assert image_of('dino', 'train') == 'a:1'
    assert image_of('ocdnet', 'train').endswith(':7.1.0-pyt')
    assert 'it is taken from 6.26.3' in run('detectnet_v2', 'train').err


def test_of_two_files_the_later_counts(folder: Path) -> None:
    write(folder / 'a.json', a__1=['dino', 'x'])
    write(folder / 'b.json', b__1=['dino'])
    assert (image_of('dino', 'train'), image_of('x', 'train')) == ('b:1', 'a:1')


def test_words_are_older_than_numbers(folder: Path) -> None:
    write(folder / 'a.json', 'mine', a__1=['dino', 'own'])
    assert image_of('dino', 'train').endswith(':7.1.0-pyt')
    assert image_of('own', 'train') == image_of('--release', 'mine', 'dino', 'train') == 'a:1'


def test_what_is_no_file_of_releases(folder: Path) -> None:
    for name in ('x.txt', '.hidden.json', 'a.json.1.bak'):
        (folder / name).write_text('no JSON')
    (folder / 'folder.json').mkdir()
    assert paths(str(folder)) == []
    assert run('dino', 'train').code == 0
    assert paths(str(folder / 'nowhere')) == []


def test_config_json_replaces_these_too(folder: Path, home: Path) -> None:
    (folder / 'a.json').write_text('no JSON')
    image = {'docker_registry': 'r', 'tasks': ['dino'], 'docker_tag': 't'}
    (home / '.tao' / 'config.json').write_text(json.dumps({'format_version': '1.0', 'dockers': {'a': image}}))
    assert image_of('dino', 'train') == 'r/a:t'


def test_one_faulty_file(folder: Path) -> None:
    (folder / 'a.json').write_text('{"7.2.0": {"groups": {"model": {"a:1": ["-x", 7]}}}}')
    assert run('dino', 'train') == Result(2, '', (
        f'tao: error: {folder}/a.json: 2 problems\n'
        '    ["7.2.0"].groups.model["a:1"][0]: "-x": expected a task of letters, digits, . _ -\n'
        '    ["7.2.0"].groups.model["a:1"][1]: 7: expected a string\n'
        '    try: tao catalogue validate; correct or remove them\n'
    ))
    assert tao('--help').code == 0  # with what is wrong


def test_several_faulty_files(folder: Path) -> None:
    (folder / 'a.json').write_text('{"7.2.0": {}}')
    (folder / 'b.json').write_text('{,}')
    (folder / 'c.json').write_text('')
    (folder / 'd.json').write_bytes(b' ' * (LARGEST + 1))
    os.mkfifo(folder / 'e.json')
    done = run('dino', 'train')
    assert (done.code, done.out) == (2, '')
    assert done.err.splitlines() == [
        f'tao: error: {folder}: 5 problems in 5 files',
        f'    {folder}/a.json: ["7.2.0"].groups: null: expected an object {{...}}',
        *[line for line in done.err.splitlines() if f'{folder}/b.json:1:' in line],
        f'    {folder}/c.json: the file is empty; expected a JSON object, at least {{}}',
        f'    {folder}/d.json: larger than 1 MiB, so it cannot be the right file',
        f'    {folder}/e.json: is a pipe, expected the file of releases',
        '    try: tao catalogue validate; correct or remove them',
    ]


def test_too_many_files(folder: Path) -> None:
    for i in range(MOST_FILES + 1):
        (folder / f'{i}.json').touch()
    assert run('dino', 'train').err == f'tao: error: {folder}: {MOST_FILES + 1} files, expected at most {MOST_FILES}\n'


def test_subtasks_are_added(folder: Path) -> None:
    (folder / 'a.json').write_text(json.dumps({'7.2.0': {
        'groups': {'model': {IMAGE: ['newnet']}}, 'subtasks': {'model/newnet': ['train', 'export']},
    }}))
    assert 'unknown subtask trian of newnet' in run('newnet', 'trian').err
    known = with_added(CATALOGUE, str(folder))
    assert known.known_subtasks('model', 'newnet') == ('train', 'export')
    assert known.added == {'7.2.0': f'{folder}/a.json'}
    assert list(known.releases)[-1] == '7.2.0'


def test_a_link_that_leads_to_itself(folder: Path) -> None:
    write(folder / 'a.json', a__1=['newnet'])
    (folder / 'l.json').symlink_to('l.json')
    assert run('newnet', 'train') == Result(2, '', (
        f'tao: error: {folder}/l.json: cannot be read (Too many levels of symbolic links)\n'
        '    try: tao catalogue validate; correct or remove them\n'))
    assert tao('catalogue', 'validate') == Result(1, (
        f'{folder}/a.json: valid: 7.2.0\n{folder}/l.json: cannot be read (Too many levels of symbolic links)\n'), '')
    assert tao('catalogue', 'remove', '7.2.0').code == 0
    assert [path.name for path in folder.iterdir()] == ['l.json']


@pytest.mark.parametrize(('kind', 'wrong'), [
    ('file', 'is a file, expected the folder of releases'), ('link', 'is a link to gone, which is not a folder'),
])
def test_no_folder(folder: Path, kind: str, wrong: str) -> None:
    folder.rmdir()
    folder.touch() if kind == 'file' else folder.symlink_to('gone')
    assert run('dino', 'train').err.splitlines()[0] == f'tao: error: {folder}: {wrong}'
    assert run('dino', 'train').code == 2
    assert tao('catalogue', 'validate').out.splitlines()[0] == f'{folder}: {wrong}'
    assert tao('catalogue', 'add', '-').code == 2


def test_a_folder_that_is_closed() -> None:
    with TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        folder = Path(home, '.tao', 'releases.d')
        folder.mkdir(parents=True)
        write(folder / 'a.json', a__1=['newnet'])
        folder.chmod(0)
        done = as_nobody('--no-check', '--dry-run', 'dino', 'train', env={'HOME': home})
        folder.chmod(0o755)
    assert done == Result(2, '', (
        f'tao: error: {folder}: cannot be read (permission denied)\n    try: ls -ld {folder}\n'))
