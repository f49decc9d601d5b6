"""An image for another machine, found out before it is pulled."""
from __future__ import annotations

import json
import os
from typing import Any

import pytest
from image_answers import DINO, Engine
from support import tao

HERE = {'x86_64': 'amd64', 'aarch64': 'arm64'}[os.uname().machine]
OTHER = 'arm64' if HERE == 'amd64' else 'amd64'
DIGEST = f'sha256:{"d" * 64}'


def index(*machines: str) -> str:
    entries = [{'digest': DIGEST, 'platform': {'os': 'linux', 'architecture': machine}} for machine in machines]
    return json.dumps({'schemaVersion': 2, 'manifests': entries})


def pulls(engine: Engine) -> list[list[str]]:
    return [call[1:] for call in engine.calls if call[1] == 'pull']


def test_an_index_without_the_daemons_machine(engine: Engine) -> None:
    engine.answers('manifest', index(OTHER))
    assert tao('--quiet', 'pull', 'model/dino') == (125, '', (
        f'tao: error: {DINO} is for linux/{OTHER}\n'
        f'    the daemon runs on linux/{HERE}\n'
        f'    try: --platform linux/{OTHER} before "pull", where an emulator for it is installed\n'
    ))
    assert pulls(engine) == []


@pytest.mark.parametrize(('words', 'env', 'why', 'advice'), [
    ([f'--platform=linux/{OTHER}'], {}, f'--platform asks for linux/{OTHER}', f'--platform linux/{HERE}, or none'),
    ([], {'DOCKER_DEFAULT_PLATFORM': f'linux/{OTHER}/v8'}, f'DOCKER_DEFAULT_PLATFORM asks for linux/{OTHER}/v8',
     'unset DOCKER_DEFAULT_PLATFORM'),
])
def test_what_asked_for_it_is_named(
    engine: Engine, words: list[str], env: dict[str, str], why: str, advice: str,
) -> None:
    engine.answers('manifest', index(HERE))
    assert tao('--quiet', *words, 'pull', 'model/dino', env=env) == (
        125, '', f'tao: error: {DINO} is for linux/{HERE}\n    {why}\n    try: {advice}\n',
    )
    assert pulls(engine) == []
    assert tao('--quiet', '--no-check', *words, 'pull', 'model/dino', env=env).code == 0
    assert pulls(engine) == [['pull', '--quiet', *words, DINO]]


def test_a_variable_that_does_not_reach_the_client(engine: Engine) -> None:
    sudo = engine.folder / 'sudo'
    sudo.write_text('#!/bin/sh\nexec env -u DOCKER_DEFAULT_PLATFORM "$@"\n')
    sudo.chmod(0o755)
    engine.answers('manifest', index(HERE))
    env = {'DOCKER_DEFAULT_PLATFORM': f'linux/{OTHER}'}
    assert tao('--quiet', '--engine', 'sudo docker', 'pull', 'model/dino', env=env) == (0, '', '')
    assert len(pulls(engine)) == 1


def test_an_image_that_is_no_index(engine: Engine) -> None:
    """The answer of `manifest inspect --verbose` is one document as well, with the platform in it."""
    single: dict[str, Any] = {
        'layers': [{'digest': 'sha256:1', 'size': 1}],
        'Descriptor': {'platform': {'os': 'linux', 'architecture': OTHER}},
    }
    engine.answers('manifest', json.dumps(single))
    assert tao('--quiet', 'pull', 'model/dino').err.startswith(f'tao: error: {DINO} is for linux/{OTHER}\n')
    assert [call[1:] for call in engine.calls if call[1] == 'manifest'] == [
        ['manifest', 'inspect', DINO], ['manifest', 'inspect', '--verbose', DINO],
    ]
    engine.forget()
    tao('--quiet', '--engine=podman', 'pull', 'model/dino')
    assert [call[1:] for call in engine.calls if call[1] == 'manifest'] == [['manifest', 'inspect', DINO]]


def test_the_daemon_of_another_machine_is_asked(engine: Engine) -> None:
    engine.answers('version', json.dumps({'Server': {'Arch': OTHER}}))
    engine.answers('manifest', index(HERE))
    done = tao('--quiet', 'pull', 'model/dino', env={'DOCKER_HOST': 'tcp://gpu1:2376'})
    assert done.err.splitlines()[1] == f'    the daemon runs on linux/{OTHER}'
    engine.answers('version', '{}')
    assert tao('--quiet', 'pull', 'model/dino', env={'DOCKER_HOST': 'tcp://gpu1:2376'}).code == 0


@pytest.mark.parametrize('manifest', ['', '{}', '[]', '{"manifests": []}', '{"manifests": [7]}', '{"layers": []}'])
def test_a_registry_that_does_not_say(engine: Engine, manifest: str) -> None:
    engine.answers('manifest', manifest)
    assert tao('--quiet', 'pull', 'model/dino').code == 0
    assert pulls(engine) == [['pull', '--quiet', DINO]]


def test_all_that_do_not_fit(engine: Engine) -> None:
    engine.answers('manifest', index(OTHER))
    done = tao('--quiet', 'pull', 'dino', 'annotations')
    lines = done.err.splitlines()
    assert [line.rpartition(' is for ')[2] for line in lines[:-2]] == [f'linux/{OTHER}'] * 3
