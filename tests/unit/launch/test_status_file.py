"""The status file of a job, found on this machine or read in its container."""
from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

import pytest

from tao_launcher.base import reading
from tao_launcher.engine.process import Answer
from tao_launcher.launch import status_file
from tao_launcher.launch.results import NOWHERE, Ran
from tao_launcher.launch.status_file import Run
from tao_launcher.settings.values import Mount

START = 1_800_000_000.0
LINE = '{"status": "RUNNING"}\n'


def ran(words: str, *mounts: Mount) -> Ran:
    return Ran('model/dino/train', ('dino', 'train', *words.split()), mounts, '/')


def write(path: Path, at: float = START, text: str = LINE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (at, at))
    return path


def test_the_subtasks_folder_comes_first(tmp_path: Path) -> None:
    mounts = [Mount(str(tmp_path), '/data')]
    top = write(tmp_path / 'r/status.json')
    assert status_file.find(Run(ran('results_dir=/data/r', *mounts), START)) == ('/data/r/status.json', str(top), START)
    own = write(tmp_path / 'r/train/status.json', START + 1)
    expected = ('/data/r/train/status.json', str(own), START + 1)
    assert status_file.find(Run(ran('results_dir=/data/r', *mounts), START)) == expected


def test_an_earlier_runs_file_is_none(tmp_path: Path) -> None:
    mounts = [Mount(str(tmp_path), '/data')]
    write(tmp_path / 'r/train/status.json', START - 1)
    assert status_file.find(Run(ran('results_dir=/data/r', *mounts), START)) is None
    write(tmp_path / 'r/status.json', START)
    found = status_file.find(Run(ran('results_dir=/data/r', *mounts), START))
    assert found and found.path == '/data/r/status.json'


def test_a_subtask_that_the_words_do_not_tell(tmp_path: Path) -> None:
    """Its folder is the one that the job has written to, if the folder for all has no file."""
    mounts = (Mount(str(tmp_path), '/data'),)
    job = Ran('model/dino/run', ('sh', 'fail.sh', 'train', 'results_dir=/data/r'), mounts, '/')
    assert status_file.find(Run(job, START)) is None
    write(tmp_path / 'r/evaluate/status.json', START - 9)
    assert status_file.find(Run(job, START)) is None
    own = write(tmp_path / 'r/train/status.json', START + 1)
    assert status_file.find(Run(job, START)) == ('/data/r/train/status.json', str(own), START + 1)
    top = write(tmp_path / 'r/status.json', START)
    assert status_file.find(Run(job, START)) == ('/data/r/status.json', str(top), START)


def test_a_later_runs_file_is_none(tmp_path: Path) -> None:
    mounts = [Mount(str(tmp_path), '/results')]
    write(tmp_path / 'train/status.json', START + 10)
    assert status_file.find(Run(ran('', *mounts), START, START + 9))
    assert status_file.find(Run(ran('', *mounts), START, START + 5)) is None


@pytest.mark.parametrize('spec', ['results_dir: /out/r\n', 'train:\n  results_dir: /out/r/train\n'])
def test_by_the_spec_file(tmp_path: Path, spec: str) -> None:
    write(tmp_path / 'specs/train.yaml', text=spec)
    own = write(tmp_path / 'results/r/train/status.json')
    mounts = [Mount(str(tmp_path / 'specs'), '/specs'), Mount(str(tmp_path / 'results'), '/out')]
    found = status_file.find(Run(ran('-e /specs/train.yaml', *mounts), START))
    assert found and found.host_path == str(own)


def test_the_innermost_mount_has_it(tmp_path: Path) -> None:
    write(tmp_path / 'outer/r/train/status.json')
    outer, inner = Mount(str(tmp_path / 'outer'), '/data'), Mount(str(tmp_path / 'inner'), '/data/r')
    assert status_file.find(Run(ran('-r /data/r', outer, inner), START)) is None
    assert status_file.find(Run(ran('-r /data/r', outer, Mount(NOWHERE, '/data/r')), START)) is None
    own = write(tmp_path / 'inner/train/status.json')
    found = status_file.find(Run(ran('-r /data/r', outer, inner), START))
    assert found and found.host_path == str(own)


def test_links_are_followed_as_in_the_container(tmp_path: Path) -> None:
    outside = write(tmp_path / 'outside/train/status.json')
    data = tmp_path / 'data'
    data.mkdir()
    (data / 'out').symlink_to(tmp_path / 'outside')
    told = ran('-r /data/out', Mount(str(data), '/data'))
    assert status_file.find(Run(told, START)) is None
    also = Mount(str(tmp_path / 'outside'), str(tmp_path / 'outside'))
    found = status_file.find(Run(told._replace(mounts=(*told.mounts, also)), START))
    assert found and found.host_path == str(outside)


def test_a_file_that_is_a_link_out_of_the_mounts_is_none(tmp_path: Path) -> None:
    secret = write(tmp_path / 'secret.json')
    (tmp_path / 'data').mkdir()
    (tmp_path / 'data/status.json').symlink_to(secret)
    write(tmp_path / 'data/spec.yaml').unlink()
    (tmp_path / 'data/spec.yaml').symlink_to(write(tmp_path / 'spec.yaml', text='results_dir: /data/r'))
    write(tmp_path / 'data/r/status.json')
    mount = Mount(str(tmp_path / 'data'), '/data')
    assert status_file.find(Run(ran('-r /data', mount), START)) is None
    assert status_file.find(Run(ran('-e /data/spec.yaml', mount), START)) is None


def test_what_is_no_file_is_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'status.json')
    os.mkfifo(tmp_path / 'spec.yaml')
    (tmp_path / 'train/status.json').mkdir(parents=True)
    mount = Mount(str(tmp_path), '/data')
    assert status_file.find(Run(ran('-r /data', mount), 0)) is None
    assert status_file.find(Run(ran('-e /data/spec.yaml', mount), 0)) is None


def line(at: float, status: str, **more: object) -> str:
    """A line of a container whose clock is six hours before UTC."""
    t = time.gmtime(at - 6 * 3600)
    clock = {'date': f'{t.tm_mon}/{t.tm_mday}/{t.tm_year}', 'time': f'{t.tm_hour}:{t.tm_min}:{t.tm_sec}'}
    return json.dumps({**clock, 'status': status, **more}) + '\n'


EARLIER = line(START - 60, 'STARTED') + line(START - 50, 'FAILURE', message='earlier')


@pytest.mark.parametrize(('lines', 'reason'), [
    (line(START, 'STARTED') + line(START + 60, 'FAILURE', message='no space'), 'no space'),
    (EARLIER + line(START, 'STARTED') + line(START + 60, 'FAILURE', message='no space'), 'no space'),
    (EARLIER + line(START + 60, 'FAILURE', message='no space'), 'no space'),  # before it could say STARTED
    (EARLIER + line(START, 'STARTED') + line(START + 60, 'RUNNING', epoch=1, max_epoch=2), ''),
    (EARLIER + line(START + 60, 'RUNNING', message='a line'), ''),
    (line(START, 'STARTED') + line(START + 9, 'FAILURE', message='x') + line(START + 60, 'SUCCESS'), ''),
    (line(START, 'STARTED') + '{"status": "FAILURE", "message": "no clock"}\n', 'no clock'),
    (line(START, 'STARTED') + '{"status": "FAIL', ''),
])
def test_the_reason_of_this_run_alone(tmp_path: Path, lines: str, reason: str) -> None:
    write(tmp_path / 'train/status.json', START + 60, lines)
    run = Run(ran('', Mount(str(tmp_path), '/results')), START, START + 60.5)
    (status,) = status_file.told([run])
    assert status and status_file.failure(run, status) == reason
    assert status_file.failure(run, None) == ''


@pytest.mark.parametrize('hours', [-9, -6, 0, 9])
@pytest.mark.parametrize(('at', 'reason'), [(-50, ''), (58, 'no space')])
def test_the_reason_of_this_run_by_any_clock(tmp_path: Path, hours: int, at: int, reason: str) -> None:
    """The container's is so many hours ahead of UTC, or behind it."""
    shift = (hours + 6) * 3600
    lines = [line(START + shift + at, 'FAILURE', message='no space'), line(START + shift + 60, 'RUNNING', message='x')]
    write(tmp_path / 'train/status.json', START + 60.4, ''.join(lines))
    run = Run(ran('', Mount(str(tmp_path), '/results')), START, START + 60.5)
    (status,) = status_file.told([run])
    assert status and status_file.failure(run, status) == reason


def test_a_mount_that_hangs_holds_up_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stat that is not answered is all that there is of it."""
    runs = []
    for name in ('a', 'hangs', 'b'):
        write(tmp_path / name / 'train/status.json', START, line(START, 'RUNNING', epoch=37, max_epoch=80))
        runs.append(Run(ran('', Mount(str(tmp_path / name), '/results')), START))
    server = threading.Event()
    modified = reading.modified

    def slow(path: str) -> float | None:
        if '/hangs/' in path:
            server.wait(60)
        return modified(path)

    monkeypatch.setattr(reading, 'modified', slow)
    found = status_file.told(runs, 0.5)
    assert [status and status.done for status in found] == [37.0, None, 37.0]
    server.set()


class Container:
    """A container of files; a command in it is recorded."""

    def __init__(self, **files: str) -> None:
        self.files = files
        self.calls: list[tuple[str, ...]] = []

    def __call__(self, *words: str, timeout: float) -> Answer:
        self.calls.append(words)
        text = self.files.get(words[-1].rpartition('/')[2]) if words[-1].count('/') == 2 else None
        return Answer(1, '', 'no such file') if text is None else Answer(0, text[-int(words[2]):], '')


def test_inside() -> None:
    there = Container(**{'status.json': LINE})
    assert status_file.inside(ran('-r /r'), 5, there) == ('/r/status.json', LINE[-5:])
    assert there.calls == [('tail', '-c', '5', '/r/train/status.json'), ('tail', '-c', '5', '/r/status.json')]


def test_inside_by_the_spec_file() -> None:
    there = Container(**{'spec.yaml': 'results_dir: /out', 'status.json': LINE})
    assert status_file.inside(ran('-e /specs/spec.yaml'), 99, there) == ('/out/status.json', LINE)
    assert there.calls[0] == ('head', '-c', str(status_file.SPEC), '/specs/spec.yaml')
    assert status_file.inside(ran('-e /specs/none.yaml'), 99, there) == ('/results/status.json', LINE)


@pytest.mark.parametrize('words', ['-e /specs/spec.yaml', '-r /r'])
def test_an_engine_that_does_not_answer_is_asked_once(words: str) -> None:
    calls = []

    def silent(*words: str, timeout: float) -> Answer:
        calls.append(words)
        return Answer(None, '', 'no answer', is_late=True)

    assert status_file.inside(ran(words), 99, silent) is None
    assert len(calls) == 1
