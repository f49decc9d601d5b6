"""What to do after `tao doctor`: on a terminal only."""
from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from plans import host_with
from support import tao

from tao_launcher.base.host import Terminals
from tao_launcher.base.output import Output
from tao_launcher.commands.doctor.facts import MachineFacts
from tao_launcher.commands.doctor.findings import Finding
from tao_launcher.commands.doctor.next_step import next_step
from tao_launcher.settings.invocation import Invocation

OK, FAIL = Finding('client', 'ok', 'docker'), Finding('daemon', 'fail', 'not running', 'start it')
FACTS_OF = {'docker': MachineFacts(('docker',)), 'none': MachineFacts(('none',))}


def step(
    home: Path, *findings: Finding, engine: str = 'docker', mounts: str = '', options: dict[str, Any] | None = None,
    quiet: bool = False, terminal: bool = True,
) -> str:
    here = host_with(home=str(home), terminals=Terminals(stdout=terminal))
    output = Output('tao', {})
    output.quiet = quiet
    facts = FACTS_OF[engine]._replace(mounts_path=mounts)
    return next_step(findings, facts, Invocation(options or {}, {}, here, output))


def test_the_first_fix(home: Path) -> None:
    assert step(home, OK, FAIL) == 'the first fix above, then tao doctor again'


def test_the_mounts_file_where_there_is_none(home: Path) -> None:
    assert step(home, OK) == 'tao config init'
    assert step(home, OK, options={'engine': 'sudo -n docker'}) == "tao --engine 'sudo -n docker' config init"


@pytest.mark.parametrize(('engine', 'mounts'), [('docker', '/m.json'), ('none', '')])
def test_a_dry_run(home: Path, engine: str, mounts: str) -> None:
    line = step(home, OK, engine=engine, mounts=mounts)
    assert line == 'tao --dry-run=pretty dino train'
    assert tao(*shlex.split(line)[1:]).code == 0


def test_a_dry_run_of_a_task_that_there_is(home: Path) -> None:
    (home / '.tao').mkdir()
    (home / '.tao' / 'config.json').write_text(json.dumps({'format_version': 3.0, 'task_group': {'model': {'dockers': {
        'lab/tao': {'1': {'docker_registry': 'reg.lab', 'tasks': ['second', 'first']}},
    }}}}))
    line = step(home, OK, mounts='/m.json')
    assert line == 'tao --dry-run=pretty first train'
    assert tao(*shlex.split(line)[1:]).code == 0


def test_nothing_off_a_terminal(home: Path) -> None:
    assert step(home, OK, terminal=False) == step(home, FAIL, terminal=False) == step(home, OK, quiet=True) == ''
