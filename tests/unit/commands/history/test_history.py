"""tao history."""
from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

import past
import pytest
from recorded import DIGEST, IMAGE_ID
from support import Result, tao


@pytest.fixture(autouse=True)
def own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv('TAO_HISTORY')
    monkeypatch.setenv('TZ', 'UTC')
    past.write(
        home, past.a_launch('aaaaaaaaaa'), past.a_launch('bbbbbbbbbb', {'code': 3}, when='2026-02-01T10:20:30.123Z'),
        past.a_launch('cccccccccc', uid=4242), past.a_launch('dddddddddd', False, job='model/ocrnet/train'),
        more=b'{"torn": ',
    )


def ids(done: Result) -> list[str]:
    assert (done.code, done.err) == (0, '')
    return [entry['id'] for entry in json.loads(done.out)]


def test_the_table() -> None:
    done = tao('history')
    assert (done.code, done.err) == (0, '')
    head, *rows = done.out.splitlines()
    assert head.split() == ['ID', 'STARTED', 'TASK', 'RESULT', 'TOOK', 'COMMAND']
    assert [row.split()[0] for row in rows] == ['dddddddddd', 'bbbbbbbbbb', 'aaaaaaaaaa']
    assert "3  " in rows[1] and rows[1].endswith("1h05m  tao dino train -e '/x y'")
    assert 'no end' in rows[0]


@pytest.mark.parametrize(('words', 'found'), [
    ([], 'dba'), (['-n', '1'], 'd'), (['-n', '0'], ''), (['--failed'], 'b'), (['--task', 'dino'], 'ba'),
    (['--task', 'ocrnet/train'], 'd'), (['--since', '2026-02-01'], 'b'), (['--since', '9d'], ''),
    (['--since', '999d'], 'dba'), (['--all-users'], 'dcba'), (['--failed', '--task', 'ocrnet'], ''),
])
def test_which(words: list[str], found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('tao_launcher.base.machine.now', lambda: 1772000000.0)
    assert ids(tao('history', *words, '--format', 'json')) == [letter * 10 for letter in found]


def test_all_of_one() -> None:
    done = tao('history', 'bb')
    assert done.code == 0 and ['result', '3'] in [line.split() for line in done.out.splitlines()]
    assert IMAGE_ID in done.out and DIGEST in done.out
    found = json.loads(tao('history', 'bb', '--format', 'json').out)
    assert (found['id'], found['code'], found['argv']) == ('bbbbbbbbbb', 3, past.ARGV)
    assert tao('history', 'cc').code == 0


def test_the_line_for_a_shell() -> None:
    done = tao('history', 'aa', '--format', 'shell')
    assert (done.code, shlex.split(done.out), done.err) == (0, past.ARGV, '')
    done = tao('history', 'aa', '--format', 'shell', '--pinned')
    assert shlex.split(done.out)[5] == DIGEST


def test_an_image_that_no_registry_has(home: Path) -> None:
    past.write(home, past.a_launch('aaaaaaaaaa', {'digests': []}))
    done = tao('history', 'aa', '--format', 'shell', '--pinned')
    assert shlex.split(done.out)[5] == IMAGE_ID
    assert done.err == 'tao: notice: no registry has a digest of this image: only node knows its id\n'
    assert tao('history', 'aa', '--format', 'shell').err == ''


def test_a_line_that_others_may_have_written(home: Path) -> None:
    (home / '.local/state/tao/history.jsonl').chmod(0o622)
    done = tao('history', 'aa', '--format', 'shell')
    assert done.err == 'tao: notice: others can write to the history: read the line before you run it\n'


@pytest.mark.parametrize(('words', 'code', 'said'), [
    (['ff'], 1, 'no launch ff in the history'), (['--format', 'shell'], 2, 'the command of which launch?'),
    (['--pinned'], 2, '--pinned goes with --format shell only'), (['--since', 'soon'], 2, '--since: "soon": expected'),
    (['-n', 'x'], 2, '"x": expected a whole number'), (['--format', 'xml'], 2, 'expected table, json, shell'),
])
def test_what_is_wrong(words: list[str], code: int, said: str) -> None:
    done = tao('history', *words)
    assert (done.code, done.out) == (code, '') and said in done.err


def test_nothing_there(home: Path) -> None:
    os.remove(home / '.local/state/tao/history.jsonl')
    assert tao('history') == Result(0, '', 'tao: no launches\n')
    assert tao('history', '--format', 'json') == Result(0, '[]\n', '')


def test_off() -> None:
    done = tao('history', env={'TAO_HISTORY': 'off'})
    assert done == Result(
        0, '', 'tao: notice: TAO_HISTORY is off: nothing is recorded, and nothing is read\ntao: no launches\n',
    )


def test_a_history_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / 'folder').mkdir()
    done = tao('history', env={'TAO_HISTORY': str(tmp_path / 'folder')})
    assert done == Result(
        2, '', f'tao: error: {tmp_path}/folder: cannot be read (Is a directory)\n    it is the history of launches\n',
    )
