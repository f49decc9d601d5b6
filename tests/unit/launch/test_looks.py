"""What may have kept an engine from starting a container: one question each."""
from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from engine_answers import Engine, ids
from plans import launch as planned

from tao_launcher.launch import looks
from tao_launcher.launch.containers import Launch
from tao_launcher.launch.facts import Holder, Taken, Unknown
from tao_launcher.launch.looks import ImageHere, RegistryLook, TimedEngine
from tao_launcher.settings.values import Port

A, B = ids(2)
UNKNOWN = [  # what docker 20 and 28, and podman say of what is not there
    'Error: No such network: lab', 'Error response from daemon: network lab not found', 'Error: No such object: web',
    'Error: network lab: unable to find network with name or ID lab: network not found',
    'Error: no such object: "web"',
]
DOWN = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'


def asking(program: str = 'docker') -> TimedEngine:
    return TimedEngine(Launch((program,), dict(os.environ), '0123', '1000', 'mine', '2026-01-31T10:20:30'))


def line(id: str, state: str = 'running', name: str = '/web', labels: Any = None, ports: Any = None) -> str:
    return f'{id} {state} {json.dumps(name)} {json.dumps(labels)} {json.dumps(ports)}\n'


OWN = {'tao.job': 'model/dino/train', 'tao.user': '1000'}


@pytest.mark.parametrize(('shown', 'found'), [
    (line(A, labels=OWN), Holder(A, 'web', 'running', 'model/dino/train', is_own=True)),
    (line(A, labels={**OWN, 'tao.user': '1'}), Holder(A, 'web', 'running', 'model/dino/train')),
    (line(A, 'exited', 'web'), Holder(A, 'web', 'exited')),
    (line(A, labels={'tao.user': '1000'}), Holder(A, 'web', 'running')),
    (line(A, labels={'tao.job': 'a\nb  "c"', 'tao.user': '1000'}), Holder(A, 'web', 'running', 'a\nb  "c"', True)),
    ('', None), ('rubbish\n', None), (f'{A} running "web"\n', None), (f'{A} running "web" null {{\n', None),
    (line('--help'), None),
])
def test_who_has_a_name(shown: str, found: Holder | None, engine: Engine) -> None:
    engine.answers('ps', f'{A}\n')
    engine.answers('inspect', shown)
    assert looks.name(asking(), 'web.1') == found
    assert engine.calls[0] == ['docker', 'ps', '-q', '--no-trunc', '-a', '--filter', r'name=^/?web\.1$']


def test_a_name_that_nobody_has(engine: Engine) -> None:
    assert looks.name(asking(), 'web') is None
    assert [call[1] for call in engine.calls] == ['ps']
    engine.forget()
    assert looks.name(asking(), '') is None and engine.calls == []


@pytest.mark.parametrize('said', UNKNOWN)
def test_a_network_that_is_not_there(said: str, engine: Engine) -> None:
    for verb in ('network', 'inspect'):
        engine.answers(verb, '', said, 1)
    assert looks.network(asking(), 'lab') is False
    assert looks.network(asking(), 'container:web') is False


def test_networks(engine: Engine) -> None:
    engine.answers('network', 'lab\n')
    assert looks.network(asking(), 'lab') is True
    assert engine.calls == [['docker', 'network', 'inspect', '-f', '{{.Name}}', 'lab']]
    engine.answers('network', '', DOWN, 1)
    assert looks.network(asking(), 'lab') is None
    engine.answers('inspect', 'false\n')
    assert looks.network(asking(), 'container:web') is False
    engine.answers('inspect', 'true\n')
    assert looks.network(asking(), 'container:web') is True
    engine.answers('inspect', '', DOWN, 1)
    assert looks.network(asking(), 'container:web') is None


@pytest.mark.parametrize('name', ['', 'host', 'none', 'bridge', 'slirp4netns:mtu=1500', 'pasta', 'ns:/x'])
def test_an_engines_own_networks_are_not_asked_for(name: str, engine: Engine) -> None:
    assert looks.network(asking(), name) is None
    assert engine.calls == []


def bound(port: str, *places: tuple[str, str]) -> dict[str, object]:
    return {port: [{'HostIp': address, 'HostPort': number} for address, number in places], '9/tcp': None}


TCP = Port(80, 'tcp', '8080')


@pytest.mark.parametrize(('wanted', 'published', 'is_taken'), [
    (TCP, bound('7/tcp', ('0.0.0.0', '8080'), ('::', '8080')), True),
    (TCP, bound('80/tcp', ('', '8080')), True),
    (TCP, bound('80/tcp', ('0.0.0.0', '8081')), False),
    (TCP, bound('80/udp', ('0.0.0.0', '8080')), False),
    (TCP, bound('7/tcp', ('127.0.0.1', '8080')), True),
    (TCP._replace(ip='10.0.0.1'), bound('7/tcp', ('127.0.0.1', '8080')), False),
    (TCP._replace(ip='127.0.0.1'), bound('7/tcp', ('127.0.0.1', '8080')), True),
    (TCP._replace(ip='127.0.0.1'), bound('7/tcp', ('0.0.0.0', '8080')), True),
    (TCP._replace(ip='[::1]'), bound('7/tcp', ('::1', '8080')), True),
    (TCP._replace(ip='[::1]'), bound('7/tcp', ('::', '8080')), True),
    (Port(53, 'udp', '8080'), bound('7/udp', ('0.0.0.0', '8080')), True),
    (TCP, None, False), (TCP, {}, False), (TCP, {'80/tcp': 7}, False), (TCP, [], False),
])
def test_who_has_a_port(wanted: Port, published: object, is_taken: bool, engine: Engine) -> None:
    engine.answers('ps', f'{A}\n{B}\n')
    engine.answers('inspect', line(A, ports={}) + line(B, name='/other', labels=OWN, ports=published))
    container = '80' if wanted.protocol == 'tcp' else '53/udp'
    holder = Holder(B, 'other', 'running', 'model/dino/train', is_own=True)
    taken = (Taken('8080', container, 'from', holder, wanted.ip),) if is_taken else ()
    assert looks.ports(asking(), [wanted], lambda port: 'from', lambda port: False) == taken


def test_a_port_of_a_process(engine: Engine) -> None:
    ports = [TCP, Port(81, 'tcp', '81'), Port(82, 'tcp', '')]
    found = looks.ports(asking(), ports, lambda port: f'{port.container}', lambda port: port.host == '8080')
    assert found == (Taken('8080', '80', '80'),)


@pytest.mark.parametrize('ports', [(), (Port(80, 'tcp', ''),), (Port(80, 'tcp', '8000-8010'),)])
def test_no_port_is_asked_for(ports: tuple[Port, ...], engine: Engine) -> None:
    assert looks.ports(asking(), ports, lambda port: '', lambda port: True) == ()
    assert engine.calls == []


HELP = """
Usage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]

Options:
      --add-host list                    Add a custom host-to-IP mapping
                                         (see --nosuch)
  -e, --env list                         Set environment variables
      --rm                               Automatically remove the container
"""


def test_options_that_a_client_does_not_know(engine: Engine) -> None:
    engine.answers('help', HELP)
    words = ['--rm', '-e', '--nosuch=1', '--add-host=a:b', '--net=x', '-q', '--nosuch=2']
    assert looks.unknown(asking(), words, lambda word: f'from {word}') == (
        Unknown('--nosuch', 'from --nosuch'), Unknown('-q', 'from -q'),
    )
    assert engine.calls == [['docker', 'help', 'run']]


@pytest.mark.parametrize(('out', 'code'), [('', 0), (HELP, 1), ('some other help\n  --all\n', 0)])
def test_a_help_that_is_none(out: str, code: int, engine: Engine) -> None:
    engine.answers('help', out, '', code)
    assert looks.unknown(asking(), ['--nosuch'], lambda word: '') == ()


@pytest.mark.parametrize(('out', 'code', 'found'), [
    ('arm64\n', 0, ImageHere(True, 'arm64')), ('\n', 0, ImageHere(True, '')), ('', 1, ImageHere(False, '')),
])
def test_an_image(out: str, code: int, found: ImageHere, engine: Engine) -> None:
    engine.answers('image', out, '', code)
    assert looks.image(asking(), 'a/b:1') == found


def test_a_registry(engine: Engine) -> None:
    plan = planned('--image', 'nvcr.io/a/b:1', 'dino', 'train').plan
    index = {'manifests': [{'platform': {'os': 'linux', 'architecture': 'amd64'}}]}
    engine.answers('manifest', json.dumps(index))
    assert looks.registry(asking(), plan) == RegistryLook('', ('linux/amd64',))
    engine.answers('manifest', '', 'unauthorized\n', 1)
    assert looks.registry(asking(), plan) == RegistryLook('unauthorized')
    assert engine.calls == [['docker', 'manifest', 'inspect', 'nvcr.io/a/b:1']] * 2
    engine.forget()
    looks.registry(asking(), plan._replace(image='127.0.0.1:5000/a:1'))
    assert engine.calls == [['docker', 'manifest', 'inspect', '--insecure', '127.0.0.1:5000/a:1']]


@pytest.mark.parametrize(('said', 'folders'), [
    ('["PATH=/opt/conda/bin:/bin:","A=b"]', ('/opt/conda/bin', '/bin')), ('["A=b"]', ()), ('null', ()), ('', ()),
])
def test_where_an_image_has_its_programs(engine: Engine, said: str, folders: tuple[str, ...]) -> None:
    engine.answers('image', said)
    assert looks.path(asking(), 'i:1') == folders


def test_all_of_them_have_their_time_together(tmp_path: Path) -> None:
    slow = tmp_path / 'docker'
    slow.write_text('#!/bin/sh\nexec sleep 600\n')
    slow.chmod(0o755)
    launch = Launch((str(slow),), dict(os.environ), '0123', '1000', 'mine', '2026-01-31T10:20:30')
    begun = time.monotonic()
    engine = TimedEngine(launch, 0.5)
    plan = planned('dino', 'train').plan
    assert looks.image(engine, 'x') == ImageHere() and looks.registry(engine, plan) == RegistryLook()
    assert looks.network(engine, 'lab') is None and looks.name(engine, 'web') is None
    assert looks.unknown(engine, ['--nosuch'], lambda word: '') == ()
    assert time.monotonic() - begun < 60
    assert looks.PATIENCE == 2.0


def test_several_questions_take_the_time_of_one(tmp_path: Path) -> None:
    slow = tmp_path / 'docker'
    slow.write_text(
        '#!/bin/sh\n: >"$0.$1"\nuntil [ "$(ls "$0".* | wc -l)" = 8 ]; do sleep 0.05; done\necho "$1"\n',
    )  # none answers before all are asked
    slow.chmod(0o755)
    engine = TimedEngine(Launch((str(slow),), dict(os.environ), '0123', '1000', 'mine', '2026-01-31T10:20:30'), 30)
    engine.ask_ahead([(str(number), 'x') for number in range(8)])
    assert [engine.ask(str(number), 'x').out for number in range(8)] == [f'{number}\n' for number in range(8)]
