"""tao progress of a real job: looked at, watched to its end, and read in its container."""
from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pexpect
import pytest
from jobs import FAILS, TAO, stand_in

if TYPE_CHECKING:
    from conftest import Docker, Program

pytestmark = pytest.mark.area('launch')
WAITS = 'until [ -e "${0%/*}/go" ]; do sleep 0.1; done\n'
INSIDE = (
    'dino train results_dir=/own; mkdir -p /own/train; '
    """echo '{"status": "RUNNING", "epoch": 37, "max_epoch": 80}' >/own/train/status.json; sleep 600"""
)


def seen(tao: Program, *words: str) -> str:
    """What tao progress shows, once the job has got as far as epoch 37."""
    deadline = time.monotonic() + 60
    while True:
        done = tao('progress', *words)
        if '46%  epoch 37 of 80' in done.stdout:
            return str(done.stdout)
        assert time.monotonic() < deadline, done
        time.sleep(0.1)


@pytest.mark.engine_dependent
def test_a_job_is_watched_to_its_end(docker: Docker, tao: Program, tmp_path: Path) -> None:
    """On a terminal; then it ends with the job's code, although it is removed at its end."""
    stand_in(tmp_path, WAITS + FAILS.replace(' 1\n', ' 7\n'))
    job: Any = pexpect.spawn(
        TAO, ['--gpus', 'none', '--quiet', '--no_tty', '--volume', f'{tmp_path}:/out', 'dino', 'train',
              'results_dir=/out'], env=docker.env, encoding='utf-8', timeout=60,
    )
    assert '  4m30s per epoch, 3h1' in seen(tao)
    child: Any = pexpect.spawn(
        TAO, ['progress', '--watch', 'dino'], env={**docker.env, 'TERM': 'xterm', 'NO_COLOR': '1'}, encoding='utf-8',
        timeout=60, dimensions=(30, 100),
    )
    child.expect_exact('46%  epoch 37 of 80')
    (tmp_path / 'go').touch()
    child.expect(pexpect.EOF)
    child.close()
    shown = child.before.rpartition('\x1b[?1049l')[2]
    assert child.exitstatus == 7
    assert '  FAILURE  since ' in shown and "the job says: Configuration error: Key 'num_epoch' not in" in shown
    job.expect(pexpect.EOF)
    job.close()
    assert job.exitstatus == 7
    assert tao('progress', str(tmp_path)).stdout.startswith(f'{tmp_path}/train/status.json\n  FAILURE  since ')


def begin(tao: Program) -> str:
    """The id of a job whose file is in its container alone, once that has been read there."""
    container = str(tao('--quiet', '--gpus', 'none', '--detach', 'dino', 'run', 'sh', '-c', INSIDE).stdout.strip())
    seen(tao, container[:12])
    return container


def end(tao: Program, container: str) -> None:
    tao('stop', '--time', '0', container)
    tao('clean')


def test_leaving_it_leaves_the_job_alone(docker: Docker, tao: Program) -> None:
    container = begin(tao)
    child: Any = pexpect.spawn(
        TAO, ['progress', '--watch', container[:12]], env={**docker.env, 'TERM': 'xterm'}, encoding='utf-8', timeout=60,
    )
    child.expect_exact('46%  epoch 37 of 80')
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.signalstatus == 2
    assert docker.inspect(container)['State']['Running']
    end(tao, container)
