"""Completion asks real engines for the caller's jobs."""
from __future__ import annotations

from typing import TYPE_CHECKING

from conftest import Program
from jobs import SLEEPS

if TYPE_CHECKING:
    from conftest import Docker
    from podman_host import Podman

pytest_plugins = ('podman_host',)


def offered(tao: Program, line: str) -> dict[str, str]:
    """The jobs that a line can go on with, and what is said of each."""
    done = tao('completion', '--complete', 'fish', line)
    assert (done.returncode, done.stderr) == (0, '')
    first, *lines = done.stdout.splitlines()
    assert first == 'tao:'
    return dict(line.split('\t') for line in lines)


def look(tao: Program) -> None:
    """A job that runs and one that has ended, through the eyes of the verbs."""
    running = tao('--detach', '--name', 'night', 'dino', 'run', 'sh', '-c', SLEEPS).stdout.strip()
    over = tao('--detach', '--name', 'over', 'dino', 'run', 'sleep', '2').stdout.strip()
    try:
        tao('wait', 'over')
        jobs = offered(tao, 'tao stop ')
        assert set(jobs) == {running[:12], 'night'}
        assert jobs[running[:12]] == f'night: {jobs["night"]}'
        assert jobs['night'].startswith('model/dino/run, Up ')
        jobs = offered(tao, 'tao logs ')
        assert set(jobs) == {running[:12], 'night', over[:12], 'over'}
        assert jobs['over'].startswith('model/dino/run, Exited (0)')
    finally:
        tao('stop', '--time', '0', 'night')
        tao('clean')


def test_of_docker(each_docker: Docker) -> None:
    look(Program('tao', each_docker))


def test_of_podman(podman: Podman) -> None:
    look(Program('tao', podman))
