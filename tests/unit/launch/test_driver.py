"""A launch that docker refuses because the driver is too old for the image."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from engine_answers import Engine
from support import tao

INSTALL = 'https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/'
SAID = (
    'docker: Error response from daemon: failed to create task for container: OCI runtime create failed: '
    'nvidia-container-cli: requirement error: unsatisfied condition: cuda>=13.0, please update your driver to a newer '
    'version, or use an earlier cuda container: unknown.\n'
)


@pytest.fixture(autouse=True)
def refusing(engine: Engine) -> None:
    """An engine that has the image, and a toolkit that refuses it."""
    engine.answers('run', '', SAID, 125)
    engine.answers('image', 'sha256:1\n')
    engine.answers('events', ''.join(
        json.dumps({'Action': action, 'id': 'f00d', 'timeNano': 1}) + '\n' for action in ('create', 'die')
    ))
    engine.answers('info', json.dumps({'Runtimes': {'nvidia': {}}}))


def driver(engine: Engine, version: str, code: int = 0) -> None:
    """An nvidia-smi that has one answer."""
    path = Path(engine.folder, 'nvidia-smi')
    path.write_text(f'#!/bin/sh\necho "{version}"\nexit {code}\n')
    path.chmod(0o755)


def reason(*words: str) -> str:
    """What is said after docker's own words."""
    done = tao('--quiet', '--no-check', *words)
    assert (done.code, done.out) == (125, '')
    return done.err.partition(SAID)[2]


def said(release: str, least: str, version: str, fits: str) -> str:
    what = f'TAO {release} asks for driver {least} or later, this machine has {version}'
    older = f'--release {fits} before the task name, the newest for this driver; or ' if fits else ''
    return f'tao: error: if docker said "unsatisfied condition: cuda": {what}\n    try: {older}{INSTALL}\n'


@pytest.mark.parametrize(('words', 'version', 'expected'), [
    (['dino', 'train'], '535.183.01', said('7.1.0', '580', '535.183.01', '5.3.0')),
    (['--release', '5.5.0', 'dino', 'train'], '535.183.01', said('5.5.0', '550', '535.183.01', '5.3.0')),
    (['--tag', '6.0.0-pyt', 'dino', 'train'], '535.183.01', said('6.0.0', '550', '535.183.01', '5.3.0')),
    # the newest release for this driver has no such task
    (['clip', 'train'], '535.183.01', said('7.1.0', '580', '535.183.01', '')),
    (['detectnet_v2', 'train'], '520.1', said('6.26.3', '550', '520.1', '4.0.1')),
])
def test_the_newest_release_for_this_driver(engine: Engine, words: list[str], version: str, expected: str) -> None:
    driver(engine, version)
    assert reason(*words) == expected


@pytest.mark.parametrize(('words', 'version'), [
    (['dino', 'train'], '580.65.06'),
    (['--release', '5.2.0', 'dino', 'train'], '535.183.01'),
    (['--image', 'my/own:latest', '--release', '5.2.0', 'dino', 'train'], '535.183.01'),
    (['dino', 'train'], 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver'),
    (['dino', 'train'], ''),
])
def test_a_driver_that_is_no_reason(engine: Engine, words: list[str], version: str) -> None:
    driver(engine, version)
    assert 'asks for driver' not in reason(*words)


def test_without_gpus_the_driver_is_not_asked_for(engine: Engine) -> None:
    driver(engine, '390.1')
    assert 'asks for driver' not in reason('--gpus', 'none', 'dino', 'train')


def test_no_program(engine: Engine) -> None:
    assert 'asks for driver' not in reason('dino', 'train')
