"""A dry run starts no process and writes nothing but Python's own __pycache__: watched from outside and inside."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support import CHECKOUT, FakeDocker, command, tao_process, write_mounts

EVERYTHING = {
    'Mounts': [{'source': '/', 'destination': '/d'}], 'Envs': [{'variable': 'A', 'value': 'ü'}],
    'DockerOptions': {'user': 'host', 'shm_size': '16G', 'ports': {'1': 2}, 'gpus': [0, 1]},
}
LINES = [
    ['--dry-run', 'dino', 'train', '-e', 'x'],
    ['--dry-run=pretty', '--engine', 'podman', 'dino'],
    ['--dry-run=json', '--run_as_user', '--detach', '--pull=always', 'model', 'dino', 'train'],
    ['--dry-run', '--engine', 'sudo docker', '--env', 'MY_KEY=1', 'dino', 'run', 'ls'],
    ['--dry-run', '--engine', 'docker --context other', 'dino', 'run', 'ls'],
    ['--dry-run', 'dino', 'tarin'],
    ['--dry-run', '--volume', '/missing:/x', 'dino', 'train'],
    ['--help'],
    ['dino', '--help'],
    ['--version'],
]
# Calls that start a process or change the file system, by strace's name.
STARTS = re.compile(
    r'^\d+ +(execve|execveat|fork|vfork|clone|clone3|kill|tkill|tgkill|rt_sigqueueinfo|pidfd_send_signal)\('
    r'(?!.*\bCLONE_THREAD\b)'  # a thread is no process
)
CHANGES = re.compile(
    r'^\d+ +((mkdir|mkdirat|rmdir|rename|renameat|renameat2|unlink|unlinkat|link|linkat|symlink|symlinkat|chmod'
    r'|fchmodat|chown|lchown|fchownat|truncate|mknod|mknodat|utimensat|setxattr|creat|mount)\('
    r'|open(at)?\(.*O_(WRONLY|RDWR|CREAT|TRUNC))'
)
HARMLESS = re.compile(r'__pycache__|"/dev/(null|tty)"')
AUDIT = """
import os, sys

def watch(event, arguments):
    writes = event == 'open' and (
        isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    )
    words = (
        'subprocess', 'os.exec', 'os.spawn', 'os.posix_spawn', 'os.fork', 'os.system', 'os.kill', 'os.mkdir',
        'os.remove', 'os.rename', 'os.rmdir', 'os.link', 'os.symlink', 'os.chmod', 'os.truncate',
        'socket.', 'shutil.', 'tempfile.',
    )
    if (writes or event.startswith(words)) and '__pycache__' not in str(arguments):
        os.write(2, f'forbidden: {event} {arguments}\\n'.encode())

sys.argv[:] = ['tao', *sys.argv[1:]]
from tao_launcher.main import main
sys.addaudithook(watch)
sys.exit(main())
"""


@pytest.mark.parametrize('words', LINES, ids=' '.join)
def test_no_audit_event_of_a_process_or_a_write(words: list[str], home: Path, fake_docker: FakeDocker) -> None:
    write_mounts(home, EVERYTHING)
    expected = tao_process(*words)
    done = subprocess.run(
        [sys.executable, '-c', AUDIT, *words], capture_output=True, check=False, encoding='utf-8',
        env={**os.environ, 'PYTHONPATH': os.pathsep.join([str(package().parent),
            *os.environ.get('PYTHONPATH', '').split(':')])},
    )
    assert (done.returncode, done.stdout, done.stderr) == (expected.code, expected.out, expected.err)
    assert fake_docker.calls == []


@pytest.mark.parametrize('words', LINES, ids=' '.join)
def test_no_system_call_of_a_process_or_a_write(words: list[str], home: Path, tmp_path: Path) -> None:
    lines = traced(tmp_path, words, home)
    assert [line for line in lines if STARTS.search(line)][1:] == []
    assert [line for line in lines if CHANGES.search(line) and not HARMLESS.search(line)] == []


def test_the_trace_would_show_a_run(home: Path, tmp_path: Path, fake_docker: FakeDocker) -> None:
    lines = traced(tmp_path, ['dino', 'train'], home)
    assert len([line for line in lines if 'execve(' in line]) > 1
    assert len(fake_docker.calls) == 1


def test_nothing_is_left_in_home(home: Path, tmp_path: Path) -> None:
    write_mounts(home, EVERYTHING)
    before = stat_of(tmp_path)
    for words in LINES:
        tao_process(*words)
    assert stat_of(tmp_path) == before


def package() -> Path:
    import tao_launcher

    assert tao_launcher.__file__
    return Path(tao_launcher.__file__).parent


def stat_of(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in [folder, *folder.rglob('*')]}


def traced(tmp_path: Path, words: list[str], home: Path) -> list[str]:
    """The system calls of a command line about processes and files."""
    if not shutil.which('strace'):
        if os.environ.get('CI') == 'true':
            pytest.fail('strace is not installed, and with CI=true this must run')
        pytest.skip('strace is not installed')
    write_mounts(home, EVERYTHING)
    trace = tmp_path / 'trace'
    env = {name: value for name, value in os.environ.items() if name != 'PYTHONDONTWRITEBYTECODE'}
    # a copy of the package, whose __pycache__ is not there yet
    shutil.copytree(str(package()), str(tmp_path / 'copy' / 'tao_launcher'),
        ignore=shutil.ignore_patterns('__pycache__'))
    script = tmp_path / 'copy' / 'tao'
    script.write_text('from tao_launcher.main import console\nconsole()\n')
    shutil.copy(str(CHECKOUT / 'setup.cfg'), str(tmp_path / 'copy'))
    done = subprocess.run(
        ['strace', '-f', '-qq', '-e', 'trace=process,file,kill,tkill,tgkill', '-o', str(trace), command()[0],
            str(script), *words],
        env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )
    text = trace.read_text(errors='replace') if trace.exists() else ''
    if 'execve' not in text:
        pytest.skip(f'strace cannot trace here: {os.fsdecode(done.stderr)}')
    assert b'Traceback' not in done.stderr
    return text.splitlines()
