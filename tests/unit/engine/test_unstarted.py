"""Programs that are not there, or are there and cannot be started."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import tao

from tao_launcher.base import machine
from tao_launcher.engine.unstarted import missing


def doctor_says() -> tuple[str, str]:
    """What doctor finds of the engine, and its remedy. The daemon is not spoken of: nobody asked it."""
    done = tao('doctor', '--format', 'json')
    found = {finding['name']: finding for finding in json.loads(done.out)}
    assert (done.code, found['client']['status']) == (1, 'fail') and 'daemon' not in found
    return found['client']['found'], found['client']['fix']


@pytest.mark.parametrize(('content', 'what', 'fix'), [
    ('#!/bin/sh\r\nexec /usr/bin/docker "$@"\r\n',
     'the lines of {path} end as those of Windows, so that its interpreter is not found', "sed -i 's/\\r$//' {path}"),
    ('#!/no/such/python3 -I\n', 'the interpreter of {path} is not there: /no/such/python3',
     'install it, or correct the first line of the script'),
])
@pytest.mark.parametrize('words', [['dino', 'train'], ['list'], ['images', 'model/dino']])
def test_a_script(
    words: list[str], content: str, what: str, fix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / 'bin' / 'docker'
    path.parent.mkdir()
    path.write_bytes(content.encode())
    path.chmod(0o755)
    monkeypatch.setenv('PATH', str(path.parent))
    assert tao(*words) == (
        125, '', f'tao: error: docker: {what}\n    try: {fix}\n'.format(path=path),
    )
    if words == ['list']:
        assert doctor_says() == (f'docker: {what}'.format(path=path), fix.format(path=path))


def test_a_program_of_another_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One whose loader is not here."""
    import sys

    data = Path(sys.executable).resolve().read_bytes()
    loader = b'/lib64/ld-linux-x86-64.so.2\0'
    if loader not in data:
        pytest.skip('no program of this machine\'s usual kind')
    path = tmp_path / 'bin' / 'docker'
    path.parent.mkdir()
    path.write_bytes(data.replace(loader, b'/nowhe/ld-linux-x86-64.so.2\0'))
    path.chmod(0o755)
    monkeypatch.setenv('PATH', str(path.parent))
    done = tao('dino', 'train')
    assert (done.code, done.err) == (125, (
        f'tao: error: docker: {path} is there, but not what it is to be started with\n'
        f'    as with a program for another system\n    try: file {path}\n'
    ))
    assert doctor_says() == (f'docker: {path} is there, but not what it is to be started with', f'file {path}')


INSTALL = 'install Docker Engine (https://docs.docker.com/engine/install/), or name another engine: --engine podman'


@pytest.mark.parametrize(('content', 'mode', 'what'), [
    ('#!/bin/sh\n', 0o644, 'is not executable (permission denied)'),
    ('no program', 0o755, 'is not an executable (exec format error)'),
])
@pytest.mark.parametrize('is_named', [True, False])
def test_a_program_that_the_kernel_refuses(
    content: str, mode: int, what: str, is_named: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Everyone says the same of it."""
    path = tmp_path / 'bin' / 'docker'
    path.parent.mkdir()
    path.write_text(content)
    path.chmod(mode)
    monkeypatch.setattr(machine, 'USUAL', ())
    monkeypatch.setenv('PATH', str(path.parent))
    engine = str(path) if is_named else 'docker'
    monkeypatch.setenv('TAO_ENGINE', engine)
    for words in (['dino', 'train'], ['list'], ['pull', 'model/dino']):
        done = tao(*words)
        assert (done.code, done.err.splitlines()) == (125, [
            f'tao: error: {engine}: {what}',
            '    the launcher runs containers through the docker command line program', f'    try: {INSTALL}',
        ])
    assert doctor_says() == (f'{engine}: {what}', INSTALL)


def test_missing_program() -> None:
    error = missing('podman', 'no such program')
    assert (error.what, error.why, error.advice) == (
        'podman: no such program', ('the launcher runs containers through the podman command line program',),
        'install Podman (https://podman.io/docs/installation), or name another engine: --engine docker',
    )
