"""What the launcher costs, as ratios measured in one run: python tests/bench, with the Python it is installed in.

CPU of a dry run against a bare interpreter of the same environment, and, where TAO_TEST_DOCKER_HOST
names an engine with the stand-in image, wall time of a job against the same bare docker run.
Medians of pairs that are measured in turn; nothing passes or fails here.
"""
from __future__ import annotations

import json
import os
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable, Dict, Sequence

TAO = str(Path(sys.executable).parent / 'tao')
PAIRS = 15
Measure = Callable[[Sequence[str], Dict[str, str]], float]


def cpu(argv: Sequence[str], env: dict[str, str]) -> float:
    """User and system time of a command, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def wall(argv: Sequence[str], env: dict[str, str]) -> float:
    """Wall time of a command, in seconds."""
    begun = time.monotonic()
    subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - begun


def ratio(name: str, measure: Measure, ours: Sequence[str], bare: Sequence[str], env: dict[str, str], aim: str) -> None:
    """Print the ratio of the medians of two commands."""
    measure(ours, env), measure(bare, env)  # caches and byte code
    pairs = [(measure(ours, env), measure(bare, env)) for _ in range(PAIRS)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs))
    print(f'{name:<46} {mine / theirs:5.2f}   {mine * 1000:7.1f} ms / {theirs * 1000:7.1f} ms   {aim}')


def mounts_file(folder: Path, entries: int) -> str:
    """A mounts file with so many entries, all of one source."""
    mounts = [{'source': str(folder), 'destination': f'/data/{i}'} for i in range(entries)]
    path = folder / f'{entries}.json'
    path.write_text(json.dumps({'Mounts': mounts, 'DockerOptions': {'shm_size': '16G'}}))
    return str(path)


def main() -> None:
    """Measure everything that can be measured here."""
    kept = ('PATH', 'LANG', 'HOME')
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = {key: os.environ[key] for key in kept if key in os.environ}
        env['HOME'] = name
        python = [sys.executable, '-c', 'pass']
        task = ['dino', 'train', '-e', '/specs/train.yaml']
        print(f'Python {sys.version.split()[0]}, medians of {PAIRS} pairs: ratio, ours / bare')
        limit = '3.5' if sys.version_info < (3, 9) else '3.0'
        ratio('CPU, dry run / python -c pass', cpu, [TAO, '--dry-run', *task], python, env, f'aim ≤ {limit}')
        for entries in (10, 100, 1000, 10000):
            file = mounts_file(folder, entries)
            ours = [TAO, '--dry-run', '--mounts_file', file, *task]
            ratio(f'CPU, dry run with {entries} mounts / python -c pass', cpu, ours, python, env, '')
        if os.environ.get('TAO_TEST_DOCKER_HOST'):
            env['DOCKER_HOST'] = os.environ['TAO_TEST_DOCKER_HOST']
            ours = [TAO, 'dino', 'run', '/bin/true']
            printed = subprocess.run([TAO, '--dry-run', *ours[1:]], env=env, stdout=subprocess.PIPE, check=True)
            bare = shlex.split(printed.stdout.decode())
            ratio('wall, job / the same bare docker run', wall, ours, bare, env, 'aim ≤ 1.20')


if __name__ == '__main__':
    main()
