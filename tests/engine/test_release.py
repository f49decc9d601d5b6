"""The release image of a checkout, with a wheel that the developer container builds for it."""
from __future__ import annotations

import shlex
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import pytest
from air_gap import Registry
from conftest import ENGINE, Program
from jobs import SOMEBODY
from mini_checkouts import REPOSITORY, Mini

if TYPE_CHECKING:
    from conftest import Docker

RELEASE = """FROM {base}
COPY dist/*.whl /wheels/
"""
WHEEL = 'mini-1.0-py3-none-any.whl'
pytestmark = pytest.mark.area('build')


@pytest.fixture
def mini(mini: Mini, registry: Registry, tao_pt: Program) -> Mini:
    """The checkout, whose base image has been pushed."""
    (mini.root / 'release' / 'docker').mkdir(parents=True)
    (mini.root / 'release' / 'docker' / 'Dockerfile').write_text(RELEASE.format(base=f'{registry.host}/base:1'))
    done = mini.run(tao_pt.path, 'build', '--push')
    assert done.returncode == 0, done.stderr
    if ENGINE.is_rootless:
        # root in the container writes it, and another user's checkout has to be named
        subprocess.run(['chown', '-R', str(ENGINE.host_id(0)), mini.root], check=True)
        mini.docker.env['NV_TAO_PYTORCH_TOP'] = str(mini.root)
    return mini


@pytest.fixture
def short_home() -> Iterator[Path]:
    """A folder whose path leaves room for a socket's below it."""
    with tempfile.TemporaryDirectory(prefix='tao-home-', dir='/tmp') as folder:
        yield Path(folder)


def files(root: Path) -> list[str]:
    """What stands at the root and below its dist and build."""
    return sorted(
        str(path.relative_to(root)) for name in ('', 'dist', 'build', 'mini.egg-info') if (root / name).is_dir()
        for path in (root / name).iterdir()
    )


def wheels(docker: Docker, image: str) -> list[str]:
    return docker.run('run', '--rm', image, 'ls', '/wheels').stdout.split()


@pytest.mark.engine_dependent
@pytest.mark.after_processes
def test_with_a_wheel(mini: Mini, tao_pt: Program, docker: Docker, registry: Registry) -> None:
    """The wheel is in the image, and gone from the checkout; stdout is the image's name alone."""
    before = files(mini.root)
    words = ['--gpus', 'none', 'release', '--tag', '1.0', '--wheel', '--push']
    done = mini.run(tao_pt.path, *words)
    image = f'{registry.host}/{REPOSITORY}:1.0'
    assert (done.returncode, done.stdout) == (0, f'{image}\n'), done.stderr
    assert 'python in /tao-pt as 0:0' in done.stderr
    assert wheels(docker, image) == [WHEEL]
    assert files(mini.root) == before
    docker.run('rmi', '--force', image)
    docker.run('pull', '--quiet', image)


def test_only_what_this_run_made_is_removed(mini: Mini, tao_pt: Program, docker: Docker) -> None:
    for name in ('dist/other.whl', f'dist/{WHEEL}', 'build/lib/kept.py', 'old.egg-info/PKG-INFO'):
        (mini.root / name).parent.mkdir(parents=True, exist_ok=True)
        (mini.root / name).write_text(name)
    before = files(mini.root), (mini.root / 'build' / 'lib').stat().st_ino
    done = mini.run(tao_pt.path, '--gpus', 'none', 'release', '--tag', 'x.test/y:2', '--wheel')
    assert (done.returncode, done.stdout) == (0, 'x.test/y:2\n'), done.stderr
    assert (files(mini.root), (mini.root / 'build' / 'lib').stat().st_ino) == before
    assert [path.name for path in (mini.root / 'build' / 'lib').iterdir()] == ['kept.py']
    assert wheels(docker, 'x.test/y:2') == [WHEEL, 'other.whl']
    assert f'tao_pt: notice: {mini.root}/dist holds other wheels as well: other.whl\n' in done.stderr


@pytest.mark.engine_dependent
def test_it_builds_on_the_base_image_of_the_manifest(mini: Mini, tao_pt: Program, docker: Docker) -> None:
    """A Dockerfile in NVIDIA's form, whose digests are brought up to the manifest's by either verb."""
    dockerfile = mini.root / 'release' / 'docker' / 'Dockerfile'
    dockerfile.write_text(f"""# bare
ARG X86_DIGEST={"0" * 64}
FROM {mini.host}/{REPOSITORY}@sha256:${{X86_DIGEST}} AS base-amd64
FROM base-amd64
""")
    before = dockerfile.read_text()
    first = mini.digest()[len('sha256:'):]
    done = mini.run(tao_pt.path, 'release', '--tag', '1.0')
    assert done.returncode != 0 and f'{dockerfile}:2: builds on {mini.host}/{REPOSITORY}@sha256:000' in done.stderr
    done = mini.run(tao_pt.path, 'release', '--tag', '1.0', '--base-digest')
    assert done.returncode == 0, done.stderr
    assert dockerfile.read_text() == before.replace('0' * 64, first)
    (mini.root / 'content.txt').write_text('two\n')
    done = mini.run(tao_pt.path, 'build', '--push')
    assert f'the old digest sha256:{first} still appears in release/docker/Dockerfile:2\n' in done.stderr
    assert ': builds on ' in mini.run(tao_pt.path, 'release', '--tag', '1.0').stderr
    (mini.root / 'content.txt').write_text('three\n')
    done = mini.run(tao_pt.path, 'build', '--push', '--update-digests')
    assert (done.returncode, 'the old digest' in done.stderr) == (0, False)
    done = mini.run(tao_pt.path, 'release', '--tag', '1.0')
    assert (done.returncode, ': builds on ' in done.stderr) == (0, False), done.stderr
    assert docker.run('run', '--rm', mini.image('1.0'), 'cat', '/content.txt').stdout == 'three\n'


def test_without_a_wheel(mini: Mini, tao_pt: Program, docker: Docker) -> None:
    """What stands in dist is used, and stays."""
    (mini.root / 'dist').mkdir()
    (mini.root / 'dist' / 'mine.whl').touch()
    done = mini.run(tao_pt.path, 'release', '--tag', '1.0')
    assert (done.returncode, done.stdout) == (0, f'{mini.image("1.0")}\n'), done.stderr
    assert wheels(docker, mini.image('1.0')) == ['mine.whl'] and (mini.root / 'dist' / 'mine.whl').exists()


def test_a_wheel_that_fails(mini: Mini, tao_pt: Program) -> None:
    """The code is that of the wheel's build; no image is made, nothing is left."""
    (mini.root / 'fail').touch()
    before = files(mini.root)
    done = mini.run(tao_pt.path, '--gpus', 'none', 'release', '--tag', '1.0', '--wheel')
    assert (done.returncode, done.stdout) == (4, '')
    assert files(mini.root) == before and '1.0' not in mini.images()


def test_a_dockerfile_that_fails(mini: Mini, tao_pt: Program) -> None:
    with (mini.root / 'release' / 'docker' / 'Dockerfile').open('a') as f:
        f.write('RUN exit 3\n')
    before = files(mini.root)
    done = mini.run(tao_pt.path, '--gpus', 'none', 'release', '--tag', '1.0', '--wheel', '--push')
    assert (done.returncode != 0, done.stdout) == (True, '')
    assert files(mini.root) == before and '1.0' not in mini.images()


@pytest.mark.engine_dependent
def test_the_wheel_is_the_callers(mini: Mini, tao_pt: Program, socket_for_all: None, short_home: Path) -> None:
    """Root would leave files that the caller cannot remove; a rootless daemon's root is the caller already."""
    caller = '23456' if ENGINE.is_rootless else '12345'
    home = short_home  # where buildx keeps its state
    (home / '.docker' / 'run').mkdir(parents=True)
    socket = home / '.docker' / 'run' / 'docker.sock'
    socket.symlink_to(mini.docker.env['DOCKER_HOST'][len('unix://'):])
    subprocess.run(['chown', '-R', f'{caller}:{caller}', mini.root, home], check=True)
    env = {'HOME': str(home), **({'DOCKER_HOST': f'unix://{socket}'} if ENGINE.is_rootless else {})}
    done = mini.run(
        tao_pt.path, '--gpus', 'none', 'release', '--tag', '1.0', '--wheel',
        prefix=[word.replace('12345', caller) for word in SOMEBODY], **env,
    )
    assert (done.returncode, done.stdout) == (0, f'{mini.image("1.0")}\n'), done.stderr
    assert f'python in /tao-pt as {"0:0" if ENGINE.is_rootless else "12345:12345, HOME=/tmp"}' in done.stderr
    assert not {'dist', 'build', 'mini.egg-info'} & {path.name for path in mini.root.iterdir()}


@pytest.mark.engine_dependent
@pytest.mark.after_processes
def test_ctrl_c_leaves_nothing(mini: Mini, tao_pt: Program) -> None:
    """The wheel's container ends, and what it has written so far is removed."""
    (mini.root / 'docker' / 'python').write_text('#!/bin/sh\nmkdir dist\necho half >dist/half.whl\nexec sleep 600\n')
    assert mini.run(tao_pt.path, 'build').returncode == 0
    child = subprocess.Popen(
        [tao_pt.path, '--gpus', 'none', '--tag', 'root', 'release', '--tag', '1.0', '--wheel'], env=mini.docker.env,
        cwd=mini.root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not (mini.root / 'dist' / 'half.whl').exists():
        assert child.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    subprocess.run(['kill', '-INT', '--', f'-{child.pid}'], check=True)
    out, _ = child.communicate(timeout=60)
    assert (child.returncode, out) == (-2, b'')
    assert not (mini.root / 'dist').exists() and '1.0' not in mini.images()
    mini.docker.wait_for(count=0, all=True)


@pytest.mark.engine_dependent
@pytest.mark.needs_root('what root makes there is the caller\'s')
def test_after_a_session_of_root(mini: Mini, tao_pt: Program, socket_for_all: None, tmp_path: Path) -> None:
    """Python is told to leave no byte code; what else is root's and in the way is named, and mended by the line."""
    home = tmp_path / 'home'
    home.mkdir()
    subprocess.run(['chown', '-R', '12345:12345', mini.root, home], check=True)
    session = (
        'cd /tao-pt; echo "$PYTHONDONTWRITEBYTECODE"; mkdir -p nvidia/__pycache__ dist; '
        'touch nvidia/__pycache__/a.pyc dist/a.whl'
    )
    words = ['--gpus', 'none', '--', 'sh', '-c', session]
    done = mini.run(tao_pt.path, *words, prefix=SOMEBODY, HOME=str(home))
    assert (done.returncode, done.stdout) == (0, '1\n'), done.stderr
    release = ['--gpus', 'none', 'release', '--tag', '1.0', '--wheel']
    done = mini.run(tao_pt.path, *release, prefix=SOMEBODY, HOME=str(home))
    assert (done.returncode, done.stdout) == (1, '')
    error, *why, remedy = done.stderr.splitlines()
    assert error == f'tao_pt: error: {mini.root}: the wheel is built as uid 12345, which may not replace 2 paths there'
    assert why == [f'    {mini.root}/{name} belongs to root' for name in ('dist', 'nvidia/__pycache__')]
    assert f'chown -hR 12345:12345 {shlex.quote(str(mini.root))}' in remedy.replace('\\', '')
    subprocess.run(['chown', '-hR', '12345:12345', mini.root], check=True)
    done = mini.run(tao_pt.path, *release, prefix=SOMEBODY, HOME=str(home))
    assert (done.returncode, done.stdout) == (0, f'{mini.image("1.0")}\n'), done.stderr


def test_kernels_of_tao_tf(mini: Mini, docker: Docker, tao_pt: Program) -> None:
    """They are built in the developer container before the wheel; when that fails there is none."""
    (mini.root / 'release/docker/build_kernels.py').touch()
    (mini.root / 'docker' / 'python').write_text(
        '#!/bin/sh\necho "python $*"\n[ ! -e fail ] || exit 5\n'
        '[ "$1" = setup.py ] || exit 0\nmkdir -p dist\ntouch dist/a.whl\n'
    )
    tao_tf = Program('tao_tf', docker).path
    assert mini.run(tao_tf, 'build', '--push').returncode == 0
    words = ['--gpus', 'none', 'release', '--tag', '1.0', '--wheel']
    done = mini.run(tao_tf, *words)
    assert (done.returncode, done.stdout) == (0, f'{mini.image("1.0")}\n'), done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith('python ')]
    assert said == ['python release/docker/build_kernels.py', 'python setup.py bdist_wheel']
    (mini.root / 'fail').touch()
    done = mini.run(tao_tf, *words)
    assert (done.returncode, done.stdout) == (5, '') and 'bdist_wheel' not in done.stderr
