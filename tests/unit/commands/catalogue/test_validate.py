"""tao catalogue validate: files of releases, those in use and any other."""
from __future__ import annotations

import json
from pathlib import Path

from support import Result, tao

GOOD = json.dumps({'7.2.0': {'groups': {'model': {'a:1': ['x']}}}, 'mine': {'groups': {}}})


def test_files(tmp_path: Path) -> None:
    good, bad, away = tmp_path / 'good.json', tmp_path / 'bad.json', tmp_path / 'away.json'
    good.write_text(GOOD)
    bad.write_text('{"7.2.0": {"groups": [], "x": 1}}')
    assert tao('catalogue', 'validate', str(good)) == Result(0, f'{good}: valid: 7.2.0, mine\n', '')
    assert tao('catalogue', 'validate', str(good), str(bad), str(away)) == Result(1, (
        f'{good}: valid: 7.2.0, mine\n'
        f'{bad}: 2 problems\n'
        '    ["7.2.0"].x: unknown key; expected one of published, flat, source, groups, subtasks\n'
        '    ["7.2.0"].groups: a list: expected an object {...}\n'
        f'{away}: no such file\n'
        '    it is the file of releases\n'
        f'    nearest existing folder: {tmp_path}\n'
    ), '')


def test_those_in_use(home: Path) -> None:
    assert tao('catalogue', 'validate') == Result(0, '', 'tao: no releases were added\n')
    folder = home / '.tao' / 'releases.d'
    folder.mkdir(parents=True)
    (folder / 'a.json').write_text(GOOD)
    (folder / 'b.json').write_text('{')
    (home / '.tao' / 'config.json').write_text('{}')
    done = tao('catalogue', 'validate')
    assert done.code == 1
    lines = [line for line in done.out.splitlines() if not line.startswith(' ')]
    assert lines[0] == f'{home}/.tao/config.json: 1 problem'
    assert lines[1] == f'{folder}/a.json: valid: 7.2.0, mine'
    assert lines[2].startswith(f'{folder}/b.json:1:2: ')
    # as all that a launch reads
    assert [line for line in tao('config', 'validate').out.splitlines() if line in lines] == lines
