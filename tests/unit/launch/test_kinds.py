"""The kinds of engines: a launch without an engine takes its own way, and every other one the usual."""
from __future__ import annotations

import pytest
from plans import launch
from support import tao, tao_process

from tao_launcher.engine.none import NONE
from tao_launcher.launch import argv, explain, here, kinds


@pytest.mark.parametrize('engine', ['docker', 'podman'])
def test_the_usual_way(engine: str) -> None:
    made = launch('--engine', engine, 'dino', 'train')
    lines = kinds.lines(made.plan)
    assert argv.words(lines) == made.argv and made.argv[:2] == (engine, 'run')
    assert kinds.explained(made.plan, lines) == explain.explained(made.plan, lines)


def test_without_an_engine() -> None:
    made = launch('--engine', 'none', 'dino', 'train')
    lines = kinds.lines(made.plan)
    assert made.plan.profile == NONE and lines == here.lines(made.plan) == [('env',), ('dino', 'train')]
    assert kinds.explained(made.plan, lines) == here.explained(made.plan, lines)


def test_each_kind_is_checked_and_run_in_its_way() -> None:
    words = ['--volume', '/nosuch:/nosuch/there', 'dino', 'run', 'true']
    assert '1 mount source not found' in tao('--dry-run', *words).err
    assert '1 mount destination not found' in tao('--engine', 'none', '--dry-run', *words).err
    assert tao('--dry-run', 'dino', 'run', 'nosuch').code == 0
    assert tao('--engine', 'none', '--dry-run', 'dino', 'run', 'nosuch').code == 127
    assert tao_process('--engine', 'none', 'dino', 'run', 'true') == (0, '', '')


def test_only_that_kind_is_loaded() -> None:
    """Modules of the other kinds are no part of a usual launch."""
    code = 'import sys\nfrom tao_launcher.main import main\nmain(sys.argv[1:])\nprint(*sys.modules)'
    import subprocess
    import sys

    for engine, names in (('docker', set()), ('none', {'tao_launcher.launch.here', 'tao_launcher.engine.none'})):
        done = subprocess.run(
            [sys.executable, '-c', code, '--engine', engine, '--dry-run', 'dino', 'run', 'true'],
            stdout=subprocess.PIPE, encoding='utf-8', check=True,
        )
        loaded = {name for name in done.stdout.split() if '.here' in name or name == 'tao_launcher.engine.none'}
        assert loaded & names == names and bool(loaded) == bool(names)
