"""An engine that is asked about jobs: what is said when it does not answer."""
from __future__ import annotations

from pathlib import Path

import pytest
from engine_answers import Engine, container, ids
from support import tao

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
