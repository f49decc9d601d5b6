"""The base image of the runner that builds its own: pulled, else built, and never against what was asked."""
from __future__ import annotations

import json
from pathlib import Path

import pytest
from engine_answers import Engine
from support import MADE, Result, tao

from tao_launcher.checkouts.runners import BUILDS_ITS_BASE

MISSING = 'Error: No such image: x\n'


@pytest.fixture
def root(tmp_path: Path, engine: Engine, buildx: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout to be in, whose base image nobody has; an engine that builds."""
    folder = tmp_path / 'checkout'
    (folder / 'docker').mkdir(parents=True)
    (folder / 'docker' / 'Dockerfile').touch()
    (folder / 'docker' / 'manifest.json').write_text(
        json.dumps({'registry': 'r.test', 'repository': 'a/b', 'tag': 'c'}),
    )
    engine.answers('image', '[]\n', MISSING, 1)
    engine.answers('image.2', json.dumps([{'Id': MADE}]))
    for verb in ('pull', 'buildx', 'run'):
        engine.answers(verb)
    monkeypatch.chdir(folder)
    return folder


def run(*options: str, program: str = BUILDS_ITS_BASE) -> Result:
    return tao('--quiet', *options, '--', 'make', program=program)


def steps(engine: Engine) -> list[str]:
    return [call[1] for call in engine.calls if call[1] in ('image', 'pull', 'buildx', 'run')]


def test_it_is_pulled(root: Path, engine: Engine) -> None:
    assert run().code == 0
    assert steps(engine) == ['image', 'pull', 'run']


def test_it_is_built_where_it_can_not_be_pulled(root: Path, engine: Engine) -> None:
    engine.answers('pull', '', 'unauthorized\n', 1)
    done = run()
    assert done.code == 0
    assert steps(engine) == ['image', 'pull', 'buildx', 'image', 'run']
    build = next(call for call in engine.calls if call[1] == 'buildx')
    assert build[build.index('-t') + 1] == 'r.test/a/b:c' and build[-1] == str(root)
    assert f'it cannot be pulled: building r.test/a/b:c from {root}/docker/Dockerfile' in done.err


def test_a_build_that_fails_is_the_end(root: Path, engine: Engine) -> None:
    engine.answers('pull', code=1)
    engine.answers('buildx', code=17)
    assert run().code == 17
    assert steps(engine) == ['image', 'pull', 'buildx', 'buildx']


def test_a_pull_that_somebody_ended_is_not_followed_by_a_build(root: Path, engine: Engine) -> None:
    engine.answers('pull', code=130)
    assert run().code == 130
    assert steps(engine) == ['image', 'pull']


@pytest.mark.parametrize(('image', 'error'), [('[{}]\n', ''), ('', 'Cannot connect to the Docker daemon\n')])
def test_it_is_here_or_there_is_no_engine_to_say_so(root: Path, engine: Engine, image: str, error: str) -> None:
    engine.answers('image', image, error, 1 if error else 0)
    assert run().code == 0
    assert steps(engine) == ['image', 'run']


@pytest.mark.parametrize('options', [['--pull', 'never'], ['--image', 'x:y'], ['--cached', 'x:y'], ['--tag', 'dev']])
def test_another_image_is_never_built(root: Path, engine: Engine, options: list[str]) -> None:
    assert run(*options).code == 0
    assert steps(engine) == ['run']


def test_other_runners_build_nothing(root: Path, engine: Engine) -> None:
    assert run(program='tao_pt').code == 0
    assert steps(engine) == ['run']
