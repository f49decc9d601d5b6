"""Idle GPUs, by answers in nvidia-smi's form."""
from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Callable

import pytest
from support import FakeDocker, tao

from tao_launcher.base.errors import UsageError
from tao_launcher.launch.free_gpus import pick_free
from tao_launcher.settings.values import Gpus

UUIDS = [f'GPU-{i}a2b3c4d-1111-2222-3333-444455556666' for i in range(8)]
ONE = f'0, {UUIDS[0]}\n'
TWO = f'0, {UUIDS[0]}\n1, {UUIDS[1]}\n'
EIGHT = ''.join(f'{i}, {uuid}\n' for i, uuid in enumerate(UUIDS))
BROKEN = (
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA "
    'driver is installed and running.\n\n'
)


def process(gpu: int, pid: int, name: str = 'python', memory: str = '10240 MiB') -> str:
    return f'{UUIDS[gpu]}, {pid}, {name}, {memory}\n'


@pytest.mark.parametrize(('count', 'rows', 'processes', 'ids'), [
    (1, ONE, '', ('0',)),
    (1, TWO, process(0, 77), ('1',)),
    (2, TWO, '', ('0', '1')),
    (3, EIGHT, process(0, 77) + process(2, 78) + process(2, 79), ('1', '3', '4')),
    # a name with commas, memory that is not known (MIG, WSL), a process of another container
    (1, TWO, process(0, 77, '/usr/bin/a, b', '[N/A]'), ('1',)),
    (1, TWO, process(0, 77, '[Not Found]', '[Insufficient Permissions]'), ('1',)),
    (1, ONE, '\n', ('0',)),
])
def test_free(count: int, rows: str, processes: str, ids: list[str]) -> None:
    assert pick_free(count, rows, processes) == Gpus('ids', tuple(ids))


def test_free_among_the_slurm_jobs_own() -> None:
    assert pick_free(1, EIGHT, process(3, 77), allowed=('3', '5')) == Gpus('ids', ('5',))
    with pytest.raises(UsageError) as caught:
        pick_free(2, EIGHT, process(3, 77), allowed=('3', '5'))
    assert caught.value.what == '2 free GPUs wanted, 1 of 2 free'


@pytest.mark.parametrize(('count', 'rows', 'processes', 'what', 'why'), [
    (1, '', '', '1 free GPU wanted, 0 of 0 free', ()),
    (1, ONE, process(0, 77), '1 free GPU wanted, 0 of 1 free', ('GPU 0: ann, process 77, python, 10240 MiB',)),
    (2, TWO, process(1, 77) + process(1, 78, 'x, y', '[N/A]'), '2 free GPUs wanted, 1 of 2 free',
     ('GPU 1: ann, process 77, python, 10240 MiB; process 78, x, y, [N/A]',)),
])
def test_not_enough_free(count: int, rows: str, processes: str, what: str, why: list[str]) -> None:
    with pytest.raises(UsageError) as raised:
        pick_free(count, rows, processes, lambda pid: 'ann' if pid == '77' else '')
    e = raised.value
    assert (e.what, e.why, e.advice) == (what, tuple(why), 'wait, or name the GPUs: --gpus 0,1')


Smi = Callable[..., None]


@pytest.fixture
def nvidia_smi(fake_docker: FakeDocker) -> Smi:
    """Puts an nvidia-smi on PATH that prints a recorded answer to either question."""

    def install(rows: str, processes: str = '', code: int = 0) -> None:
        folder = fake_docker.folder
        (folder / 'rows').write_text(rows)
        (folder / 'processes').write_text(processes)
        answers = 'case $1 in *compute-apps*) cat "${0%/*}/processes" ;; *) cat "${0%/*}/rows" ;; esac'
        (folder / 'nvidia-smi').write_text(f'#!/bin/sh\n{answers}\nexit {code}\n')
        (folder / 'nvidia-smi').chmod(stat.S_IRWXU)

    return install


def test_launch_on_a_free_one(fake_docker: FakeDocker, nvidia_smi: Smi) -> None:
    nvidia_smi(EIGHT, process(0, 77))
    done = tao('--gpus', 'free:2', 'dino', 'train')
    assert (done.code, done.err) == (0, 'tao: notice: free GPUs: 1,2\n')
    assert fake_docker.argv[fake_docker.argv.index('--gpus') + 1] == '"device=1,2"'


def test_nothing_is_launched_without_a_free_one(fake_docker: FakeDocker, nvidia_smi: Smi) -> None:
    nvidia_smi(ONE, process(0, os.getpid()))
    done = tao('dino', 'train', env={'TAO_GPUS': 'free'})
    import pwd

    me = pwd.getpwuid(os.getuid()).pw_name
    assert (done.code, fake_docker.calls, done.err) == (2, [], (
        'tao: error: 1 free GPU wanted, 0 of 1 free\n'
        f'    GPU 0: {me}, process {os.getpid()}, python, 10240 MiB\n'
        '    try: wait, or name the GPUs: --gpus 0,1\n'
    ))


@pytest.mark.parametrize('code', [9, 0])
def test_nvidia_smi_that_fails(fake_docker: FakeDocker, nvidia_smi: Smi, code: int) -> None:
    nvidia_smi(BROKEN if code else '', code=code)
    done = tao('--gpus', 'free', 'dino', 'train')
    assert (done.code, fake_docker.calls) == (2, [])
    expected = {
        9: f'tao: error: nvidia-smi does not tell which GPUs are free\n    {BROKEN.strip()}\n',
        0: 'tao: error: 1 free GPU wanted, 0 of 0 free\n    try: wait, or name the GPUs: --gpus 0,1\n',
    }
    assert done.err == expected[code]


def test_no_nvidia_smi(fake_docker: FakeDocker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('PATH', str(fake_docker.folder))
    done = tao('--gpus', 'free', 'dino', 'train')
    assert (done.code, done.err) == (2, (
        'tao: error: nvidia-smi does not tell which GPUs are free\n'
        '    nvidia-smi: no such program\n'
    ))


def test_a_dry_run_asks_nobody(fake_docker: FakeDocker, nvidia_smi: Smi, tmp_path: Path) -> None:
    nvidia_smi(EIGHT)
    done = tao('--dry-run', '--gpus', 'free', 'dino', 'train')
    assert (done.code, done.out) == (2, '')
