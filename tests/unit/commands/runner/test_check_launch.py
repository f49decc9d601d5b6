"""tao_pt check says what a launch would say: with every engine, and of the settings."""
from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from engine_answers import Engine
from runner_checkout import DIGEST, backend, run
from support import Result, write_mounts

OTHER = 'sha256:' + 'b' * 64


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return backend(tmp_path / 'x', 'tao_pt')


def failed(done: Result) -> dict[str, str]:
    """What is wrong, by the name of its check."""
    return {each['name']: each['found'] for each in json.loads(done.out) if each['status'] == 'fail'}


def check(root: Path, *options: str, **env: str) -> Result:
    return run(root, *options, 'check', '--format', 'json', **env)


@pytest.mark.parametrize('name', ['apptainer', 'singularity'])
@pytest.mark.parametrize('by', ['option', 'variable'])
def test_no_program_of_an_engine_without_a_daemon(name: str, by: str, root: Path) -> None:
    options, env = (['--engine', name], {}) if by == 'option' else ([], {'TAO_ENGINE': name})
    done = check(root, *options, **env)
    assert (done.code, failed(done)) == (1, {'engine': f'no program {name} on PATH'})
    files = run(root, *options, 'check', '--files', **env)
    assert (files.code, files.out) == (1, '') and f'notice: engine: no program {name} on PATH; try: http' in files.err
    assert run(root, *options, '--', 'ls', **env).code == 125


def program(folder: Path, build: str) -> str:
    """An apptainer that tells its version and how it was built; what PATH is with it."""
    folder.mkdir()
    (folder / 'apptainer').write_text(
        f'#!/bin/sh\necho "$@" >>"{folder}/calls"\ncase $1 in version) echo 1.4.0;; buildcfg) echo {build};; esac\n')
    (folder / 'apptainer').chmod(0o755)
    return f'{folder}:{os.environ["PATH"]}'


def test_an_engine_without_a_daemon(root: Path, tmp_path: Path, home: Path) -> None:
    """Its program is asked what `tao doctor` asks it, and nothing of docker's."""
    path = program(tmp_path / 'bin', 'APPTAINER_SUID_INSTALL=1')
    done = run(root, '--engine', 'apptainer', 'check', '--all', PATH=path)
    assert done.code == 0, done
    assert f'ok    engine    {tmp_path}/bin/apptainer 1.4.0, with its setuid part\n' in done.out
    assert (tmp_path / 'bin/calls').read_text() == 'version\nbuildcfg\n'
    printed = run(root, '--engine', 'apptainer', 'check', '--dry-run', PATH=path)
    assert printed.out == (
        'apptainer version\napptainer buildcfg\n# then, without its setuid part, unless you are root:\n'
        'unshare --user --map-root-user true\n'
    )
    write_mounts(home, {'Mounts': [{'source': '/none', 'destination': '/data'}]})
    done = check(root, '--engine', 'apptainer', PATH=path)
    launch = run(root, '--engine', 'apptainer', '--', 'ls', PATH=path)
    assert (done.code, launch.code) == (1, 2)
    assert failed(done)['launch'] in launch.err.replace('\n    ', '; ')


def test_no_engine(root: Path, home: Path) -> None:
    """A checkout has to be where the container has it."""
    for done, files in (
        (check(root, '--engine', 'none'), run(root, '--engine', 'none', 'check', '--files')),
        (check(root, TAO_ENGINE='none'), run(root, 'check', '--files', TAO_ENGINE='none')),
        (check(root, TAO_DOCKER_DISABLE='1'), run(root, 'check', '--files', TAO_DOCKER_DISABLE='1')),
    ):
        launch = run(root, '--engine', 'none', '--', 'ls')
        assert (done.code, launch.code, files) == (1, 2, (0, '', ''))
        assert list(failed(done)) == ['launch'] and failed(done)['launch'] in launch.err.replace('\n    ', '; ')
    assert run(root, '--engine', 'none', 'check', '--dry-run') == (0, '', '')
    assert failed(check(root, '--engine', 'none', '--no-check')) == {}
    write_mounts(home, {'DockerOptions': {'same_paths': True}})
    assert failed(check(root, '--engine', 'none')) == {}


def test_the_settings_of_a_launch(root: Path, engine: Engine, home: Path) -> None:
    """With docker too; what the engine says comes besides."""
    engine.answers('version', '{}')
    engine.answers('image', '', 'Error: No such image: x\n', 1)
    engine.answers('manifest', '{}')
    assert failed(check(root)) == {}
    write_mounts(home, {'Mounts': [{'source': '/none', 'destination': '/data'}], 'DockerOptions': {'gpus': 'free'}})
    done = check(root)
    assert (done.code, list(failed(done))) == (1, ['launch'])
    assert failed(done)['launch'].startswith('1 mount source not found; /none (')
    (home / '.tao_mounts.json').write_text('{')
    assert f'{home}/.tao_mounts.json:1:2: ' in failed(check(root))['launch']
    engine.forget()
    assert run(root, 'check', '--files').code == 0 and engine.calls == []


def test_the_image_of_the_platform_that_is_asked_for(tmp_path: Path, engine: Engine) -> None:
    names = {'registry': 'nvcr.io', 'repository': 'a/b', 'digests': {'x86': DIGEST, 'arm': OTHER}}
    root = backend(tmp_path / 'y', 'tao_pt', manifest=names)
    own = OTHER if os.uname().machine == 'aarch64' else DIGEST
    for platform, digest in (('linux/amd64', DIGEST), ('linux/arm64', OTHER)):
        done = run(root, 'check', '--dry-run', DOCKER_DEFAULT_PLATFORM=platform)
        assert f'docker image inspect nvcr.io/a/b@{digest}\n' in done.out
        done = run(root, '--engine', 'sudo docker', 'check', '--dry-run', DOCKER_DEFAULT_PLATFORM=platform)
        assert f'docker image inspect nvcr.io/a/b@{own}\n' in done.out  # sudo keeps the variable to itself
    done = check(root, DOCKER_DEFAULT_PLATFORM='linux/s390x')
    assert 'no image for linux/s390x (s390x), which DOCKER_DEFAULT_PLATFORM asks for' in failed(done)['manifest']
