"""An engine that is asked about jobs: what is said when it does not answer."""
from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest
from engine_answers import Engine, container, ids
from support import tao

from tao_launcher.engine.ask import ask

GONE = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n'
NOT_RUNNING = 'the docker daemon is not running'


@pytest.mark.parametrize(('verb', 'out', 'err', 'code'), [
    ('ps', '', GONE, 1),
    ('inspect', '[]\n', GONE, 1),
    ('inspect', '', 'error during connect: Get "http://x/json": EOF\n', 1),
])
def test_the_engine_goes_away(engine: Engine, verb: str, out: str, err: str, code: int) -> None:
    """Between two questions too; it is never taken for "no jobs"."""
    engine.has(container(), container(ids(1)[0]))
    engine.answers(verb, out, err, code)
    ids_alone = [['list', '--format', 'ids']] if verb == 'ps' else []  # which `ps` tells
    for words in (['list'], *ids_alone, ['stop', '--all'], ['clean'], ['wait', 'dino']):
        done = tao(*words)
        assert (done.code, done.out) == (125, '')
        assert NOT_RUNNING in done.err


def test_no_engine(tmp_path: Path) -> None:
    assert tao('list', env={'PATH': str(tmp_path)}) == (
        125, '',
        'tao: error: docker: no such program\n'
        '    the launcher runs containers through the docker command line program\n'
        '    try: install Docker Engine (https://docs.docker.com/engine/install/), or name another engine: '
        '--engine podman\n',
    )


def test_a_client_that_cannot_be_started(tmp_path: Path) -> None:
    """The engine was never asked, so nothing is said of it."""
    program = tmp_path / 'docker'
    program.write_text('#!/nonexistent/sh\n')
    program.chmod(0o755)
    what = (
        f'tao: error: {program}: the interpreter of {program} is not there: /nonexistent/sh\n'
        '    try: install it, or correct the first line of the script\n'
    )
    env = {'DOCKER_HOST': 'unix:///nonexistent.sock'}
    assert tao('--engine', str(program), 'list', env=env) == (125, '', what)
    done = tao('--engine', str(program), 'dino', 'train', env=env)
    assert (done.code, done.err.startswith(what)) == (125, True), done.err


def test_too_many_open_files(engine: Engine) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        answer = ask(['docker', 'ps'], {**os.environ}, 9)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    error = answer.unstarted
    assert answer.code is None and error
    assert (error.what, error.advice) == ('docker: cannot be started (Too many open files)', '')
