"""A bundle of a 1 GB image of random data against bare docker save, docker load and sha256sum."""
from __future__ import annotations

import json
import os
import subprocess
import tarfile
import time
from pathlib import Path
from typing import Iterator, Sequence

from figures import Figure
from measuring import Measure, Setup, figure, wall

SAVE, LOAD = 'docker save, sha256sum', 'docker load'
MEMORY = 100_000  # kB


class Random:
    """A file of random bytes, without an end."""

    def read(self, size: int) -> bytes:
        """The next ones."""
        return os.urandom(size)


def heavy_image(setup: Setup) -> str:
    """An image of 1 GB that nothing compresses, as the one task of the catalogue; its reference."""
    image = {'docker_registry': 'example.test', 'tasks': ['dino']}
    catalogue = {'format_version': 3.0, 'task_group': {'model': {'dockers': {'tao/bench': {'1': image}}}}}
    there = Path(setup.folder, '.tao')
    there.mkdir()
    (there / 'config.json').write_text(json.dumps(catalogue))
    load = ['docker', 'import', '-', 'example.test/tao/bench:1']
    with subprocess.Popen(load, env=setup.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:
        with tarfile.open(fileobj=child.stdin, mode='w|') as archive:
            member = tarfile.TarInfo('random')
            member.size = 10 ** 9
            archive.addfile(member, Random())  # type: ignore[arg-type]
    return load[-1]


def peak(argv: Sequence[str], env: dict[str, str]) -> int:
    """The largest memory of a command itself, its children left out, in kB."""
    child = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    found = 0
    while child.poll() is None:
        lines = Path(f'/proc/{child.pid}/status').read_text().splitlines()
        found = max([found, *(int(line.split()[1]) for line in lines if line.startswith('VmHWM:'))])
        time.sleep(0.02)
    return found


def all_of_it(setup: Setup) -> Iterator[Figure]:
    """Save and load of a large image."""
    image, env = heavy_image(setup), setup.env
    ours, bare = f'{setup.folder}/bundle', f'{setup.folder}/bare.tar'
    save = [setup.tao, '--quiet', 'bundle', 'save', ours, 'dino']
    load = [setup.tao, '--quiet', 'bundle', 'load', ours]

    def shell(script: str) -> list[str]:
        return ['sh', '-c', script, 'sh', image, bare]

    def remove() -> None:
        subprocess.run(['docker', 'rmi', image], env=env, stdout=subprocess.DEVNULL, check=True)

    def without(argv: Sequence[str], env: dict[str, str]) -> float:
        remove()
        return synced(argv, env)

    def synced(argv: Sequence[str], env: dict[str, str]) -> float:
        subprocess.run(['sync'], check=True)
        return wall(argv, env)

    def compared(what: str, measure: Measure, mine: list[str], name: str, script: str, aim: float = 0.0) -> Figure:
        return figure(what, measure, mine, name, shell(script), setup, aim=aim or None, count=3)

    yield compared('bundle save', synced, save, SAVE, 'docker save "$1" >"$2" && sha256sum "$2"', 1.2)
    on_disk = 'docker save "$1" >"$2" && sync "$2" && sha256sum "$2"'
    yield compared('bundle save, on the disk', synced, save, f'{SAVE}, sync', on_disk)
    yield compared('bundle load', without, load, LOAD, 'docker load <"$2"', 1.2)
    yield compared('bundle load, checked', without, load, f'sha256sum, {LOAD}', 'sha256sum "$2" && docker load <"$2"')
    yield memory('bundle save', peak(save, env))
    remove()
    yield memory('bundle load', peak(load, env))
    remove()


def memory(what: str, found: int) -> Figure:
    """The largest memory of a command, in MB."""
    return Figure(f'memory, {what}', '', found / 1000, aim=MEMORY / 1000, unit='MB')
