"""The container of a launch: found by its labels and its launch's own value, ended and removed, and no other."""
from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from engine_answers import Engine, ids

from tao_launcher.engine.podman import PODMAN
from tao_launcher.launch.containers import Container, Launch

A, B, C = ids(3)
LISTED = ['ps', '-aq', '--no-trunc', '--filter', 'label=tao.plan=0123', '--filter', 'label=tao.user=7']


def launch(launch_id: str = 'mine') -> Launch:
    return Launch(('docker',), dict(os.environ), '0123', '7', launch_id, '2026-01-31T10:20:30')


def line(id: str, value: str, state: str = 'running', created: str = '2026-01-31T10:20:31.5Z') -> str:
    return f'{id} {state} {json.dumps(created)} {json.dumps(["PATH=/bin", f"TAO_LAUNCH_ID={value}"])}\n'


def test_only_the_one_with_this_launchs_value(engine: Engine) -> None:
    engine.answers('ps', f'{A}\n{B}\n')
    engine.answers('inspect', line(A, 'other') + line(B, 'mine', 'created'))
    assert launch().find() == [Container(B, 'created', ('PATH=/bin', 'TAO_LAUNCH_ID=mine'))]
    assert engine.calls[0] == ['docker', *LISTED]
    assert engine.calls[1][-2:] == [A, B]


@pytest.mark.parametrize('shown', ['', f'{A} running\n', f'{A} running "x" null\n', f'{A} running "x" {{\n'])
def test_an_answer_that_says_nothing_of_it(engine: Engine, shown: str) -> None:
    engine.answers('ps', f'{A}\n')
    engine.answers('inspect', shown, 'Error: No such object\n', 1)
    assert launch().find() == []


def test_none_and_no_answer(engine: Engine) -> None:
    assert launch().find() == []
    assert engine.calls == [['docker', *LISTED]]
    engine.answers('ps', '', 'Cannot connect\n', 1)
    assert launch().find() is None


def test_without_a_value_those_created_since(engine: Engine) -> None:
    """sudo cannot pass one on."""
    engine.answers('ps', f'{A}\n{B}\n{C}\n')
    engine.answers('inspect', ''.join(
        line(id, '', created=f'2026-01-31T10:20:{second}Z') for id, second in ((A, '29.9'), (B, '30.1'), (C, '45.0'))
    ))
    assert [found.id for found in launch('').find() or []] == [B, C]


@pytest.mark.parametrize(('state', 'grace', 'calls'), [
    ('running', 30, [['stop', '-t', '30', A], ['rm', '-f', '-v', A]]), ('running', None, [['rm', '-f', '-v', A]]),
    ('exited', 30, [['rm', '-f', '-v', A]]),
])
def test_end(engine: Engine, state: str, grace: int | None, calls: list[list[str]]) -> None:
    assert launch().end(Container(A, state), grace, lambda: False)
    assert [call[1:] for call in engine.calls] == [*calls, ['ps', '-aq', '--filter', f'id={A}']]


def test_it_is_gone_a_moment_later(engine: Engine) -> None:
    """With --rm the engine may be removing it itself."""
    engine.answers('rm', '', 'Error: removal of container is already in progress\n', 1)
    engine.answers('ps.1', f'{A}\n')
    assert launch().end(Container(A, 'exited'), None, lambda: False)


def test_an_engine_that_has_its_own_way_to_remove(engine: Engine) -> None:
    assert launch()._replace(removal=PODMAN.removal).end(Container(A, 'exited'), None, lambda: False)
    assert [call[1:] for call in engine.calls[:-1]] == [[*words, A] for words in PODMAN.removal]


def test_without_a_value_that_the_engines_program_drops(engine: Engine) -> None:
    """What is called docker here is a script: the one that was created since may be this launch's."""
    engine.answers('ps', f'{A}\n{B}\n{C}\n')
    without = line(C, '').replace(', "TAO_LAUNCH_ID="', '')
    engine.answers('inspect', line(A, 'other') + line(B, '', created='2026-01-31T10:20:29Z') + without)
    assert launch().find() == [Container(C, 'running', ('PATH=/bin',))]
    engine.answers('inspect', line(A, 'mine') + without)
    assert [found.id for found in launch().find() or []] == [A]
    # a client itself passes it on
    (engine.folder / 'docker').rename(engine.folder / 'docker-client')
    (engine.folder / 'docker').write_bytes(Path('/proc/self/exe').read_bytes()[:100_000])
    (engine.folder / 'docker').chmod(0o755)
    assert not launch().is_wrapped()
