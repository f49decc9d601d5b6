"""What a runner launches on the checkouts of all backends: with tao-core, without it, and where it is not fetched."""
from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Iterator

import pytest
from engine_answers import Engine
from runner_checkout import BASE, DIGEST, PROFILES, backend, commands, run

from tao_launcher.settings.programs import RUNNERS, SERVICES

WITH_CORE = [program for program in RUNNERS if program != 'tao_tf']


def paths(out: str) -> Iterator[list[str]]:
    """The PYTHONPATHs in each of the launches that a dry run prints."""
    for words in (line for line in commands(out) if line[1] == 'run'):
        yield [word for word in words if word.startswith('PYTHONPATH')]


@pytest.mark.parametrize('program', RUNNERS)
@pytest.mark.parametrize('has_core', [False, True])
def test_pythonpath(program: str, has_core: bool, tmp_path: Path) -> None:
    """Base images do not contain tao-core; the runner of tao_tf never had it."""
    root = backend(tmp_path / 'x', program, has_core=has_core)
    place = PROFILES[program]['mounted_at']
    path = f'{place}:{place}/tao-core' if has_core and program in WITH_CORE else place
    done = run(root, '--dry-run', '--', 'x', program=program, PYTHONPATH='/host')
    assert (done.code, done.err, next(paths(done.out))) == (0, '', [f'PYTHONPATH={path}'])
    done = run(root, 'release', '--wheel', '--tag', 'x', '--dry-run', program=program)
    assert (done.code, done.err, next(paths(done.out))) == (0, '', [f'PYTHONPATH={path}'])


@pytest.mark.parametrize('program', SERVICES)
def test_pythonpath_of_the_service(program: str, tmp_path: Path) -> None:
    root = backend(tmp_path / 'x', program, has_core=True)
    place, package = (PROFILES[program][key] for key in ('mounted_at', 'package'))
    done = run(root, '--dry-run', '--run_as_service', program=program)
    assert next(paths(done.out)) == [f'PYTHONPATH={place}:{place}/tao-core:{place}/{package}/api']


def test_import_of_tao_core(tmp_path: Path) -> None:
    """The manifest by tag; only the package's folder in tao-core."""
    root = tmp_path / 'x'
    for name, text in (
        ('docker/manifest.json', json.dumps(
            {'registry': 'nvcr.io', 'repository': 'nvstaging/tao/tao_pytorch_base_image', 'tag': 'test'})),
        ('docker/Dockerfile', ''), ('tao-core/nvidia_tao_core/__init__.py', ''),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    done = run(root, '--dry-run', '--', 'python', '-c', 'import nvidia_tao_core')
    assert (done.code, done.err) == (0, '')
    assert f' -v {root}:/tao-pt -e PYTHONPATH=/tao-pt:/tao-pt/tao-core ' in done.out
    assert done.out.endswith(" nvcr.io/nvstaging/tao/tao_pytorch_base_image:test python -c 'import nvidia_tao_core'\n")


@pytest.mark.parametrize('program', RUNNERS)
@pytest.mark.parametrize('gone', [False, True])
def test_not_fetched(program: str, gone: bool, tmp_path: Path, engine: Engine) -> None:
    """Everything that works on the checkout says so, once."""
    root = backend(tmp_path / 'my checkout', program, has_core=True)
    shutil.rmtree(root / 'tao-core')
    if not gone:
        (root / 'tao-core').mkdir()
    engine.answers('version', '{}')
    said = f'1 submodule of {root} is not fetched yet, and empty: tao-core'
    line = f"cd '{root}' && git submodule update --init --recursive"
    place = PROFILES[program]['mounted_at']
    for words in (['--dry-run', '--', 'x'], ['build', '--dry-run'], ['release', '--wheel', '--tag', 'x', '--dry-run']):
        done = run(root, *words, program=program)
        assert (done.code, done.err) == (0, f'{program}: notice: {said}; {line}\n')
        assert all(found == [f'PYTHONPATH={place}'] for found in paths(done.out))
    assert json.loads(run(root, '--dry-run=json', program=program).out)['notices'][0] == f'{said}; {line}'
    done = run(root, 'check', '--files', program=program, DOCKER_HOST='tcp://127.0.0.1:1')
    assert (done.code, done.out, done.err) == (1, '', f'{program}: notice: submodules: {said}; try: {line}\n')
    done = run(root, 'check', '--format', 'json', program=program, DOCKER_HOST='tcp://127.0.0.1:1')
    assert {'name': 'submodules', 'status': 'fail', 'found': said, 'fix': line} in json.loads(done.out)


def test_the_image_is_that_of_the_manifest(tmp_path: Path) -> None:
    root = backend(tmp_path / 'x', 'tao_pt')
    assert next(commands(run(root, '--dry-run').out))[-2] == f'{BASE}@{DIGEST}'
