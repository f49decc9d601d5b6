"""What NVIDIA's own logger writes into a status file, tao progress reads."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from machines import Machine

# Trainings as NVIDIA's tasks log them: with the decorator of its package around them, and its logger in them.
WRITER = '''
import sys, types
from nvidia_tao_core.loggers.decorators import monitor_status
from nvidia_tao_core.loggers.logging import Status, get_status_logger

def lightning(logger, epochs):
    """The numbers of PyTorch Lightning's callback: epochs from 0 on, and the number of the last one."""
    logger.write(status_level=Status.STARTED, message='Starting Training Loop.')
    for epoch in range(epochs):
        logger.kpi = {'val_loss': 1 / (epoch + 1), 'AP per class': '"[0.25, 0.75]"'}
        logger.graphical = {'lr': 0.5 if epoch < 2 else float('nan')}
        logger.write({
            'epoch': epoch, 'max_epoch': 7, 'step': (epoch + 1) * 9, 'max_step': 72, 'time_per_epoch': '0:12:03.51',
            'time_per_step': '0:01:20.39', 'eta': '1 day, 3:02:11'}, message='Training loop in progress')

@monitor_status(name='DINO', mode='train')
def train(experiment):
    lightning(get_status_logger(), experiment.epochs)
    if experiment.epochs < 3:
        raise ValueError('num_classes: 91 is not 80')
    if experiment.epochs < 8:
        sys.exit()

config = types.SimpleNamespace(results_dir=sys.argv[1])
train(types.SimpleNamespace(config=config, epochs=int(sys.argv[2])))
'''


@pytest.fixture(scope='module')
def programs(maker: Machine, tools: Path, wheel: Path) -> Path:
    """The programs of an environment with ours and NVIDIA's nvidia-tao-core, which needs only Python for this."""
    folder = maker.home / 'core'
    done = maker.does(tools / 'pip', 'download', '-q', '--no-deps', '-d', folder, 'nvidia-tao-core==7.3.0')
    if done.code:
        pytest.skip(f'nvidia-tao-core is not to be had: {done.err.strip()[-300:]}')
    made = maker.environment('logger')
    maker.gets(made / 'pip', 'install', '-q', '--no-deps', wheel, next(folder.iterdir()))
    return made


def progress(maker: Machine, programs: Path, folder: Path) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(maker.gets(programs / 'tao', 'progress', '--format', 'json', folder))
    return found[0]


def test_what_the_logger_writes(maker: Machine, programs: Path, tmp_path: Path) -> None:
    """A training that is under way, one that succeeds after it in the same file, and one that fails after that."""
    (tmp_path / 'writer.py').write_text(WRITER)
    write = (programs / 'python', tmp_path / 'writer.py', tmp_path)
    maker.does(*write, '3')
    found = progress(maker, programs, tmp_path)
    kpis = {kpi.pop('name'): kpi for kpi in found.pop('kpis')}
    assert [found[key] for key in ('state', 'done', 'total', 'seconds_per_unit', 'estimate', 'runs')] == [
        'RUNNING', 3, 8, 723.51, 'file', 1,
    ]
    assert 97000 < found['remaining_seconds'] <= 97331
    assert [kpis['val_loss'][key] for key in ('last', 'best', 'best_at')] == [1 / 3, 1 / 3, 3]
    assert [place for place, _ in kpis['val_loss']['series']] == [1, 2, 3]
    assert (kpis['AP per class']['last'], kpis['AP per class']['mean_of'], kpis['lr']['last']) == (0.5, 2, None)
    maker.gets(*write, '8')
    found = progress(maker, programs, tmp_path)
    assert [found[key] for key in ('state', 'done', 'runs', 'message')] == [
        'SUCCESS', 8, 2, 'DINO train completed successfully',
    ]
    assert maker.does(*write, '2').code == 1
    found = progress(maker, programs, tmp_path)
    assert [found[key] for key in ('state', 'done', 'runs', 'failure')] == [
        'FAILURE', 2, 3, 'DINO train failed: num_classes: 91 is not 80',
    ]
