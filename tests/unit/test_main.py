"""How the program ends: an output that is closed or full."""
from __future__ import annotations

import array
import fcntl
import gc
import os
import subprocess
import sys
import termios
import threading
from pathlib import Path

import pytest
from support import CHECKOUT, FakeDocker, command, tao_process
from waiting import until

PYENV = Path(os.environ.get('PYENV_ROOT', Path.home() / '.pyenv')) / 'versions'
TOO_OLD = {version: sorted(PYENV.glob(f'{version}.*/bin/python')) for version in ('2.7', '3.6', '3.7')}


@pytest.fixture
def checkout(tmp_path: Path) -> dict[str, str]:
    """The environment of a developer's checkout."""
    manifest = tmp_path / 'checkout' / 'docker' / 'manifest.json'
    manifest.parent.mkdir(parents=True)
    manifest.write_text('{"registry": "nvcr.io", "repository": "a/b", "tag": "c"}')
    return {'NV_TAO_PYTORCH_TOP': str(tmp_path / 'checkout')}


RESULTS = [
    ['--dry-run', 'dino', 'train'], ['--dry-run=pretty', 'dino', 'train'], ['dino', 'train', '--dry-run=json'],
    ['--help'], ['dino', '--help'], ['--version'],
]


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='no /dev/full')
@pytest.mark.parametrize('words', RESULTS, ids=' '.join)
def test_full_disk_is_no_success(words: list[str]) -> None:
    with open('/dev/full', 'wb') as full:
        done = subprocess.run([*command(), *words], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b'tao: error: standard output: No space left on device\n')


@pytest.mark.parametrize('words', RESULTS, ids=' '.join)
def test_closed_output_is_no_success(words: list[str]) -> None:
    assert tao_process(*words, closed=1) == (1, '', 'tao: error: standard output is closed\n')


def test_result_of_a_runner_that_can_not_be_written(checkout: dict[str, str]) -> None:
    done = tao_process('--dry-run', program='tao_pt', env=checkout, closed=1)
    notice = 'tao_pt: notice: no terminal: the shell gets no input and ends at once (--interactive passes it on)\n'
    assert done == (1, '', f'{notice}tao_pt: error: standard output is closed\n')


def test_reader_that_goes_away_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run([*command(), '--help'], stdout=write, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (141, b'')


def waiting_in(pipe: int) -> int:
    """The bytes that nobody has read yet."""
    count = array.array('i', [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


@pytest.mark.parametrize('stream', ['stdout', 'stderr'])
def test_an_output_that_does_not_block_loses_nothing(stream: str) -> None:
    words = ['x' * 60_000, 'y' * 60_000]
    read, write = os.pipe()
    os.set_blocking(write, False)
    if stream == 'stdout':
        argv = [*command(), '--dry-run', 'dino', 'run', *words]
    else:
        volumes = [f'--volume=/{n:0100}:/{n:0100}' for n in range(700)]
        argv = [*command(), '--verbose', *volumes, '--dry-run', 'dino', 'run', 'x']
    streams = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL, stream: write}
    with subprocess.Popen(argv, stdout=streams['stdout'], stderr=streams['stderr']) as process:
        os.close(write)
        until(lambda: process.poll() is not None or waiting_in(read) >= 60_000)  # it holds 65,536
        with open(read, 'rb') as pipe:
            said = pipe.read().decode()
    if stream == 'stdout':
        assert process.returncode == 0
        assert said.endswith(f'{" ".join(words)}\n')
    else:
        assert all(f'/{n:0100}' in said for n in range(700))


@pytest.mark.parametrize('version', [
    pytest.param(version, marks=pytest.mark.skipif(not found, reason=f'no python {version} here'))
    for version, found in TOO_OLD.items()
])
@pytest.mark.parametrize('way', ['checkout', 'runner', 'module', 'script', 'pyz'])
def test_a_python_that_is_too_old(version: str, way: str, tmp_path: Path) -> None:
    start = {
        'checkout': [str(CHECKOUT / 'bin' / 'tao')], 'runner': [str(CHECKOUT / 'bin' / 'tao_pt')],
        'module': ['-m', 'tao_launcher'], 'script': ['-c', 'from tao_launcher.main import console; console()'],
        'pyz': [str(tmp_path / 'tao.pyz')],
    }[way]
    if way == 'pyz':
        from tao_launcher.commands.images.pyz import build

        (tmp_path / 'tao.pyz').write_bytes(build(str(CHECKOUT / 'tao_launcher'), b'', '1', []))
    env = {**os.environ, 'PYTHONPATH': str(CHECKOUT), 'PYTHONDONTWRITEBYTECODE': '1'}
    done = subprocess.run(
        [str(TOO_OLD[version][-1]), *start, '--dry-run', 'dino', 'train'], env=env, capture_output=True,
        encoding='utf-8', timeout=60, check=False,
    )
    what = f'tao: error: python 3.8 or later is needed, this is {version}\n'
    assert (done.returncode, done.stdout, done.stderr) == (2, '', what)


def test_in_a_thread(fake_docker: FakeDocker) -> None:
    """As a program does that embeds the launcher: no signals can be taken there, and none are needed."""
    from tao_launcher.main import main

    fake_docker.ends_with(42)
    codes = []
    thread = threading.Thread(target=lambda: codes.append(main(['dino', 'train'])))
    thread.start()
    thread.join(60)
    assert codes == [42]


COUNT = """import atexit, gc, sys
from tao_launcher.main import {0}
found, before = [], gc.get_freeze_count()  # of some Pythons it is not 0
gc.callbacks.append(lambda phase, info: found.append(phase))
atexit.register(lambda: sys.stderr.write(
    f'{{len(found)}} {{gc.get_threshold()[0]}} {{gc.get_freeze_count() > before}}'))
{0}()
"""


@pytest.mark.parametrize(('name', 'told'), [('console', '0 100000 True'), ('main', None)])
def test_only_the_program_leaves_the_garbage_lying(name: str, told: str | None) -> None:
    """A dry run is too short to collect any; whoever imports the launcher has the garbage collector as it was."""
    done = subprocess.run(
        [sys.executable, '-c', COUNT.format(name), '--dry-run', 'dino', 'train'], stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, encoding='utf-8', check=True, cwd=CHECKOUT,
    )
    usual = f'{gc.get_threshold()[0]} False'
    assert done.stderr == told if told else done.stderr.endswith(usual)
