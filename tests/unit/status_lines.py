"""Lines of status files as tasks write them."""
from __future__ import annotations

import json
from typing import Any


def line(time: str = '9:0:0', status: str = 'RUNNING', **more: Any) -> bytes:
    """A line of that time of day, with what else is in it."""
    found = {**more, 'date': '11/26/2026', 'time': time, 'status': status, 'verbosity': 'INFO'}
    return json.dumps(found).encode() + b'\n'


def begun(time: str = '9:0:0', name: str = 'DINO train') -> bytes:
    """What a task writes first."""
    return line(time, 'STARTED', message=f'Starting {name}.')


def lightning(epochs: int, of: int, batches: int = 50, **more: Any) -> bytes:
    """A training on PyTorch Lightning: epochs of a minute, from 9 o'clock on."""
    found = [begun(), line('9:0:1', 'STARTED', message='Starting Training Loop.')]
    for epoch in range(epochs):
        found.append(line(
            f'{9 + (epoch + 1) // 60}:{(epoch + 1) % 60}:0', epoch=epoch, max_epoch=of - 1, step=(epoch + 1) * batches,
            max_step=of * batches, time_per_epoch='0:01:00.25', time_per_step='0:00:01.2',
            eta=f'{(of - 1 - epoch) // 60}:{(of - 1 - epoch) % 60:02}:00', message='Training loop in progress', **more,
        ))
    return b''.join(found)


def plain(epochs: int, of: int, **more: Any) -> bytes:
    """A training that counts its epochs from 1, each of ten minutes."""
    found = [begun(name='PointPillars train')]
    for epoch in range(1, epochs + 1):
        found.append(line(
            f'{9 + epoch // 6}:{epoch % 6 * 10}:0', epoch=epoch, max_epoch=of, time_per_epoch='0:10:00', **more,
        ))
    return b''.join(found)
