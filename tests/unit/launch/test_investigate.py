"""Which looks a refusal gets, and where the settings come from that they name."""
from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from engine_answers import Engine
from plans import launch as planned

from tao_launcher.base import processes
from tao_launcher.launch import host_looks, investigate
from tao_launcher.launch.containers import Launch
from tao_launcher.launch.facts import FailureFacts
from tao_launcher.launch.looks import TimedEngine

INFO = {'Architecture': 'aarch64', 'SecurityOptions': ['name=userns'], 'InitCommit': {'ID': 'N/A'}}


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in a container, wherever the tests run."""
    monkeypatch.setattr(host_looks, 'MARKS', ())


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


PLAIN = 'failed to configure transport: Get "https://…/v2/": tls: first record does not look like a TLS handshake'
OWN_CA = 'Get "https://…/v2/": x509: certificate signed by unknown authority'
LOOPBACK = {'RegistryConfig': {'InsecureRegistryCIDRs': ['127.0.0.0/8']}}
TOLD = {'RegistryConfig': {'IndexConfigs': {'lab:5000': {'Secure': False}}, 'InsecureRegistryCIDRs': ['127.0.0.0/8']}}


@pytest.mark.parametrize(('registry', 'info', 'said', 'is_known'), [
    ('127.0.0.1:5000', LOOPBACK, PLAIN, False),  # the daemon takes it: its trouble was another
    ('localhost:5000', LOOPBACK, PLAIN, False),
    ('lab:5000', TOLD, PLAIN, False),
    ('lab:5000', TOLD, OWN_CA, False),
    ('lab:5000', TOLD, 'manifest unknown', True),
    ('lab:5000', {}, PLAIN, False),
    ('lab:5000', LOOPBACK, PLAIN, True),
    ('lab:5000', LOOPBACK, OWN_CA, True),
    ('lab:5000', LOOPBACK, 'write: no space left on device', False),  # of the client's disk
])
def test_what_a_client_meets_and_its_daemon_does_not(
    registry: str, info: dict[str, object], said: str, is_known: bool, engine: Engine,
) -> None:
    engine.answers('image', '', 'No such image', 1)
    engine.answers('manifest', '', said, 1)
    engine.answers('info', json.dumps(info))
    image = f'{registry}/a/b:1'
    plan = planned('--image', image, 'dino', 'train').plan
    found = investigate.why_refused(facts(image=image, environ=dict(os.environ)), plan, asking())
    assert found.registry_said == (said if is_known else None)


@pytest.mark.parametrize('said', ['dial tcp: i/o timeout', PLAIN, OWN_CA])
def test_a_daemon_in_another_network(said: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, 'listener', lambda path: processes.Listener(1, shares_network=False))
    engine.answers('image', '', 'No such image', 1)
    engine.answers('manifest', '', said, 1)
    engine.answers('info', json.dumps(LOOPBACK))
    plan = planned('--image', 'lab:5000/a/b:1', 'dino', 'train').plan
    assert investigate.why_refused(facts(image='lab:5000/a/b:1'), plan, asking()).registry_said is None


def test_a_client_with_a_proxy_has_another_way(engine: Engine) -> None:
    engine.answers('image', '', 'No such image', 1)
    engine.answers('manifest', '', 'proxyconnect tcp: dial tcp: connection refused', 1)
    plan = planned('--image', 'nvcr.io/a/b:1', 'dino', 'train').plan
    known = facts(image='nvcr.io/a/b:1', environ={'HTTPS_PROXY': 'http://p:1'})
    assert investigate.why_refused(known, plan, asking()).registry_said is None


@pytest.mark.parametrize(('at', 'command', 'is_hidden'), [
    ('/usr/local/bin', 'dino', True), ('/usr', 'dino', True), ('/opt/conda', 'dino', True), ('/data', 'dino', False),
    ('/usr/local/bin', '/opt/tool', False), ('/opt', '/opt/tool', True),
])
def test_a_mount_that_hides_the_command(
    at: str, command: str, is_hidden: bool, engine: Engine, tmp_path: Path,
) -> None:
    engine.answers('image', '["PATH=/opt/conda/bin:/bin"]')
    plan = planned('--volume', f'{tmp_path}:{at}', 'dino', 'train').plan
    said = f'{tmp_path}, mounted over {at} (--volume),' if is_hidden else ''
    assert investigate.hiding(plan, command, asking()) == said


def test_for_which_machine(engine: Engine) -> None:
    plan = planned('dino', 'train').plan
    own = {'x86_64': 'amd64', 'aarch64': 'arm64'}[os.uname().machine]
    engine.answers('image', own)
    assert investigate.for_which_machine(facts(code=1), plan, asking()).image_machine == ''
    engine.answers('image', 's390x')
    engine.answers('info', json.dumps({'Architecture': os.uname().machine}))
    found = investigate.for_which_machine(facts(code=1), plan, asking())
    assert (found.image_machine, found.engine_machine) == ('s390x', own)
