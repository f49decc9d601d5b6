"""How tests wait: for a state, with a bound that only a failure meets: a busy machine only makes them slower."""
from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Callable, Iterator

PATIENCE = 60.0  # seconds
LOOKS = 10  # so often in a row a process is seen at rest before it counts as idle


def until(holds: Callable[[], Any], what: str = '', patience: float = PATIENCE) -> Any:
    """Wait for the state that `holds` tells, which is asked again and again, and return what it said."""
    deadline = time.monotonic() + patience
    while not (found := holds()):
        assert time.monotonic() < deadline, f'not within {patience:.0f} s: {what or holds}'
        time.sleep(0.02)
    return found


def a_while(seconds: float) -> None:
    """Let time pass, for tests that act at any moment of a program's life or need one of a certain age.

    What they then see must be right however busy the machine is: what has to have happened is waited for with `until`.
    """
    time.sleep(seconds)


def has_heard(pid: int) -> bool:
    """Has a process taken every signal that it was sent, and does it wait for the next, or has it ended?"""
    try:
        text = Path(f'/proc/{pid}/status').read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    status = dict(line.split(':\t', 1) for line in text.splitlines() if ':\t' in line)
    is_pending = int(status['SigPnd'], 16) | int(status['ShdPnd'], 16)
    return status['State'][0] in 'ZX' or (status['State'][0] == 'S' and not is_pending)


def family(pid: int) -> Iterator[int]:
    """A process and its descendants."""
    yield pid
    for task in Path(f'/proc/{pid}/task').glob('*'):
        try:
            children = (task / 'children').read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            yield from family(int(child))


def command_lines(pid: int) -> list[list[str]]:
    """The words of a process and of its descendants."""
    found = []
    for member in family(pid):
        try:
            found.append(Path(f'/proc/{member}/cmdline').read_bytes().decode(errors='replace').split('\0')[:-1])
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has just ended
    return found


def work_of(pid: int) -> list[tuple[int, str, str]]:
    """(id, state, processor time so far) of every thread of a process and its descendants."""
    found = []
    for member in family(pid):
        for task in Path(f'/proc/{member}/task').glob('*'):
            try:
                words = (task / 'stat').read_text().rpartition(') ')[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            found.append((int(task.name), words[0], f'{words[11]} {words[12]}'))
    return found


def until_idle(pid: int) -> None:
    """Wait until a process and its descendants all wait for something, and none has worked for some looks.

    One that waits for the processor of a busy machine counts as at work.
    """
    seen: list[list[tuple[int, str, str]]] = []

    def is_idle() -> bool:
        seen.append(work_of(pid))
        last = seen[-LOOKS:]
        at_rest = all(state in 'SZ' for _, state, _ in seen[-1])
        return len(last) == LOOKS and at_rest and all(look == last[0] for look in last)

    until(is_idle, f'process {pid} is idle')
