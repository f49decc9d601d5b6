"""tao catalogue remove: releases that were added, and no others."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import Result, tao


@pytest.fixture
def folder(home: Path) -> Path:
    """A folder with 7.2.0 in two files, one of which has 7.2.1 as well."""
    found = home / '.tao' / 'releases.d'
    found.mkdir(parents=True)
    one = {'groups': {'model': {'a:1': ['x']}}}
    (found / 'a.json').write_text(json.dumps({'7.2.0': one}))
    (found / 'b.json').write_text(json.dumps({'7.2.0': one, '7.2.1': one}))
    return found


def test_remove(folder: Path) -> None:
    assert tao('catalogue', 'remove', '--dry-run', '7.2.0') == Result(
        0, '', f'tao: notice: would remove {folder}/a.json\ntao: notice: would change {folder}/b.json\n')
    assert len(list(folder.iterdir())) == 2
    assert tao('catalogue', 'remove', '7.2.0') == Result(0, f'{folder}/a.json\n{folder}/b.json\n', '')
    assert list(json.loads((folder / 'b.json').read_text())) == ['7.2.1']
    assert tao('catalogue', 'remove', '7.2.1') == Result(0, f'{folder}/b.json\n', '')
    assert list(folder.iterdir()) == []


def test_what_was_not_added(folder: Path) -> None:
    assert tao('catalogue', 'remove', '7.2.0', '7.1.0', '7.3') == Result(1, '', (
        'tao: error: 7.1.0, 7.3: not an added release\n'
        '    7.1.0 is built in, and cannot be removed\n    try: tao catalogue show\n'))
    assert tao('catalogue', 'remove', '7.2.9').err == (
        'tao: error: 7.2.9: not an added release\n    did you mean 7.2.1, 7.2.0?\n'
        '    try: tao catalogue show\n')
    assert len(list(folder.iterdir())) == 2


def test_a_faulty_file_is_left_alone(folder: Path) -> None:
    (folder / 'c.json').write_text('')
    assert tao('catalogue', 'remove', '7.2.1') == Result(0, f'{folder}/b.json\n', (
        f'tao: notice: left alone: {folder}/c.json: the file is empty; expected a JSON object, at least {{}}\n'))


@pytest.mark.parametrize('content', ['', '{"7.3.0": {"published": "10/30/2026", "groups": {}}}'])
def test_a_faulty_file_is_removed_by_its_name(content: str, folder: Path) -> None:
    path = folder / '7.3.0.json'
    path.write_text(content)
    assert tao('--no-check', '--dry-run', 'dino', 'train').code == 2
    dry = tao('catalogue', 'remove', '--dry-run', '7.3.0')
    assert (dry.code, dry.out, dry.err.splitlines()[-1]) == (0, '', f'tao: notice: would remove {path}')
    removed = tao('catalogue', 'remove', '7.3.0')
    assert (removed.code, removed.out) == (0, f'{path}\n')
    assert removed.err.startswith(f'tao: notice: faulty: {path}: ') and removed.err.count('\n') == 1
    assert tao('--no-check', '--dry-run', 'dino', 'train').code == 0


def test_nothing_was_added(home: Path) -> None:
    assert tao('catalogue', 'remove', '7.2.0').code == 1
    assert not (home / '.tao').exists()


def test_one_copy_is_kept_and_goes_with_the_file(folder: Path, tmp_path: Path) -> None:
    file, path = tmp_path / 'own.json', folder / '7.2.0.json'
    (folder / '7.2.0.json.old.bak').touch()  # someone's own
    for task in ('x', 'y', 'z'):
        file.write_text(json.dumps({'7.2.0': {'groups': {'model': {'b:1': [task]}}}}))
        assert tao('catalogue', 'add', str(file)).code == 0
    (copy,) = [each for each in folder.glob('7.2.0.json.*.bak') if each.name != '7.2.0.json.old.bak']
    assert '"y"' in copy.read_text() and '"z"' in path.read_text()
    assert tao('catalogue', 'remove', '7.2.0').code == 0
    assert sorted(each.name for each in folder.iterdir()) == ['7.2.0.json.old.bak', 'b.json']
