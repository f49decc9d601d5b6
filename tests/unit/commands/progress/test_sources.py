"""Where progress is read, and what is said where it cannot be."""
from __future__ import annotations

import os
from pathlib import Path

import pytest
from engine_answers import ID, Engine, container
from nobody import as_nobody
from status_lines import begun, lightning
from support import tao

from tao_launcher.base import reading
from tao_launcher.commands.progress.sources import is_path
from tao_launcher.status import reader

TITLE = f'{ID[:12]}  model/dino/train'


@pytest.mark.parametrize(('word', 'is_one'), [
    ('/x', True), ('./x', True), ('../x', True), ('~/x', True), ('.', True), ('..', True), ('x/status.json', True),
    ('here', True), ('folder/none', True), ('model/dino', False),
    ('dino', False), ('dino/train', False), (ID[:12], False), ('', False), ('.x', False),
])
def test_what_is_a_path(word: str, is_one: bool) -> None:
    Path('here').touch()
    Path('folder').mkdir()
    Path('model').mkdir()
    assert is_path(word) is is_one


def test_a_path_needs_no_engine(tmp_path: Path) -> None:
    """No engine that this test has not asked for is started: it would say so, and fail."""
    (tmp_path / 'r' / 'train').mkdir(parents=True)
    (tmp_path / 'r' / 'train' / 'status.json').write_bytes(lightning(37, 80))
    for word in ('r', 'r/train', 'r/train/status.json'):
        done = tao('progress', str(tmp_path / word))
        assert (done.code, done.err) == (0, '')
        assert done.out.startswith(f'{tmp_path}/r/train/status.json\n  RUNNING  since ')


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / 'empty').mkdir()
    (tmp_path / 'other').write_text('hello\n')
    os.mkfifo(tmp_path / 'status.json')
    there = 'tao progress JOB (an id from tao list), or the path of a results folder'
    for word, code, said in [
        ('none/x', 1, f'no such file or folder\n    nearest existing folder: {tmp_path}\n    try: {there}\n'),
        ('empty', 1, 'no status.json there\n    neither in it nor in one of its folders (train/status.json)\n'
         '    a task creates it in its results folder when it starts working\n'
         '    try: the path of the results folder, or tao progress JOB\n'),
        ('other', 2, 'is not the status.json of a task\n    no line of it is a JSON object with a status or a count\n'),
        ('status.json', 2, 'is a pipe, expected the status.json of a task\n'),
        ('', 2, 'is a pipe, expected the status.json of a task\n'),
    ]:
        path = f'{tmp_path}/{word}'.rstrip('/')
        shown = f'{tmp_path}/status.json' if not word else path
        assert tao('progress', path) == (code, '', f'tao: error: {shown}: {said}'), word


def test_what_may_not_be_read(open_folder: Path) -> None:
    folder = open_folder / 'r'
    folder.mkdir()
    (folder / 'status.json').write_bytes(begun())
    (folder / 'status.json').chmod(0)
    path = f'{folder}/status.json'
    assert as_nobody('progress', str(folder)) == (
        2, '', f'tao: error: {path}: cannot be read (permission denied)\n    try: ls -ld {path}\n',
    )


def test_a_mount_whose_server_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked of it is never answered: as a pipe that nobody writes to."""
    os.mkfifo(tmp_path / 'pipe')
    (tmp_path / 'status.json').write_bytes(begun())
    monkeypatch.setattr(reader, 'SECONDS', 0.1)
    monkeypatch.setattr(reader.read, '__kwdefaults__', {**(reader.read.__kwdefaults__ or {}), 'seconds': 0.1})
    monkeypatch.setattr(reading, 'opened', lambda path, follows: os.open(tmp_path / 'pipe', os.O_RDONLY))
    path = f'{tmp_path}/status.json'
    assert tao('progress', path) == (
        2, '', f'tao: error: {path}: no answer in 0 s\n    it may be on a network file system whose server is gone\n',
    )
    os.close(os.open(tmp_path / 'pipe', os.O_WRONLY))  # the thread goes on


def job(tmp_path: Path, **more: object) -> dict[str, object]:
    """A container whose results are mounted."""
    return container(
        command=('dino', 'train', 'results_dir=/results'), **more,  # type: ignore[arg-type]
        Mounts=[{'Type': 'bind', 'Source': str(tmp_path), 'Destination': '/results', 'Mode': '', 'RW': True}],
    )


def test_a_job(engine: Engine, tmp_path: Path) -> None:
    """Its results folder is found by its words and its mounts."""
    engine.has(job(tmp_path))
    (tmp_path / 'train').mkdir()
    (tmp_path / 'train' / 'status.json').write_bytes(lightning(37, 80))
    for words in ([], ['dino'], [ID[:6]]):
        done = tao('progress', *words)
        assert (done.code, done.err) == (0, '')
        assert done.out.startswith(f'{TITLE}\n  RUNNING  since ') and '46%  epoch 37 of 80' in done.out
    assert [call[1] for call in engine.calls] == ['ps', 'inspect'] * 3


@pytest.mark.parametrize(('created', 'why', 'said'), [
    ('9999-01-01T00:00:00Z', '', 'has not started\n'),
    ('9999-01-01T00:00:00Z', 'no device', 'has never started\n    the engine could not start it: no device\n'),
    ('2026-01-31T10:20:29Z', '', 'has never started\n'),
])
def test_a_job_that_has_not_started(engine: Engine, created: str, why: str, said: str) -> None:
    state = {'Status': 'created', 'StartedAt': '0001-01-01T00:00:00Z', 'Error': why}
    engine.has(container(Created=created, State=state))
    remedy = '    try: tao clean, which removes it\n' if 'never' in said else ''
    assert tao('progress', 'dino') == (1, '', f'tao: error: {TITLE}: {said}{remedy}')


def test_a_job_that_was_killed(engine: Engine, tmp_path: Path) -> None:
    """Its file tells of no end, and there is nothing left to do."""
    engine.has(job(tmp_path, state='exited', code=137))
    (tmp_path / 'status.json').write_bytes(lightning(37, 80))
    os.utime(tmp_path / 'status.json', (0, 1769857200))  # while it ran
    done = tao('progress', 'dino')
    assert done.out.startswith(f'{TITLE}  exited (137)\n  RUNNING  since ') and ' left' not in done.out


def test_a_job_that_is_read_in_its_container(engine: Engine) -> None:
    engine.has(container(command=('dino', 'train', '-r', '/out')))
    engine.answers('exec', lightning(37, 80).decode())
    done = tao('progress')
    assert (done.code, done.err) == (0, '') and '46%  epoch 37 of 80' in done.out
    assert engine.calls[-1][1:] == ['exec', ID, 'tail', '-c', str(1 << 18), '/out/train/status.json']


def test_a_job_without_a_file(engine: Engine) -> None:
    engine.has(container(command=('dino', 'train', '-r', '/out')))
    engine.answers('exec', '', 'tail: no such file', 1)
    assert tao('progress') == (0, f'{TITLE}: no status.json seen\n', '')
    assert tao('progress', 'dino') == (1, '', (
        f'tao: error: {TITLE}: no status.json seen\n'
        '    looked for /out/train/status.json and /out/status.json, written while it ran\n'
        '    a task creates it in its results folder when it starts working\n'
        '    try: the path of the results folder: tao progress PATH\n'
    ))
