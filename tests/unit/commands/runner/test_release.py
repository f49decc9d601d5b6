"""tao_pt release: its lines, and the Dockerfile that it takes."""
from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path
from typing import Iterator

import pytest
from support import Result, tao

from tao_launcher.base.host import package_data

PROFILES = json.loads(package_data('runners.json'))
DIGEST = 'sha256:' + 'a' * 64
BASE = 'nvcr.io/a/b'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose path has a blank; the user's name is known."""
    folder = tmp_path / 'my checkout'
    for name in ('docker', 'release/docker'):
        (folder / name).mkdir(parents=True)
        (folder / name / 'Dockerfile').touch()
    (folder / 'docker' / 'manifest.json').write_text(
        json.dumps({'registry': 'nvcr.io', 'repository': 'a/b', 'digest': DIGEST}),
    )
    monkeypatch.setenv('USER', 'DOM\\jo doe')
    return folder


def run(root: Path, *words: str, program: str = 'tao_pt', **env: str) -> Result:
    return tao(*words, program=program, env={PROFILES[program]['root_variable']: str(root), **env})


def commands(text: str) -> Iterator[list[str]]:
    """The lines of a dry run that are commands, as their words, without the minute."""
    for line in text.splitlines():
        if not line.startswith('# '):
            yield [re.sub(r'(?<=-)\d{12}$', 'MINUTE', word) for word in shlex.split(line)]


@pytest.mark.parametrize(('tag', 'image'), [('1.0', f'{BASE}:1.0'), ('x.test/y:2', 'x.test/y:2'),
                                           ('x.test:5000/a__b/c-d:2_A.b', 'x.test:5000/a__b/c-d:2_A.b')])
def test_the_lines_of_a_release(tag: str, image: str, root: Path) -> None:
    done = run(root, '--gpus', 'none', '--tag', 'dev', 'release', '--wheel', '--push', '--tag', tag, '--dry-run')
    assert (done.code, done.err) == (0, '')
    wheel, build, push = commands(done.out)
    assert wheel[:3] == ['docker', 'run', '--rm'] and wheel[-4:] == [f'{BASE}:dev', 'python', 'setup.py', 'bdist_wheel']
    assert wheel[wheel.index('--user') + 1] == f'{os.getuid()}:{os.getgid()}'
    assert wheel[wheel.index('--workdir') + 1] == '/tao-pt'
    assert build == ['docker', 'build', '-f', f'{root}/release/docker/Dockerfile', '-t', image, '--network=host',
                     str(root)]
    assert push == ['docker', 'push', image]
    assert done.out.splitlines()[2] == (
        '# then: what this build made of build, dist and *.egg-info is removed again'
    )


def test_another_name_of_the_dockerfile(root: Path) -> None:
    (root / 'release/docker/Dockerfile').rename(root / 'release/docker/Dockerfile.release')
    done = run(root, 'release', '--tag', 'x', '--dry-run')
    assert shlex.split(done.out)[3] == f'{root}/release/docker/Dockerfile.release'
    assert done.err == f'tao_pt: notice: {root}/dist holds no wheel; --wheel builds one first\n'
