"""An end to waiting for what the kernel may never answer, such as a network file system whose server is gone."""
from __future__ import annotations

import _thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    T = TypeVar('T')


class Late(Exception):
    """There was no answer in time."""


def within(seconds: float, ask: Callable[[], T]) -> T:
    """What `ask` returns or raises; raises Late when it does neither in that time.

    It goes on in a thread of its own then, which ends with the process. Module threading is slow to load.
    """
    answers: list[T] = []
    raised: list[BaseException] = []
    is_waiting = _thread.allocate_lock()
    is_waiting.acquire()

    def run() -> None:
        try:
            answers.append(ask())
        except BaseException as e:
            raised.append(e)
        finally:
            is_waiting.release()

    _thread.start_new_thread(run, ())
    if not is_waiting.acquire(timeout=seconds):
        raise Late
    if raised:
        raise raised[0]
    return answers[0]


MOST = 64  # threads at a time


def all_within(seconds: float, runs: Sequence[Callable[[], None]]) -> bool:
    """Run these at the same time, each in a thread; whether all were done in that time. They must not raise.

    Those that are not done go on, as in `within`.
    """
    todo = list(runs)
    left = [object()] * min(MOST, len(todo))
    are_done = _thread.allocate_lock()
    are_done.acquire(blocking=bool(left))

    def work() -> None:
        try:
            while todo:
                try:
                    run = todo.pop(0)
                except IndexError:  # another thread was first
                    return
                run()
        finally:
            left.pop()
            if not left:
                are_done.release()

    for _ in range(len(left)):
        _thread.start_new_thread(work, ())
    return not todo and not left or are_done.acquire(timeout=seconds)
