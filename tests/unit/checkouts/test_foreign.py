"""Files of another user that are in the way of a wheel."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from nobody import NOBODY
from runner_checkout import backend, commands, run
from support import command

from tao_launcher.checkouts.foreign import in_the_way

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason='only root can give a file away')
OTHER = 12345
WHEEL = ('--user', f'{OTHER}:{OTHER}', 'release', '--tag', 'x', '--wheel', '--dry-run')


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout of another user's."""
    made = backend(tmp_path / 'my checkout', 'tao_pt')
    subprocess.run(['chown', '-R', f'{OTHER}:{OTHER}', made], check=True)
    return made


def leave(root: Path, *paths: str) -> None:
    """What a session of root's leaves: each of these files, in folders of root's where they are new."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()


def test_what_a_session_of_root_leaves(root: Path) -> None:
    """All of it is named before anything is started, with the line that mends it."""
    assert [line[-1] for line in commands(run(root, *WHEEL).out) if line[1] == 'run'] == ['bdist_wheel']
    leave(
        root, 'nvidia_tao_pytorch/__pycache__/a.cpython-38.pyc', 'nvidia_tao_pytorch/deep/__pycache__/b.pyc',
        'build/lib/a.py', 'dist/a.whl', 'mini.egg-info/PKG-INFO', 'results/model.pth', '.git/x.pyc',
    )
    error = (
        f'tao_pt: error: {root}: the wheel is built as uid {OTHER}, which may not replace 6 paths there\n'
        f'    {root}/build belongs to root\n    {root}/build/lib belongs to root\n    {root}/dist belongs to root\n'
        f'    {root}/mini.egg-info belongs to root\n    {root}/nvidia_tao_pytorch/__pycache__ belongs to root\n'
        f"    and 1 more\n    try: chown -hR {OTHER}:{OTHER} '{root}'  # or --no-check\n"
    )
    done = run(root, *WHEEL)
    assert (done.code, done.err) == (1, error) and ' run ' not in done.out
    assert run(root, '--no-check', *WHEEL).code == 0
    assert run(root, '--user', '0:0', *WHEEL[2:]).code == 0
    subprocess.run(['sh', '-c', error.splitlines()[-1].partition('try: ')[2]], check=True)
    assert run(root, *WHEEL).code == 0


@pytest.mark.parametrize(('path', 'found'), [
    ('build/a.py', ['build']), ('nvidia_tao_pytorch/a.pyc', []), ('a/__pycache__/a.py', []),
    ('a/__pycache__/a.pyc', ['a/__pycache__']), ('dist/x/a.whl', ['dist', 'dist/x']),
])
def test_what_is_in_the_way(path: str, found: list[str], root: Path) -> None:
    """A folder that the user may not write into; a file in one's own folder can be replaced."""
    leave(root, path)
    assert [os.path.relpath(each, root) for each in in_the_way(str(root), OTHER, (OTHER,))] == found
    for folder in found:
        (root / folder).chmod(0o777)
    left = [f'{root}/{path}'] if found and 'pyc' not in path else []
    assert list(in_the_way(str(root), OTHER, (OTHER,))) == left


def test_of_a_group_that_may_write(root: Path) -> None:
    leave(root, 'build/a.py')
    os.chown(root / 'build', 0, NOBODY)
    (root / 'build').chmod(0o775)
    (root / 'build/a.py').chmod(0o666)
    assert list(in_the_way(str(root), OTHER, (OTHER, NOBODY))) == []
    assert list(in_the_way(str(root), OTHER, (OTHER,))) == [f'{root}/build']


def test_a_root_that_is_someone_elses(root: Path) -> None:
    os.chown(root, 0, 0)
    assert list(in_the_way(str(root), OTHER, (OTHER,))) == [str(root)]


def test_links_are_not_followed(root: Path, tmp_path: Path) -> None:
    (root / 'build').mkdir()
    os.chown(root / 'build', OTHER, OTHER)
    (root / 'build/link').symlink_to('/etc/passwd')
    (root / 'other').symlink_to('/usr')
    assert list(in_the_way(str(root), OTHER, (OTHER,))) == []


KERNELS = ('nvidia_tao_tf1/core/lib/op/Makefile', 'nvidia_tao_tf1/core/lib/op/a.cc', 'nvidia_tao_tf1/core/lib/op_op.so')


def test_kernels_are_built_before_the_wheel(tmp_path: Path) -> None:
    """Where one runner's script does so: into the folders that make writes to."""
    root = backend(tmp_path / 'tf', 'tao_tf')
    leave(root, *KERNELS, 'nvidia_tao_tf1/lib/a.py', 'nvidia_tao_tf1/core/lib/none/a.cc')
    subprocess.run(['chown', '-R', f'{OTHER}:{OTHER}', root], check=True)
    for path in ('core/lib/op', 'core/lib', 'core/lib/op_op.so', 'lib', 'core/lib/none'):
        os.chown(root / 'nvidia_tao_tf1' / path, 0, 0)
    assert run(root, *WHEEL, program='tao_tf').code == 0
    leave(root, 'release/docker/build_kernels.py')
    done = run(root, *WHEEL, program='tao_tf')
    assert done.code == 1 and done.err.splitlines()[:3] == [
        f'tao_tf: error: {root}: the wheel is built as uid {OTHER}, which may not replace 2 paths there',
        f'    {root}/nvidia_tao_tf1/core/lib belongs to root', f'    {root}/nvidia_tao_tf1/core/lib/op belongs to root',
    ]
    for path in ('core/lib/op', 'core/lib'):
        os.chown(root / 'nvidia_tao_tf1' / path, OTHER, OTHER)
    assert run(root, *WHEEL, program='tao_tf').code == 0


def read_only(checkout: Path, below: str, user: str) -> str:
    """What a release with a wheel says where that is mounted read-only, in a namespace of mounts of its own."""
    script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
    done = subprocess.run(
        ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', str(checkout / below),
         *command('tao_pt'), '--user', user, *WHEEL[2:]],
        env={**os.environ, 'NV_TAO_PYTORCH_TOP': str(checkout)}, text=True, capture_output=True, check=False,
    )
    assert (done.returncode, done.stdout) == (1, '')
    return done.stderr


@pytest.mark.parametrize('user', ['0:0', f'{OTHER}:{OTHER}'])
@pytest.mark.parametrize('below', ['', 'dist'])
def test_a_file_system_that_is_read_only(root: Path, below: str, user: str) -> None:
    """No owner would help."""
    (root / 'dist').mkdir()
    os.chown(root / 'dist', OTHER, OTHER)
    path = root / below if below else root
    assert read_only(root, below, user) == (
        f'tao_pt: error: {path}: on a file system that is mounted read-only, and the build of the wheel writes there\n'
        '    try: mount it for writing, or build the wheel in a copy of the checkout\n'
    )
