"""What follows from what is known after a failure."""
from __future__ import annotations

import pytest

from tao_launcher.launch.facts import FailureFacts, Holder


@pytest.mark.parametrize(('events', 'has_started', 'may_be_created'), [
    (None, False, True), ((), False, False), (('create', 'die'), False, True), (('create', 'start', 'die'), True, True),
])
def test_events(events: tuple[str, ...] | None, has_started: bool, may_be_created: bool) -> None:
    facts = FailureFacts(code=125, engine=('docker',), events=events)
    assert (facts.has_started, facts.may_be_created) == (has_started, may_be_created)


@pytest.mark.parametrize(('state', 'is_running'), [
    ('running', True), ('paused', True), ('restarting', True), ('exited', False), ('created', False), ('dead', False),
])
def test_a_container_that_would_have_to_be_stopped(state: str, is_running: bool) -> None:
    assert Holder('a', 'night', state).is_running is is_running
