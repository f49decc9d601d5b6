"""What commands take, measured in turn: CPU, wall time, and the time that it takes to be back from Ctrl-C."""
from __future__ import annotations

import os
import resource
import signal
import statistics
import subprocess
import time
from typing import Callable, Dict, Mapping, NamedTuple, Optional, Sequence

from figures import Figure

PAIRS = 15
Measure = Callable[[Sequence[str], Dict[str, str]], float]


class Setup(NamedTuple):
    """What is measured, and with what."""

    tao: str  # the console script, as a pip since 25.2 writes it
    by_pip: str  # as the pip of this environment wrote it
    python: str
    folder: str  # for everything that is made
    env: dict[str, str]
    tools: Mapping[str, str]  # other programs that are installed, by their names

    @property
    def nothing(self) -> list[str]:
        """A console script that does nothing."""
        return [self.python, f'{self.folder}/nothing']

    def runs(self, argv: Sequence[str]) -> list[str]:
        """A console script that does nothing but to run a command."""
        return [self.python, f'{self.folder}/runs', *argv]


class Command(NamedTuple):
    """A command that is measured, and what of its environment differs from the others'."""

    argv: Sequence[str]
    others: Mapping[str, str] = {}


def cpu(argv: Sequence[str], env: dict[str, str]) -> float:
    """User and system time of a command and its children, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def wall(argv: Sequence[str], env: dict[str, str]) -> float:
    """Wall time of a command, in seconds."""
    begun = time.monotonic()
    subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - begun


def interrupted(argv: Sequence[str], env: dict[str, str]) -> float:
    """Seconds from Ctrl-C until a job that says "ready" has brought its caller back."""
    with subprocess.Popen(
        argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True,
    ) as child:
        assert child.stdout and child.stdout.readline() == b'ready\n'
        begun = time.monotonic()
        os.killpg(child.pid, signal.SIGINT)
        child.wait()
        return time.monotonic() - begun


def in_turn(measure: Measure, commands: Sequence[Command], env: dict[str, str], count: int) -> list[list[float]]:
    """What each command took, so many times; the first run of each, with cold caches, is left out."""
    environments = [{**env, **command.others} for command in commands]
    rounds = [
        [measure(command.argv, each) for command, each in zip(commands, environments)] for _ in range(count + 1)
    ]
    return [list(column) for column in zip(*rounds[1:])]


def figure(
    what: str, measure: Measure, ours: Sequence[str], bare: str, theirs: Sequence[str], setup: Setup, *,
    limit: Sequence[str] = (), peers: Optional[Mapping[str, Sequence[str]]] = None, aim: Optional[float] = None,
    count: int = PAIRS, others: Optional[Mapping[str, str]] = None,
) -> Figure:
    """The ratio of the medians of two commands; the bare one has these other variables, and `limit` and peers too."""
    peers = peers or {}
    commands = [Command(ours), *(Command(argv, others or {}) for argv in (theirs, *([limit] if limit else [])))]
    commands += [Command(argv) for argv in peers.values()]
    found = in_turn(measure, commands, setup.env, count)
    mine, base, *rest = map(statistics.median, found)
    ratios = [value / base for value in rest]
    pairs = [one / other for one, other in zip(*found[:2])]
    low, middle, high = statistics.quantiles(pairs, n=4)
    return Figure(
        f'{"CPU" if measure is cpu else "wall"}, {what}', bare, mine / base, ratios[0] if limit else None,
        dict(zip(peers, ratios[1:] if limit else ratios)), aim, (high - low) / 2 / middle,
        note=f'{mine * 1000:.0f} / {base * 1000:.0f} ms',
    )


def more(
    what: str, measure: Measure, ours: Sequence[str], bare: str, theirs: Sequence[str], setup: Setup, *,
    aim: Optional[float] = None, count: int = 5,
) -> Figure:
    """By how many seconds the median of ours is larger."""
    found = in_turn(measure, [Command(ours), Command(theirs)], setup.env, count)
    mine, base = map(statistics.median, found)
    return Figure(what, bare, mine - base, aim=aim, unit='s', note=f'{mine:.2f} / {base:.2f} s')


def taken(what: str, measure: Measure, ours: Sequence[str], setup: Setup, *, aim: float, count: int) -> Figure:
    """What a command takes on this machine, in milliseconds."""
    (mine,) = in_turn(measure, [Command(ours)], setup.env, count)
    return Figure(what, '', statistics.median(mine) * 1000, aim=aim, unit='ms')
