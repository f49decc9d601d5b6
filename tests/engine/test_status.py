"""How far a job is, and what it says of its failure, by the status file that it writes as TAO's tasks do."""
from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import Program
from hanging import hanging
from jobs import FAILS, stand_in

from tao_launcher.engine.ask import ask
from tao_launcher.launch.results import Ran
from tao_launcher.launch.status_file import inside
from tao_launcher.status.parse import parse

if TYPE_CHECKING:
    from conftest import Docker

pytestmark = pytest.mark.area('launch')
SAYS = "tao: the job says: Configuration error: Key 'num_epoch' not in 'TrainConfig'\n"
WAITS = 'until [ -e "${0%/*}/go" ]; do sleep 0.1; done\n'


def seen(tao: Program, name: str) -> dict[str, Any]:
    """The job of that name, once it has got as far as epoch 37."""
    deadline = time.monotonic() + 60
    while True:
        (job,) = (job for job in json.loads(tao('list', '--format', 'json').stdout) if job['name'] == name)
        if job['progress'] and job['progress']['done'] == 37:
            found: dict[str, Any] = job
            return found
        assert time.monotonic() < deadline, job
        time.sleep(0.1)


def check_a_training(tao: Program, results: Path) -> None:
    """It runs, is seen to be at epoch 37, and fails."""
    stand_in(results, WAITS + FAILS)
    # a clock nine hours before UTC
    options = ['--gpus', 'none', '--quiet', '--volume', f'{results}:/out', '--env', 'TZ=XST+9']
    done = tao(*options, '--detach', '--name', 'night', 'dino', 'train', 'results_dir=/out')
    assert (done.returncode, done.stderr) == (0, '')
    job = seen(tao, 'night')
    assert (job['progress']['total'], job['progress']['percent'], job['failure']) == (80, 46.25, None)
    assert 11500 < job['progress']['remaining_seconds'] <= 11580
    assert '  37/80 46% 3h1' in tao('list').stdout
    assert '46%  epoch 37 of 80\n  4m30s per epoch, 3h1' in tao('progress', 'night').stdout
    (results / 'go').touch()
    done = tao('wait', 'night')
    assert (done.returncode, done.stdout, done.stderr) == (1, '', SAYS)
    listed = tao('list', '-a')
    assert '  37/80 46% FAILURE  ' in listed.stdout
    assert listed.stderr == f'tao: {job["id"][:12]}  model/dino/train: {SAYS[len("tao: "):]}'
    assert tao('logs', 'night').stderr == SAYS
    tao('clean')
    # a launch whose job appends to what is there
    done = tao(*options, 'dino', 'train', 'results_dir=/out')
    assert (done.returncode, done.stdout, done.stderr) == (1, '', SAYS)
    stand_in(results, 'exit 3\n')
    done = tao(*options, 'dino', 'train', 'results_dir=/out')
    assert (done.returncode, done.stderr) == (3, '')


@pytest.mark.engine_dependent
def test_a_training(tao: Program, tmp_path: Path) -> None:
    check_a_training(tao, tmp_path)


def test_a_folder_that_hangs(tao: Program, tmp_path: Path) -> None:
    """It holds up neither the list nor the others in it."""
    for name in ('night', 'day'):
        (tmp_path / name).mkdir()
        stand_in(tmp_path / name, 'exec sleep 600\n')
        options = ('--quiet', '--gpus', 'none', '--volume', f'{tmp_path}/{name}:/out', '--detach', '--name', name)
        assert tao(*options, 'dino', 'train', 'results_dir=/out').returncode == 0
        seen(tao, name)
    with hanging(tmp_path / 'night'):
        begun = time.monotonic()
        listed = tao('list', '--format', 'json')
        assert (listed.returncode, listed.stderr) == (0, '') and time.monotonic() - begun < 60
        found = {job['name']: job['progress'] for job in json.loads(listed.stdout)}
        ids = {job['name']: job['id'] for job in json.loads(listed.stdout)}
        path = f'{tmp_path}/night'
        assert found['night'] is None and found['day']['done'] == 37
        for words, title in ((['day', 'night'], f'{ids["night"][:12]}  model/dino/train'), ([path], path)):
            done = tao('progress', *words)
            assert done.returncode == 2 and f'error: {title}: no answer in 2 s\n' in done.stderr
            assert ('46%  epoch 37 of 80' in done.stdout) is (words == ['day', 'night'])
        assert tao('stop', '--time', '0', '--all').returncode == 0
        done = tao('wait', 'night')
        assert done.returncode in (137, 143) and done.stderr == ''
    tao('clean')


def check_inside(tao: Program, docker: Docker) -> None:
    """What this machine does not see is read in the container, and only where someone asks for this one job."""
    script = (
        'mkdir -p /own/train /specs; echo "results_dir: /own  # here" >/specs/train.yaml; '
        """echo '{"status": "RUNNING", "epoch": 37, "max_epoch": 80}' >/own/train/status.json; exec sleep 600"""
    )
    words = ('--quiet', '--gpus', 'none', '--detach', 'dino', 'run', 'sh', '-c', script)
    container = tao(*words).stdout.strip()

    def exec_(*words: str, timeout: float) -> Any:
        return ask((str(docker.path), 'exec', container, *words), docker.env, timeout)

    ran = Ran('model/dino/train', ('dino', 'train', '-e', '/specs/train.yaml'))
    deadline = time.monotonic() + 60
    while not (found := inside(ran, 1 << 16, exec_)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    path, text = found
    status = parse(text.encode())
    assert (path, status.done, status.total) == ('/own/train/status.json', 37.0, 80.0)
    (job,) = json.loads(tao('list', '--format', 'json').stdout)
    assert (job['id'], job['progress']) == (container, None)
    tao('stop', '--time', '0', container)
    tao('clean')
