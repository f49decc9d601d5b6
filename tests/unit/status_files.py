"""Results folders as a training leaves them."""
from __future__ import annotations

import calendar
import json
import os
import time
from pathlib import Path
from typing import Any

# When the jobs of engine_answers began and ended.
STARTED = float(calendar.timegm((2026, 1, 31, 10, 20, 30)))
FINISHED = STARTED + 3600


def line(at: float, status: str = 'RUNNING', **more: Any) -> str:
    """A line of a container whose clock is six hours before UTC."""
    t = time.gmtime(at - 6 * 3600)
    clock = {'date': f'{t.tm_mon}/{t.tm_mday}/{t.tm_year}', 'time': f'{t.tm_hour}:{t.tm_min}:{t.tm_sec}'}
    return json.dumps({**clock, 'status': status, 'verbosity': 'INFO', **more}) + '\n'


def training(folder: Path, *last: str, begun: float = STARTED, at: float | None = None) -> list[dict[str, Any]]:
    """A training that has done 37 of 80 epochs of 60 s in the results folder; the mounts that its job has.

    Lines `last` follow; the file was last written to at `at`, by default with its last line.
    """
    lines = [line(begun, 'STARTED', message='Starting DINO train.')]
    lines += [
        line(begun + 60 * epoch, epoch=epoch, max_epoch=80, time_per_epoch='0:01:00') for epoch in range(1, 38)
    ]
    path = folder / 'train' / 'status.json'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(''.join([*lines, *last]))
    written = begun + (38 if last else 37) * 60 if at is None else at
    os.utime(path, (written, written))
    return [{'Type': 'bind', 'Source': str(folder), 'Destination': '/results', 'Mode': '', 'RW': True}]


FAILED = line(STARTED + 38 * 60, 'FAILURE', message='File system error: no space left, API_KEY=abc')
SAYS = 'the job says: File system error: no space left, API_KEY=***'
