"""tao_pt release: its lines, and the Dockerfile that it takes."""
from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

import pytest
from runner_checkout import BASE, DIGEST, backend, commands, run
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


OTHER = 'sha256:' + 'b' * 64
DIGESTS = {'registry': 'nvcr.io', 'repository': 'a/b', 'digests': {'x86': DIGEST, 'arm': OTHER}}


@pytest.mark.parametrize(('platform', 'digest'), [('linux/amd64', DIGEST), ('linux/arm64', OTHER)])
@pytest.mark.parametrize('wheel', [[], ['--wheel']])
def test_for_another_platform(platform: str, digest: str, wheel: list[str], tmp_path: Path, buildx: Path) -> None:
    """Both the wheel and the image, and of the base image the digest that is for it."""
    root = backend(tmp_path / 'x', 'tao_pt', manifest=DIGESTS)
    path = root / 'release/docker/Dockerfile'
    path.write_text(f'FROM {BASE}@sha256:{"c" * 64}\n')
    words = ['--platform', platform, 'release', '--tag', 'x', *wheel, '--base-digest', '--dry-run']
    done = run(root, *words)
    assert done.code == 0, done.err
    *launches, build, _ = commands(done.out)
    assert build[build.index('-t') - 4:build.index('-t') - 2] == ['--platform', platform]
    assert len(launches) == len(wheel)
    for launch in launches:
        assert launch[launch.index('--platform') + 1] == platform
        assert launch[-4] == f'{BASE}@{digest}'
    assert done.out.startswith(f'# then: line 1 of {path} gets the digest {digest[7:]}\n')


def test_for_another_platform_without_buildx(root: Path) -> None:
    other = 'linux/amd64' if os.uname().machine == 'aarch64' else 'linux/arm64'
    done = run(root, '--platform', other, 'release', '--tag', 'x', '--dry-run')
    assert (done.code, done.out) == (125, '') and 'has no buildx' in done.err
    own = {'linux/amd64': 'linux/arm64'}.get(other, 'linux/amd64')
    assert run(root, '--platform', own, 'release', '--tag', 'x', '--dry-run').code == 0
    (root / 'docker/manifest.json').write_text(json.dumps({**DIGESTS, 'digests': {'x86': DIGEST}}))
    done = run(root, '--platform', 'arm64', '--engine', 'podman', 'release', '--tag', 'x', '--wheel', '--dry-run')
    assert (done.code, done.out) == (2, '')
    assert 'digests: no image for arm64 (arm), which --platform asks for; it has x86\n' in done.err


def test_where_the_platform_of_a_release_is_asked_for(root: Path, buildx: Path) -> None:
    """The line that an error shows works."""
    done = run(root, 'release', '--tag', 'x', '--platform', 'linux/arm64')
    assert done == (2, '', 'tao_pt: error: --platform is an option of tao_pt itself and goes before release\n'
                           '    try: tao_pt --platform OS/ARCH release …\n')
    assert run(root, '--platform', 'linux/arm64', 'release', '--tag', 'x', '--dry-run').code == 0
    done = run(root, '--platform', 'a b', 'release', '--tag', 'x', '--dry-run')
    assert (done.code, done.out) == (2, '') and done.err.startswith('tao_pt: error: --platform: "a b": ')
    for words in (['--gpus', '0'], ['--gpus', '0', '--wheel']):
        done = run(root, 'release', '--tag', 'x', *words)
        assert done.err.endswith('goes before release\n    try: tao_pt --gpus GPUS release --wheel …\n')
    assert run(root, '--gpus', '0', 'release', '--wheel', '--tag', 'x', '--dry-run').code == 0
