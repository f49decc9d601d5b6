"""Whether a job was told, and how it ended, by the engine's events."""
from __future__ import annotations

import json
import os
from typing import Any, Optional

import pytest
from engine_answers import Engine, ids
from plans import launch as planned

from tao_launcher.launch import told
from tao_launcher.launch.containers import Launch
from tao_launcher.launch.told import Untold

(A,) = ids(1)
NOW, TERM = 1_770_000_010.0, 15
START = {'Action': 'start', 'id': A, 'timeNano': int((NOW - 100) * 1e9), 'Actor': {'ID': A, 'Attributes': {}}}


def launch(owner: str = '7') -> Launch:
    return Launch(('docker',), dict(os.environ), '0123', owner, 'mine', '2026-01-31T10:20:30')


def event(action: str, seconds: float, **attributes: str) -> dict[str, Any]:
    return {'Action': action, 'timeNano': int((NOW + seconds) * 1e9), 'Actor': {'ID': A, 'Attributes': attributes}}


@pytest.mark.parametrize(('events', 'was_told'), [
    ([], None),  # not kept
    ([START], False),
    ([START, event('kill', -0.3, signal='15')], True),
    ([START, event('kill', -50, signal='15')], False),  # someone else's, long ago
    ([START, event('kill', 0.1, signal='2')], False),  # another signal
    ([START, {'Status': 'kill', 'Time': '2026-02-02T02:40:10.5Z'}], True),  # podman's
    (['nonsense', 7, START], False),
])
def test_was_told(engine: Engine, events: list[Any], was_told: Optional[bool]) -> None:
    engine.answers('events', ''.join(f'{json.dumps(one)}\n' for one in events))
    plan = planned('dino', 'train').plan
    assert told.was_told(launch(), plan, A, Untold(TERM, NOW, 0), NOW + 1) is was_told
    assert [call[1] for call in engine.calls] == ['events'] and f'container={A}' in engine.calls[0]


def test_an_engine_that_does_not_say(engine: Engine) -> None:
    plan = planned('dino', 'train').plan
    engine.answers('events', json.dumps(START), code=1)
    assert told.was_told(launch(), plan, A, Untold(TERM, NOW, 0), NOW) is None
    engine.forget()
    # another machine's clock may be another
    assert told.was_told(launch('me@here'), plan, A, Untold(TERM, NOW, 0), NOW) is None
    assert engine.calls == []


@pytest.mark.parametrize(('code', 'found'), [('5', 5), ('0', 0), ('x', None), ('', None)])
def test_exit_code(engine: Engine, code: str, found: Optional[int]) -> None:
    engine.answers('events', f'{json.dumps(START)}\n{json.dumps(event("die", 1, exitCode=code))}\n')
    assert told.exit_code(launch(), A, NOW + 2) == found


@pytest.mark.parametrize(('inspected', 'first', 'found', 'asked'), [
    ('exited 8\n', '5', 8, 0), ('removing 137\n', '', 137, 0),
    ('running 0\n', '5', 5, 1), ('', '5', 5, 1),
    ('running 0\n', '', 6, 2), ('', '', 6, 2),
])
def test_the_own_code_of_a_job_that_is_just_ending(
    engine: Engine, inspected: str, first: str, found: int, asked: int,
) -> None:
    """What is left of its container tells, else the engine's events, which may be a moment late."""
    engine.answers('inspect', inspected)
    engine.answers('events', f'{json.dumps(event("die", 1, exitCode="6"))}\n')
    engine.answers('events.1', f'{json.dumps(event("die", 1, exitCode=first))}\n')
    assert told.own_code(launch(), A, NOW + 2) == found
    assert [call[1] for call in engine.calls].count('events') == asked
