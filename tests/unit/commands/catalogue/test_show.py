"""tao catalogue show: releases with their origin, and one as a file."""
from __future__ import annotations

import json
from pathlib import Path

import jsonschema
from support import SCHEMAS, Result, tao


def test_the_list(home: Path) -> None:
    built_in = tao('catalogue', 'show')
    assert (built_in.code, built_in.err) == (0, '')
    assert built_in.out.splitlines()[0].split() == ['RELEASE', 'PUBLISHED', 'TASKS', 'IMAGES', 'FROM']
    assert built_in.out.splitlines()[-1].split() == ['7.1.0', '2026-08-20', '59', '6', 'built-in']
    folder = home / '.tao' / 'releases.d'
    folder.mkdir(parents=True)
    (folder / 'a.json').write_text(json.dumps({
        name: {'groups': {'model': {'a:1': ['dino', 'x']}}, 'published': day}
        for name, day in (('7.1.0', ''), ('7.2.0', '2026-10-30'))
    }))
    rows = json.loads(tao('catalogue', 'show', '--format', 'json').out)
    jsonschema.Draft202012Validator(SCHEMAS['catalogue']).validate(rows)
    assert rows[-2:] == [
        {'release': '7.1.0', 'published': '2026-08-20', 'tasks': 60, 'images': 7, 'from': f'built-in, {folder}/a.json'},
        {'release': '7.2.0', 'published': '2026-10-30', 'tasks': 2, 'images': 1, 'from': f'{folder}/a.json'},
    ]


def test_one_can_be_added_again(home: Path) -> None:
    shown = tao('catalogue', 'show', '5.5.0')
    assert (shown.code, shown.err) == (0, '')
    path = home / 'own.json'
    path.write_text(shown.out)
    assert tao('catalogue', 'add', str(path)).code == 0
    again = tao('catalogue', 'show', '5.5.0')
    assert json.loads(again.out) == json.loads(shown.out)
    assert json.loads(shown.out)['5.5.0']['subtasks']['model/dino']


def test_a_newer_and_an_unknown_one() -> None:
    newer = tao('catalogue', 'show', '7.3.0')
    assert 'tao-toolkit:7.3.0-pyt' in newer.out
    assert newer.err.startswith('tao: notice: release 7.3.0 is newer than those known here')
    unknown = tao('catalogue', 'show', '7.1')
    assert (unknown.code, unknown.err.splitlines()[:2]) == (
        2, ['tao: error: unknown release 7.1', '    did you mean 7.1.0?'])


def test_a_file_that_replaces_everything(home: Path) -> None:
    (home / '.tao').mkdir()
    image = {'docker_registry': 'r', 'tasks': ['dino'], 'docker_tag': 't'}
    (home / '.tao' / 'config.json').write_text(json.dumps({
        'format_version': '1.0', 'toolkit_version': '5.0.9', 'dockers': {'a': image}}))
    assert tao('catalogue', 'show') == Result(
        0, f'RELEASE  PUBLISHED  TASKS  IMAGES  FROM\n5.0.9               1      1       {home}/.tao/config.json\n',
        f'tao: notice: {home}/.tao/config.json replaces all releases: '
        'those of releases.d are not read while it is there\n')
