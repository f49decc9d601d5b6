"""tao progress: its words, and how it is printed."""
from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from engine_answers import ID, Engine, container
from status_lines import lightning, line
from support import CHECKOUT, SCHEMAS, tao


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A results folder with a training."""
    folder = tmp_path / 'results'
    folder.mkdir()
    (folder / 'status.json').write_bytes(lightning(37, 80, kpi={'val_loss': 0.5, 'mAP': 0.25}))
    return folder


@pytest.mark.parametrize(('words', 'said'), [
    (['--format', 'json', '--watch'], '--format json and --watch cannot be combined'),
    (['--format', 'json', '--plot', 'x'], '--format json and --plot cannot be combined'),
    (['--format', 'xml'], 'tao progress: --format "xml": expected table, json'),
])
def test_usage(words: list[str], said: str) -> None:
    done = tao('progress', '/', *words)
    assert (done.code, done.out) == (2, '') and done.err.startswith(f'tao: error: {said}\n')


def test_no_jobs(engine: Engine) -> None:
    said = 'tao: no running jobs (tao progress PATH reads the results folder of an ended one)\n'
    assert tao('progress') == (0, '', said)
    assert tao('progress', '--format', 'json') == (0, '[]\n', '')
    assert [call[1] for call in engine.calls] == ['ps', 'ps']


def test_dry_run(engine: Engine) -> None:
    done = tao('progress', '--dry-run')
    assert done.out.startswith('docker ps ') and '--filter label=tao.plan --filter label=tao.user=' in done.out
    assert engine.calls == []
    assert '-a' in tao('progress', '--dry-run', 'dino').out.split()


def test_json(results: Path) -> None:
    done = tao('progress', str(results), '--format', 'json')
    found = json.loads(done.out)
    jsonschema.validate(found, SCHEMAS['progress'])
    assert found[0]['path'] == f'{results}/status.json' and found[0]['done'] == 37


def test_json_of_what_cannot_be_read(results: Path, tmp_path: Path) -> None:
    done = tao('progress', str(tmp_path / 'none'), str(results), '--format', 'json')
    none, found = json.loads(done.out)
    assert done.code == 1 and done.err.startswith(f'tao: error: {tmp_path}/none: no such file or folder\n')
    assert none['error'].startswith(f'{tmp_path}/none: no such file or folder; nearest') and found['done'] == 37


def test_all_problems_at_once(results: Path, tmp_path: Path) -> None:
    """What can be shown is; the code is that of the first problem."""
    (tmp_path / 'x.json').write_text('x\n')
    done = tao('progress', str(tmp_path / 'x.json'), str(results), str(tmp_path / 'none'))
    assert done.code == 2 and done.out.startswith(f'{results}/status.json\n  RUNNING')
    assert [line.partition(': error: ')[2].partition(': ')[0] for line in done.err.splitlines() if 'error' in line] == [
        f'{tmp_path}/x.json', f'{tmp_path}/none',
    ]


def test_several(results: Path, engine: Engine) -> None:
    engine.has(container(command=('dino', 'train', '-r', '/out')))
    engine.answers('exec', lightning(3, 9).decode())
    done = tao('progress', str(results), 'dino')
    parts = done.out.split('\n\n')
    assert (done.code, len(parts)) == (0, 2)
    assert parts[0].startswith(f'{ID[:12]}  model/dino/train') and parts[1].startswith(f'{results}/status.json')


def test_plot(results: Path) -> None:
    done = tao('progress', '--plot', 'loss', str(results))
    assert (done.code, done.err) == (0, '') and '  val_loss  last 0.5  best 0.5 (epoch 1)\n' in done.out
    assert tao('progress', '--plot', 'val_los', str(results)).code == 0
    assert tao('progress', '--plot', 'nosuch', str(results)) == (
        2, '', 'tao: error: --plot nosuch: no value of that name\n    there are: mAP, val_loss\n',
    )
    assert 'did you mean mAP?' in tao('progress', '--plot', 'mPA', str(results)).err


def test_no_blocks_where_the_locale_has_none(results: Path) -> None:
    assert '█' in tao('progress', str(results), env={'LANG': 'C.UTF-8'}).out
    assert tao('progress', str(results), env={'LC_ALL': 'C'}).out.isascii()


def test_a_failure_is_shown(results: Path) -> None:
    """That is no failure of the showing: only --watch ends with it."""
    with (results / 'status.json').open('ab') as f:
        f.write(line('9:40:0', 'FAILURE', message='no space'))
    done = tao('progress', str(results))
    assert (done.code, done.err) == (0, '') and done.out.endswith('  the job says: no space\n')
    with (CHECKOUT / 'README.md').open(encoding='utf-8') as f:
        (row,) = (each for each in f if each.startswith('| 1 | '))
    assert 'it tells of a failure (`tao progress --watch`)' in row
