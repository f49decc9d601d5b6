"""In a container of TAO there is no engine: the same notebook runs there, and what needs an engine says so."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Iterator

import notebook
import pytest
from conftest import ENGINE, SCRIPTS, Docker

if TYPE_CHECKING:
    from collections.abc import Callable

IMAGE = 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt'
# The image has no Python and no devices; this machine's are seen in it until the namespace ends.
ENTER = '''
root=$1; shift
for folder in /dev /usr/lib /usr/lib64 "$PYTHON" "$VENV"; do
    [ ! -d "$folder" ] || { mkdir -p "$root$folder" && mount --rbind "$folder" "$root$folder"; }
done
mkdir -p "$root/proc" && mount -t proc proc "$root/proc"
exec /usr/sbin/chroot "$root" "$@"
'''


class Pod:
    """The root of the stand-in image, with this machine's Python and the launcher in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.enter = ['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-euc', ENTER, 'sh', str(root)]
        self.env = {
            'PATH': f'/usr/local/bin:/usr/bin:/bin:{SCRIPTS}', 'HOME': '/home/user', 'LANG': 'C.UTF-8',
            'VENV': sys.prefix, 'PYTHON': sys.base_prefix,
        }

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.enter, *words], env={**self.env, **env}, stdin=subprocess.DEVNULL, capture_output=True,
            encoding='utf-8', timeout=60,
        )


@pytest.fixture
def pod(docker: Docker, tmp_path: Path) -> Iterator[Pod]:
    if sys.base_prefix == '/usr' or ENGINE.is_rootless:
        pytest.skip('needs a Python of its own folder, and a root that is root here')
    root = tmp_path / 'root'
    root.mkdir()
    container = docker.run('create', IMAGE).stdout.strip()
    docker.run('export', '--output', str(tmp_path / 'root.tar'), container)
    docker.run('rm', container)
    subprocess.run(['tar', '-x', '-f', tmp_path / 'root.tar', '-C', root], check=True)
    for name in ('lib', 'lib64'):
        if not (root / name).exists():
            (root / name).symlink_to(f'usr/{name}')
    for place in ('workspace/specs', 'workspace/results', 'home/user'):
        (root / place).mkdir(parents=True)
    (root / 'workspace/specs/dino.yaml').touch()
    yield Pod(root)


def test_a_notebook_with_docker(docker: Docker, printed_argv: Callable[[str], list[str]]) -> None:
    home = Path(docker.env['HOME'])
    notebook.furnish(home)
    _, *printed = notebook.outputs(notebook.CELLS, docker.env, str(home))
    assert [printed_argv(text) for text in printed] == notebook.WORDS, printed


@pytest.mark.parametrize('variables', [{'TAO_ENGINE': 'none'}, {'TAO_DOCKER_DISABLE': '1'}], ids=str)
def test_a_notebook_without_an_engine(
    variables: dict[str, str], pod: Pod, printed_argv: Callable[[str], list[str]],
) -> None:
    """The mounts' destinations are there, as the pod's own volumes; their sources are another machine's."""
    _, *printed = notebook.outputs(notebook.CELLS, {**pod.env, **variables}, '/home/user', pod.enter)
    assert [printed_argv(text) for text in printed] == notebook.WORDS, printed
    assert all(('TAO_DOCKER_DISABLE is set' in text) == ('TAO_DOCKER_DISABLE' in variables) for text in printed)


def test_in_a_container_of_tao(pod: Pod, printed_argv: Callable[[str], list[str]]) -> None:
    done = pod.run('tao', 'dino', 'train')
    assert done.returncode == 125
    assert done.stderr.splitlines()[-1].startswith('    try: --engine none (or TAO_ENGINE=none); or ')
    done = pod.run('tao', 'dino', 'train', 'a b', TAO_ENGINE='none', NVIDIA_TAO_TOOLKIT_VERSION='7.1.0-PyTorch')
    assert (done.returncode, done.stderr, printed_argv(done.stdout)) == (0, '', ['dino', 'train', 'a b'])
    done = pod.run('tao', 'nosuch', 'train', TAO_ENGINE='none')
    assert done.returncode == 2
    script = 'pwd; cd /a/b; pwd -P; exit 3'
    done = pod.run(
        'tao', '--volume', '/home/user:/a/b', '--link', 'dino', 'run', 'sh', '-c', script, TAO_ENGINE='none',
    )
    assert (done.returncode, done.stdout) == (3, '/\n/home/user\n')
    assert (pod.root / 'a/b').is_symlink()
    assert pod.run('tao', 'list', TAO_ENGINE='none').returncode == 125
    done = pod.run('tao', 'doctor', '--all', TAO_ENGINE='none', TAO_TOOLKIT_VERSION='7.1.0')
    assert 'none: tasks run as commands of this machine' in done.stdout and 'TAO here: 7.1.0' in done.stdout
