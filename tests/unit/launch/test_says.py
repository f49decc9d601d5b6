"""What the job of a launch says of its failure, after docker's own words and ours."""
from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from status_files import line, training
from support import FakeDocker, tao_process


class Job:
    """A docker whose job writes a status file and ends."""

    def __init__(self, fake: FakeDocker, results: Path) -> None:
        self.docker = fake.folder / 'docker'
        self.results = results
        training(results, begun=time.time() - 4000, at=time.time() - 1000)  # an earlier run

    def ends(self, code: int, *lines: str) -> None:
        """The lines that it writes are formats of date's; its clock is six hours before UTC."""
        status = shlex.quote(str(self.results / 'train/status.json'))
        own = ''.join(f'TZ=CST6 date +{shlex.quote(line)} >>{status}\n' for line in lines)
        self.docker.write_text(f'#!/bin/sh\n[ "$1" = run ] || exit 0\n{own}exit {code}\n')


@pytest.fixture
def job(fake_docker: FakeDocker, tmp_path: Path) -> Job:
    return Job(fake_docker, tmp_path / 'results')


def written(status: str, **more: str) -> str:
    """A line with the time of the moment when it is written, however long the launcher needs to get there: for date."""
    return json.dumps({'date': '%-m/%-d/%Y', 'time': '%-H:%-M:%-S', 'status': status, 'verbosity': 'INFO', **more})


def failure() -> str:
    return written('FAILURE', message='Configuration error: no such key')


def run(job: Job, *words: str) -> tuple[int, str]:
    done = tao_process('--volume', f'{job.results}:/out', *words, 'dino', 'train', 'results_dir=/out')
    return done.code, done.err


SAYS = 'tao: the job says: Configuration error: no such key\n'


@pytest.mark.parametrize(('code', 'words'), [(1, []), (3, []), (42, ['--quiet']), (130, []), (255, [])])
def test_after_a_failure(job: Job, code: int, words: list[str]) -> None:
    job.ends(code, written('STARTED'), failure())
    assert run(job, *words) == (code, SAYS)


def test_before_it_could_say_that_it_has_started(job: Job) -> None:
    job.ends(1, failure())
    assert run(job) == (1, SAYS)


def test_the_message_of_an_earlier_run_is_none_of_this(job: Job) -> None:
    now = time.time()
    training(job.results, line(now - 1000, 'FAILURE', message='earlier'), begun=now - 4000, at=now - 1000)
    job.ends(1)
    assert run(job) == (1, '')
    job.ends(1, written('STARTED'))
    assert run(job) == (1, '')


def test_after_what_is_known_of_the_failure(job: Job) -> None:
    job.ends(139, failure())
    code, err = run(job)
    assert code == 139
    assert err.startswith('tao: error: the job crashed (segmentation fault)\n') and err.endswith(f'\n{SAYS}')


def test_of_a_detached_job_that_has_ended_at_once(job: Job) -> None:
    job.ends(0, failure())
    script = job.docker.read_text().replace('\n', '\n[ "$1" = inspect ] && echo false 3\n', 1)
    job.docker.write_text(script.replace('\nexit 0\n', f'\necho {"a" * 64}\nexit 0\n'))
    code, err = run(job, '--detach')
    assert (code, err) == (3, f'tao: notice: the job has ended already, with exit code 3\n{SAYS}')


@pytest.mark.parametrize(('code', 'lines'), [(0, True), (1, False)])
def test_nothing_is_said(job: Job, code: int, lines: bool) -> None:
    job.ends(code, *([failure()] if lines else []))
    assert 'the job says' not in run(job)[1]


def test_a_remote_daemons_job_wrote_elsewhere(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOCKER_HOST', 'tcp://127.0.0.1:1')
    job.ends(3, failure())
    code, err = run(job)
    assert code == 3 and 'the job says' not in err


def test_only_a_failure_loads_it(job: Job) -> None:
    code = (
        'import sys; from tao_launcher.main import main; main(sys.argv[1:]); '
        'print({"tao_launcher.launch.says", "tao_launcher.status.parse"} & {*sys.modules})'
    )
    for ends, loaded in ((0, 'set()'), (3, '{')):
        job.ends(ends)
        words = ['--volume', f'{job.results}:/out', 'dino', 'train']
        done = subprocess.run([sys.executable, '-c', code, *words], stdout=subprocess.PIPE, check=True)
        assert done.stdout.decode().startswith(loaded)
