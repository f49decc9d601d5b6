"""Variables that name a daemon, and that sudo keeps from the engine's client."""
from __future__ import annotations

import json
import shlex

import pytest
from doctor_answers import INFOS, VERSIONS
from engine_answers import Engine
from support import FakeDocker, tao

from tao_launcher.engine import withheld

HOST = {'DOCKER_HOST': 'tcp://gpu1:2375'}
SAID = (
    'tao: notice: sudo does not pass DOCKER_HOST on, unless sudoers keeps it; to do so: '
    "tao --engine 'sudo --preserve-env=DOCKER_HOST -n docker' …\n"
)


@pytest.mark.parametrize(('engine', 'environ', 'name', 'keeps'), [
    ('docker', HOST, '', ''), ('sudo docker', {}, '', ''),
    ('sudo docker', {'DOCKER_HOST': ''}, '', ''),
    ('sudo -n docker', HOST, 'DOCKER_HOST', 'sudo --preserve-env=DOCKER_HOST -n docker'),
    ('sudo docker', {**HOST, 'DOCKER_CONTEXT': 'lab'}, 'DOCKER_HOST', 'sudo --preserve-env=DOCKER_HOST docker'),
    # which is in the caller's files
    ('sudo docker', {'DOCKER_CONTEXT': 'lab'}, 'DOCKER_CONTEXT', 'sudo --preserve-env=DOCKER_CONTEXT,HOME docker'),
    ('sudo docker', {'DOCKER_CONTEXT': 'lab', 'DOCKER_CONFIG': '/c'}, 'DOCKER_CONTEXT',
     'sudo --preserve-env=DOCKER_CONTEXT,HOME,DOCKER_CONFIG docker'),
    ('sudo -E docker', HOST, '', ''), ('sudo --preserve-env=DOCKER_HOST docker', HOST, '', ''),
    ('sudo DOCKER_HOST=unix:///x docker', HOST, '', ''), ('sudo docker -H unix:///x', HOST, '', ''),
    ('sudo docker --context lab', HOST, '', ''), ('sudo podman', HOST, '', ''), ('sudo apptainer', HOST, '', ''),
    ('sudo podman', {'CONTAINER_HOST': 'ssh://x'}, 'CONTAINER_HOST', 'sudo --preserve-env=CONTAINER_HOST podman'),
])
def test_what_is_withheld(engine: str, environ: dict[str, str], name: str, keeps: str) -> None:
    words = shlex.split(engine)
    assert withheld.variable(words, environ) == name
    assert withheld.remedy(words, environ) == (f"tao --engine '{keeps}' …" if keeps else '')
    assert len(withheld.notices(words, environ)) == bool(name)


def pass_on(engine: FakeDocker | Engine) -> None:
    """A sudo that starts the command, without a question."""
    program = engine.folder / 'sudo'
    program.write_text('#!/bin/sh\n[ "$1" != -n ] || shift\nexec "$@"\n')
    program.chmod(0o755)


def test_a_launch(fake_docker: FakeDocker) -> None:
    pass_on(fake_docker)
    for words in (['--dry-run', 'dino', 'train'], ['dino', 'train']):
        done = tao('--engine', 'sudo -n docker', *words, env=HOST)
        assert (done.code, done.err) == (0, SAID)
    assert tao('--engine', 'sudo -n docker', 'dino', 'train').err == ''


def test_verbs_and_the_tab_key(engine: Engine) -> None:
    pass_on(engine)
    assert tao('--engine', 'sudo -n docker', 'list', env=HOST).err.startswith(SAID)
    line = 'tao --engine "sudo -n docker" stop '
    done = tao('completion', '--complete', 'bash', line, '', env=HOST)
    assert (done.code, done.err) == (0, '') and [call[1] for call in engine.calls] == ['ps', 'ps']


def test_doctor(engine: Engine) -> None:
    pass_on(engine)
    engine.answers('version', VERSIONS['docker-ce 28'])
    engine.answers('info', INFOS['nothing'])
    done = tao('--engine', 'sudo -n docker', 'doctor', '--format', 'json', env=HOST)
    (found,) = [one for one in json.loads(done.out) if one['name'] == 'sudo']
    assert (found['status'], found['found']) == ('warn', withheld.explained('DOCKER_HOST'))
    assert found['fix'] == "tao --engine 'sudo --preserve-env=DOCKER_HOST -n docker' …"
