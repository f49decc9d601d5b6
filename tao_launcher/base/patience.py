"""An end to waiting for what the kernel may never answer, such as a network file system whose server is gone."""
from __future__ import annotations

import _thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
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
