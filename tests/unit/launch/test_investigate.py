"""Which looks a refusal gets, and where the settings come from that they name."""
from __future__ import annotations

import json
import os

import pytest
from engine_answers import Engine
from plans import launch as planned

from tao_launcher.launch import investigate
from tao_launcher.launch.containers import Launch
from tao_launcher.launch.facts import FailureFacts
from tao_launcher.launch.looks import TimedEngine

INFO = {'Architecture': 'aarch64', 'SecurityOptions': ['name=userns'], 'InitCommit': {'ID': 'N/A'}}


def asking() -> TimedEngine:
    return TimedEngine(Launch(('docker',), dict(os.environ), '0123', '1000', 'mine', '2026-01-31T10:20:30'))


def facts(**known: object) -> FailureFacts:
    return FailureFacts(**{'code': 125, 'engine': ('docker',), **known})  # type: ignore[arg-type]


@pytest.mark.parametrize(('words', 'option', 'found'), [
    (['--network', 'lab'], '--network', ('lab', '--network')),
    (['--docker-arg=--network=lab'], '--network', ('lab', '--docker-arg')),
    (['--docker-arg=--net=lab'], '--network', ('lab', '--docker-arg')),
    (['--docker-arg=--platform=linux/arm64'], '--platform', ('linux/arm64', '--docker-arg')),
    ([], '--network', ('', '')),
])
def test_what_the_engine_was_told(words: list[str], option: str, found: tuple[str, str]) -> None:
    assert investigate.told(planned(*words, 'dino', 'train').plan, option) == found


def test_what_is_asked(engine: Engine) -> None:
    """Only what can be the reason: a launch without ports, a name or a network is not asked about them."""
    engine.answers('info', json.dumps(INFO))
    engine.answers('image', 'arm64')
    found = investigate.why_refused(facts(image='i:1'), planned('--image', 'i:1', 'dino', 'train').plan, asking())
    assert sorted(call[1] for call in engine.calls) == ['help', 'image', 'info']
    assert (found.remaps_users, found.lacks_init, found.engine_machine) == (True, True, 'arm64')


def test_what_is_asked_where_there_was_a_container(engine: Engine) -> None:
    plan = planned('--name', 'night', '--port', '80:80', '--network', 'lab', 'dino', 'train').plan
    known = facts(events=('create', 'die'), network='lab')
    investigate.why_refused(known, plan, asking())
    assert sorted(call[1] for call in engine.calls) == ['info', 'network', 'ps']


def test_what_is_asked_where_the_image_is_not_here(engine: Engine) -> None:
    engine.answers('image', '', 'No such image', 1)
    engine.answers('manifest', '', 'unauthorized', 1)
    plan = planned('--image', 'nvcr.io/a/b:1', 'dino', 'train').plan
    found = investigate.why_refused(facts(image='nvcr.io/a/b:1'), plan, asking())
    assert sorted(call[1] for call in engine.calls) == ['help', 'image', 'info', 'manifest']
    assert (found.image_is_here, found.registry_said, found.is_logged_in) == (False, 'unauthorized', False)
    for known in ({'pull': 'never'}, {'is_remote': True}):  # the registry, and this machine's way there, do not count
        engine.forget()
        found = investigate.why_refused(facts(image='nvcr.io/a/b:1', **known), plan, asking())
        assert (sorted(call[1] for call in engine.calls), found.registry_said) == (['help', 'image', 'info'], None)


def test_a_daemon_with_a_proxy_has_another_network(engine: Engine) -> None:
    """That its client reaches nothing says nothing of it."""
    engine.answers('image', '', 'No such image', 1)
    engine.answers('manifest', '', 'dial tcp: lookup nvcr.io: no such host', 1)
    plan = planned('--image', 'nvcr.io/a/b:1', 'dino', 'train').plan
    for info, said in (({}, 'dial tcp: lookup nvcr.io: no such host'), ({'HttpsProxy': 'http://p:3128'}, None)):
        engine.answers('info', json.dumps(info))
        assert investigate.why_refused(facts(image='nvcr.io/a/b:1'), plan, asking()).registry_said == said


def test_for_which_machine(engine: Engine) -> None:
    plan = planned('dino', 'train').plan
    own = {'x86_64': 'amd64', 'aarch64': 'arm64'}[os.uname().machine]
    engine.answers('image', own)
    assert investigate.for_which_machine(facts(code=1), plan, asking()).image_machine == ''
    engine.answers('image', 's390x')
    engine.answers('info', json.dumps({'Architecture': os.uname().machine}))
    found = investigate.for_which_machine(facts(code=1), plan, asking())
    assert (found.image_machine, found.engine_machine) == ('s390x', own)
