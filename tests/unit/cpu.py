"""The CPU that something takes. What is slow is so each time; a machine that does other things is not."""
from __future__ import annotations

import time
from typing import Any, Callable

TRIES = 5


def seconds(run: Callable[[], Any]) -> float:
    """What one run takes of this process."""
    begun = time.process_time()
    run()
    return time.process_time() - begun


def takes_less(limit: float, run: Callable[[], Any], what: object = '') -> None:
    """Fail where each of a few runs takes `limit` seconds or more."""
    found = []
    for _ in range(TRIES):
        found.append(seconds(run))
        if found[-1] < limit:
            return
    raise AssertionError(f'not less than {limit} s: {found} {what!r}')
