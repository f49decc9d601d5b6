"""tao_pt release: its lines, and the Dockerfile that it takes."""
from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest
from runner_checkout import BASE, commands, run
from support import write_mounts


@pytest.mark.parametrize(('tag', 'image'), [('1.0', f'{BASE}:1.0'), ('x.test/y:2', 'x.test/y:2'),
                                           ('x.test:5000/a__b/c-d:2_A.b', 'x.test:5000/a__b/c-d:2_A.b')])
def test_the_lines_of_a_release(tag: str, image: str, root: Path, buildx: Path) -> None:
    done = run(root, '--gpus', 'none', '--tag', 'dev', 'release', '--wheel', '--push', '--tag', tag, '--dry-run')
    assert (done.code, done.err) == (0, '')
    wheel, build, inspect, before, push, after = commands(done.out)
    assert wheel[:3] == ['docker', 'run', '--rm'] and wheel[-4:] == [f'{BASE}:dev', 'python', 'setup.py', 'bdist_wheel']
    assert wheel[wheel.index('--user') + 1] == f'{os.getuid()}:{os.getgid()}'
    assert wheel[wheel.index('--workdir') + 1] == '/tao-pt'
    assert build[:5] == ['docker', 'buildx', 'build', '--load', '--metadata-file']
    assert build[6:] == ['-f', f'{root}/release/docker/Dockerfile', '-t', image, '--network=host',
                     str(root)]
    assert inspect == before == after == ['docker', 'image', 'inspect', image]
    assert push == ['docker', 'push', image]
    assert done.out.splitlines()[4] == (
        '# then: build, dist and *.egg-info are removed again as far as this build made them'
    )


def test_no_port_is_published_for_a_wheel(root: Path, home: Path) -> None:
    """Not even one of the mounts file, so that it is built on the network that it is built on elsewhere."""
    write_mounts(home, {'DockerOptions': {'ports': {'8888': 8888}}})
    wheel = next(each for each in commands(run(root, 'release', '--wheel', '--tag', 'x', '--dry-run').out)
                 if each[1] == 'run')
    assert '-p' not in wheel and wheel[wheel.index('--network') + 1] == 'host'
    done = run(root, '--port', '8888:8888', 'release', '--wheel', '--tag', 'x', '--dry-run')
    assert done == (2, '', 'tao_pt: error: --port does not go with release\n    try: tao_pt release --help\n')


def test_another_name_of_the_dockerfile(root: Path, buildx: Path) -> None:
    (root / 'release/docker/Dockerfile').rename(root / 'release/docker/Dockerfile.release')
    done = run(root, 'release', '--tag', 'x', '--dry-run')
    assert shlex.split(done.out)[7] == f'{root}/release/docker/Dockerfile.release'
    assert done.err == f'tao_pt: notice: {root}/dist holds no wheel; --wheel builds one first\n'
