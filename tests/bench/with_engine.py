"""What is measured with an engine that has the stand-in image: jobs, and what looks after them."""
from __future__ import annotations

import shlex
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, Sequence

from figures import Figure
from measuring import Setup, figure, interrupted, more, wall
from starting import TASK, tab

JOBS = 50
WHY_NOT = 'there is no engine'
RUN, PS = 'bare docker run', 'docker ps -a'
WHAT = (
    'wall, a job', 'wall, a job with history', 'back from Ctrl-C', 'wall, --detach', '--detach', 'wall, docker ps',
    f'wall, Tab after "tao logs " with {JOBS} jobs', f'wall, logs of one of {JOBS} jobs', f'wall, list of {JOBS} jobs',
    f'wall, list of ids of {JOBS} jobs', f'wall, list of {JOBS} jobs with their progress',
)


def nothing() -> Iterator[Figure]:
    """The same figures where there is no engine."""
    for what in WHAT:
        yield Figure(what, '', None, unit='×' if what.startswith('wall') else 's', note=WHY_NOT)


def all_of_it(setup: Setup) -> Iterator[Figure]:
    """Every figure of WHAT."""
    ours = [setup.tao, 'dino', 'run', '/bin/true']
    said = subprocess.run([setup.tao, '--dry-run', *ours[1:]], env=setup.env, stdout=subprocess.PIPE, check=True)
    bare = shlex.split(said.stdout.decode())
    yield from launches(ours, bare, setup)
    yield from detached(ours, bare, setup)
    with jobs(bare, setup):
        yield from looks(bare, setup)
    with trainings(bare, setup):
        ids = [setup.tao, 'list', '--format', 'ids']
        yield figure(WHAT[-1][6:], wall, [setup.tao, 'list'], 'the ids of them', ids, setup, aim=1.5)


def launches(ours: Sequence[str], bare: Sequence[str], setup: Setup) -> Iterator[Figure]:
    """A job, and the end of one."""
    yield figure('a job', wall, ours, RUN, bare, setup, limit=setup.runs(bare), aim=1.1)
    yield figure('a job with history', wall, ours, 'without history', ours, setup, aim=1.02,
                 others={'TAO_HISTORY': 'off'})
    sleeps = ['sh', '-c', 'echo ready; exec sleep 60']
    yield more('back from Ctrl-C', interrupted, [*ours[:-1], *sleeps], f'after {RUN}', [*bare[:-1], *sleeps], setup,
               aim=0.5)


def detached(ours: Sequence[str], bare: Sequence[str], setup: Setup) -> Iterator[Figure]:
    """Jobs that are left alone; they are looked at once after 0.3 s, which is part of it."""
    sleeps = ['sleep', '3600']
    mine = [ours[0], '--detach', *ours[1:-1], *sleeps]
    theirs = [*bare[:2], '-d', *bare[2:-1], *sleeps]
    before = set(ids(bare, setup))
    try:
        yield figure('--detach', wall, mine, f'{RUN} -d', theirs, setup, limit=setup.runs(theirs), count=5)
        yield more('--detach', wall, mine, f'after {RUN} -d', theirs, setup, aim=0.5)
    finally:
        subprocess.run([bare[0], 'rm', '-f', *(set(ids(bare, setup)) - before)], env=setup.env,
                       stdout=subprocess.DEVNULL, check=True)


def ids(bare: Sequence[str], setup: Setup) -> list[str]:
    """The ids of the containers that are there."""
    listed = subprocess.run([bare[0], 'ps', '-aq', '--no-trunc'], env=setup.env, stdout=subprocess.PIPE, check=True)
    return listed.stdout.decode().split()


def looks(bare: Sequence[str], setup: Setup) -> Iterator[Figure]:
    """What looks at jobs."""
    dry_run, ps = [setup.tao, '--dry-run', *TASK], [bare[0], 'ps', '-a']
    tao, empty = setup.tao, setup.runs(ps)
    yield figure('docker ps', wall, ps, 'dry run', dry_run, setup)
    yield figure(f'Tab after "tao logs " with {JOBS} jobs', wall, tab(setup, 'tao logs '), 'dry run', dry_run, setup,
                 limit=empty, peers={"docker's own": [bare[0], '__complete', 'logs', '']}, aim=1.5)
    yield figure(f'logs of one of {JOBS} jobs', wall, [tao, 'logs', ids(bare, setup)[7]], PS, ps, setup, limit=empty)
    yield figure(f'list of {JOBS} jobs', wall, [tao, 'list', '-a'], PS, ps, setup, limit=empty, aim=3.0)
    yield figure(f'list of ids of {JOBS} jobs', wall, [tao, 'list', '-a', '--format', 'ids'], PS, ps, setup,
                 limit=empty, aim=3.0)


@contextmanager
def jobs(run: Sequence[str], setup: Setup) -> Iterator[None]:
    """Containers as a launch's `docker run` would make them, not started."""
    create = [run[0], 'create', *(word for word in run[2:] if word != '--rm')]
    made: list[bytes] = []
    try:
        for _ in range(JOBS):
            done = subprocess.run(create, env=setup.env, stdout=subprocess.PIPE, check=True)
            made.append(done.stdout.strip())
        yield
    finally:
        subprocess.run([run[0], 'rm', *made], env=setup.env, stdout=subprocess.DEVNULL, check=True)


@contextmanager
def trainings(run: Sequence[str], setup: Setup) -> Iterator[None]:
    """Trainings that run, each with the status file of 1,000 epochs in a folder of its own."""
    train = 'dino train results_dir=/results; exec sleep 3600'
    words = [word for word in run[2:run.index('/bin/true')] if word != '--rm']
    made: list[bytes] = []
    try:
        for i in range(JOBS):
            results = Path(setup.folder, f'results-{i}')
            (results / 'train').mkdir(parents=True)
            start = [run[0], 'run', '-d', '-v', f'{results}:/results', *words, 'sh', '-c', train]
            made.append(subprocess.run(start, env=setup.env, stdout=subprocess.PIPE, check=True).stdout.strip())
            (results / 'train' / 'status.json').write_text(status())
        yield
    finally:
        subprocess.run([run[0], 'rm', '-f', *made], env=setup.env, stdout=subprocess.DEVNULL, check=True)


def status() -> str:
    """What a training of 1,000 epochs has written by now."""
    clock = time.strftime('"date": "%m/%d/%Y", "time": "%H:%M:%S"', time.gmtime())
    lines = [f'{{{clock}, "status": "STARTED", "message": "Starting DINO train."}}'] + [
        f'{{{clock}, "status": "RUNNING", "epoch": {epoch}, "max_epoch": 1999, "step": {epoch * 50 + 50}, '
        '"time_per_epoch": "0:10:00.5", "eta": "6 days, 22:40:00", "kpi": {"val_loss": 0.5, "mAP50": 0.5}}'
        for epoch in range(1000)
    ]
    return '\n'.join(lines) + '\n'
