"""The processes that a process has started, and what these have: found, signalled, and buried."""
from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

GET_SUBREAPER, SET_SUBREAPER = 37, 36  # prctl's PR_GET_CHILD_SUBREAPER and PR_SET_CHILD_SUBREAPER


def descendants(pid: int) -> dict[int, str]:
    """What a process has started, and what these have, each with when it began; {} where it cannot be told."""
    found: dict[int, str] = {}
    pending = [pid]
    while pending:
        below = children(pending.pop())
        found.update((each, begun(each)) for each in below if each not in found)
        pending.extend(below)
    return found


def children(parent: int) -> list[int]:
    """The children of a process, also those that its other threads have started."""
    found: list[int] = []
    try:
        threads = os.listdir(f'/proc/{parent}/task')
    except OSError:
        return []
    for thread in threads:
        try:
            with open(f'/proc/{parent}/task/{thread}/children', encoding='ascii') as f:
                found += [int(word) for word in f.read().split()]
        except OSError:
            continue
    return found


def numbers(pid: int) -> list[str]:
    """The numbers of a process, in our namespace first and in its own last; [] where they are not known."""
    try:
        with open(f'/proc/{pid}/status', 'rb') as f:
            return next((line.decode().split()[1:] for line in f if line.startswith(b'NSpid:')), [])
    except OSError:
        return []


def begun(pid: int) -> str:
    """When a process began, in the kernel's ticks; '' for one that has ended."""
    try:
        with open(f'/proc/{pid}/stat', 'rb') as f:
            state, *rest = f.read().rpartition(b') ')[2].split()
    except (OSError, ValueError):
        return ''
    return '' if state in (b'Z', b'X') else rest[18].decode('ascii')


def is_alive(one: tuple[int, str]) -> bool:
    """Whether that process, and no other of its number, still runs."""
    pid, when = one
    return bool(when) and begun(pid) == when


def send(pid: int, number: int) -> bool:
    """Send a signal to a process, which may have ended; False where that is not permitted."""
    try:
        os.kill(pid, number)
    except PermissionError:
        return False
    except OSError:
        pass
    return True


class Foster:
    """While entered, what loses its parent below this process becomes its own child, and so is not lost sight of.

    A kernel that cannot do so leaves them to its first process.
    """

    def __enter__(self) -> Foster:
        self._before = _subreaper()
        if self._before == 0:
            _prctl(SET_SUBREAPER, 1)
        self._others = {*descendants(os.getpid())}  # that were there before
        import threading

        self._is_alone = threading.active_count() == 1  # else another thread may start something meanwhile
        return self

    def __exit__(self, kind: object, error: object, at: object) -> None:
        if self._before == 0:
            _prctl(SET_SUBREAPER, 0)

    def left(self) -> dict[int, str]:
        """What runs below this process that did not when it was entered, each with when it began.

        Nothing in a program that has other threads, whose processes they may be.
        """
        if not self._is_alone:
            return {}
        found = descendants(os.getpid())
        return {pid: when for pid, when in found.items() if when and pid not in self._others}

    def bury(self, but: Collection[int]) -> None:
        """Take note of the end of children that are not waited for; `but` are waited for by others."""
        for pid in children(os.getpid()) if self._is_alone else ():
            if pid not in but and pid not in self._others and not begun(pid):
                try:
                    os.waitpid(pid, os.WNOHANG)
                except OSError:
                    pass


def _subreaper() -> int:
    """Whether (1 or 0) orphans come to this process already; -1 where the kernel does not tell."""
    try:
        import ctypes
    except ImportError:  # a Python without it
        return -1
    found = ctypes.c_int(-1)
    return found.value if _prctl(GET_SUBREAPER, ctypes.byref(found)) == 0 else -1


def _prctl(what: int, value: object) -> int:
    try:
        import ctypes

        return int(ctypes.CDLL(None).prctl(what, value, 0, 0, 0))
    except (ImportError, OSError, AttributeError):
        return -1
