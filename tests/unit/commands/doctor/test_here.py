"""The checks of a machine where tasks run without an engine."""
from __future__ import annotations

import os
from pathlib import Path

from doctor_answers import facts, findings
from support import tao

from tao_launcher.commands.doctor import here
from tao_launcher.commands.doctor.findings import Finding
from tao_launcher.commands.doctor.here import Tasks

NONE = facts(engine=('none',), program='')


def test_tasks() -> None:
    assert here.tasks(facts(), Tasks()) is None
    assert here.tasks(NONE, Tasks(('dino', 'sparse4d'), '6.25.7')) == Finding(
        'engine', 'ok', 'none: tasks run as commands of this machine, dino, sparse4d; TAO here: 6.25.7',
    )
    many = here.tasks(NONE, Tasks(tuple(f't{n}' for n in range(10)), '6.25.7', '6.25.7-PyTorch'))
    assert many and many.found.endswith(', t7 and 2 more; TAO here: 6.25.7-PyTorch')
    missing = here.tasks(NONE, Tasks())
    assert missing and (missing.status, missing.found) == ('fail', 'none, and no task of TAO is on PATH here')


def test_places() -> None:
    assert here.places(NONE, ()) is None
    assert here.places(NONE, ('/a', '/b')) == Finding(
        'destinations', 'fail', 'not on this machine: /a, /b', '--link or --same_paths before the task name',
    )


def test_without_an_engine(tmp_path: Path) -> None:
    """No check asks an engine, or looks for one."""
    (tmp_path / 'dino').touch(mode=0o755)
    environ = {'TAO_DOCKER_DISABLE': '1', 'PATH': f'{tmp_path}:{os.environ["PATH"]}'}
    done = tao('doctor', '--format', 'json', env=environ)
    found = findings(done.out)
    assert found['engine']['found'].startswith('none: tasks run as commands of this machine, dino; TAO here: ')
    assert not {*found} & {'client', 'daemon', 'server', 'login', 'toolkit', 'init', 'sources'}
    assert done.code == 0
    done = tao('--volume', '/nosuch:/not/here', 'doctor', '--format', 'json', env=environ)
    assert (done.code, findings(done.out)['destinations']['found']) == (1, 'not on this machine: /not/here')
