"""What a command that is started gets from us, and how its end is told: as subprocess.Popen has it, both ways."""
from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable

import pytest
from waiting import until

from tao_launcher.engine import child
from tao_launcher.engine.child import Child, Streams

SHOW = r"""
import json, os, signal, sys
fds = {}
for name in os.listdir('/proc/self/fd'):
    try:
        fds[int(name)] = os.readlink(f'/proc/self/fd/{name}')
    except OSError:
        pass
status = dict(line.split(':', 1) for line in open('/proc/self/status'))
print(json.dumps({
    'fds': {n: target for n, target in fds.items() if not target.endswith('/fd')},
    'own session': os.getsid(0) == os.getpid(), 'group': os.getpgrp() == os.getpid(),
    'blocked': status['SigBlk'].strip(), 'mask': os.umask(0),
    'argv': sys.argv[1:], 'env': {k: v for k, v in os.environ.items() if k != 'LC_CTYPE'}, 'folder': os.getcwd(),
}, sort_keys=True))
"""
SIGNALS = 'grep -E "^Sig(Ign|Blk|Cgt)" /proc/self/status'  # as a program that changes none has them
GLIBCS_OWN = 0b11 << 31  # signals 32 and 33: how it leaves them to others is its own business


@pytest.fixture(params=['spawn', 'subprocess', 'no session'])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How the system allows a process to be started."""
    def refuse(*args: Any, **named: Any) -> int:
        if named.get('setsid'):
            raise NotImplementedError
        return real(*args, **named)

    real = os.posix_spawn

    if request.param == 'subprocess':
        monkeypatch.setattr(child, '_tells_errors', lambda: False)
    if request.param == 'no session':
        monkeypatch.setattr(os, 'posix_spawn', refuse)
    return str(request.param)


def started(
    argv: list[str], env: dict[str, str] | None = None, *, own_session: bool = True, has_input: bool = False,
    captured: bool = True,
) -> Child:
    streams = Streams(child.OURS if has_input else child.NOWHERE, child.CAPTURED if captured else child.OURS)
    return child.spawn(argv, {**os.environ} if env is None else env, streams, own_session=own_session)


def said(argv: list[str], env: dict[str, str] | None = None, **named: Any) -> str:
    """What a command prints, which ends well."""
    one = started(argv, env, **named)
    assert one.stdout
    with one.stdout:
        text = one.stdout.read().decode()
    assert one.wait() == 0
    return text


def by_popen(argv: list[str], env: dict[str, str], *, own_session: bool, has_input: bool) -> str:
    return subprocess.run(
        argv, env=env, start_new_session=own_session, stdin=None if has_input else subprocess.DEVNULL,
        stdout=subprocess.PIPE, encoding='utf-8', check=True,
    ).stdout


def without_pipes(shown: str) -> str:
    """What was shown, without the numbers of pipes, of which each run has its own."""
    return ''.join('pipe:' if part.startswith('[') else part for part in shown.replace('pipe:[', '\n[').split('\n'))


def signals(shown: str) -> dict[str, int]:
    """The sets of signals in lines of /proc/PID/status."""
    return {name: int(bits, 16) & ~GLIBCS_OWN for name, _, bits in (line.partition(':') for line in shown.splitlines())}


@pytest.mark.parametrize('own_session', [True, False])
@pytest.mark.parametrize('has_input', [True, False])
def test_it_gets_what_popen_would_give_it(way: str, own_session: bool, has_input: bool) -> None:
    leaked = os.open('/dev/zero', os.O_RDONLY)
    os.set_inheritable(leaked, True)
    env = {'A': 'b', 'PATH': os.environ['PATH'], 'ü': '\udcff', 'HOME': '/'}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    ignored = signal.signal(signal.SIGUSR2, signal.SIG_IGN)
    try:
        argv = [sys.executable, '-c', SHOW, 'a b', '', 'é\udcff']
        found = said(argv, env, own_session=own_session, has_input=has_input)
        assert '/dev/zero' not in found
        assert without_pipes(found) == without_pipes(by_popen(argv, env, own_session=own_session, has_input=has_input))
        shell = ['sh', '-c', SIGNALS]
        found = said(shell, env, own_session=own_session, has_input=has_input)
        assert signals(found) == signals(by_popen(shell, env, own_session=own_session, has_input=has_input))
    finally:
        os.close(leaked)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signal.signal(signal.SIGUSR2, ignored)


def test_its_streams(way: str, tmp_path: Path) -> None:
    words = tmp_path / 'words'
    words.write_text('what it reads')
    with open(words) as source:
        one = child.spawn(
            ['sh', '-c', 'cat; echo what it says >&2'], {**os.environ},
            Streams(source.fileno(), child.CAPTURED, child.CAPTURED), own_session=True,
        )
    assert one.stdout and one.stderr
    with one.stdout, one.stderr:
        assert (one.stdout.read(), one.stderr.read()) == (b'what it reads', b'what it says\n')
    assert one.wait() == 0


def test_nothing_is_left_open_of_what_cannot_be_started(way: str) -> None:
    before = os.listdir('/proc/self/fd')
    with pytest.raises(FileNotFoundError):
        child.spawn(['/nowhere'], {}, Streams(child.NOWHERE, child.CAPTURED, child.CAPTURED), own_session=True)
    assert os.listdir('/proc/self/fd') == before


@pytest.mark.parametrize(('script', 'code'), [('exit 0', 0), ('exit 7', 7), ('kill -9 $$', -9), ('kill -15 $$', -15)])
def test_its_code(way: str, script: str, code: int) -> None:
    one = started(['sh', '-c', script], captured=False)
    assert (one.wait(), one.returncode, one.poll(), one.wait_for(1), one.stdout) == (code, code, code, code, None)


def test_it_is_waited_for_so_long(way: str) -> None:
    one = started(['sleep', '600'])
    begun = time.monotonic()
    assert one.poll() is None and one.wait_for(0.1) is None
    assert time.monotonic() - begun < 60
    one.kill()
    assert one.wait_for(20) == -signal.SIGKILL
    one.send_signal(signal.SIGTERM)  # nobody is there by now
    assert one.stdout
    one.stdout.close()


def test_the_end_of_a_child_is_not_taken_by_another(way: str) -> None:
    one = started(['sh', '-c', 'exit 5'], captured=False)
    for _ in range(3):  # subprocess looks after those that were forgotten
        subprocess.run(['true'], check=True)
    assert one.wait() == 5


def test_ctrl_c_waits_a_moment_for_a_child_that_ends_of_it_too(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = started(['sleep', '0.05'], captured=False)
    real: Callable[..., tuple[int, int]] = os.waitpid
    calls: list[int] = []

    def interrupted(pid: int, how: int) -> tuple[int, int]:
        calls.append(how)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return real(pid, how)

    monkeypatch.setattr(os, 'waitpid', interrupted)
    monkeypatch.setattr(child, 'INTERRUPTED', 20)
    with pytest.raises(KeyboardInterrupt):
        one.wait()
    assert one.returncode == 0


class Told(Exception):
    """A signal was handled."""


def test_a_signal_that_interrupts_no_call(way: str) -> None:
    """What comes just before a call that blocks does not interrupt it, as what another thread gets does not."""

    def raises(number: int, frame: object) -> None:
        raise Told

    def tell() -> None:
        until(lambda: status(main)[0] == 'S')
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR2)

    main = threading.get_native_id()
    before = signal.signal(signal.SIGUSR2, raises)
    one = started(['sleep', '600'], captured=False)
    thread = threading.Thread(target=tell)
    try:
        with pytest.raises(Told):
            thread.start()
            one.wait()
        assert one.poll() is None
    finally:
        signal.signal(signal.SIGUSR2, before)
        one.kill()
        one.wait()
        thread.join()


def status(task: int) -> str:
    """The state of one of our threads, and the rest that the kernel tells of it."""
    return Path(f'/proc/self/task/{task}/stat').read_text().rpartition(') ')[2]


def test_ignored_children_end_with_nothing_known(way: str) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert started(['sh', '-c', 'exit 7'], captured=False).wait() == 0
    finally:
        signal.signal(signal.SIGCHLD, before)


def executable(path: Path, text: str, mode: int = 0o755) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_first_on_path_that_can_be_executed(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable(tmp_path / 'a' / 'it', '#!/bin/sh\necho a\n', 0o644)
    (tmp_path / 'b' / 'it').mkdir(parents=True)
    executable(tmp_path / 'c' / 'it', '#!/bin/sh\necho c "$@"\n')
    executable(tmp_path / 'd' / 'it', '#!/bin/sh\necho d\n')
    (tmp_path / 'file').write_text('')
    path = ':'.join(f'{tmp_path}/{name}' for name in ('none', 'file', 'a', 'b', 'c', 'd'))
    assert said(['it', 'x'], {'PATH': path}) == 'c x\n'
    monkeypatch.chdir(tmp_path / 'd')
    assert said(['it'], {'PATH': f':{path}'}) == 'd\n'  # an empty one is the current folder
    assert said(['./it'], {'PATH': '/none'}) == 'd\n'
    assert said(['sh', '-c', 'echo e'], {}) == 'e\n'  # without one there is a default


CANNOT: dict[str, tuple[str, str, int]] = {
    'missing': ('none', 'none', errno.ENOENT), 'not executable': ('a/it', 'a', errno.EACCES),
    'below a file': ('file/it', 'file', errno.ENOTDIR), 'a folder': ('b/it', 'b', errno.EACCES),
    'no format': ('e/it', 'e', errno.ENOEXEC), 'no interpreter': ('f/it', 'f', errno.ENOENT),
    'the first that says more': ('', 'none:a:e:file', errno.EACCES),
    'the last otherwise': ('', 'none:file', errno.ENOTDIR),
}


@pytest.mark.parametrize('name', CANNOT)
def test_why_it_cannot_be_started(way: str, name: str, tmp_path: Path) -> None:
    word, path, number = CANNOT[name]
    executable(tmp_path / 'a' / 'it', '#!/bin/sh\n', 0o644)
    (tmp_path / 'b' / 'it').mkdir(parents=True)
    (tmp_path / 'file').write_text('')
    executable(tmp_path / 'e' / 'it', 'no script')
    executable(tmp_path / 'f' / 'it', '#!/none\n')
    descriptors = len(os.listdir('/proc/self/fd'))
    for argv in [[f'{tmp_path}/{word}']] * bool(word) + [['it']]:
        with pytest.raises(OSError) as error:
            started(argv, {'PATH': ':'.join(f'{tmp_path}/{one}' for one in path.split(':'))})
        assert error.value.errno == number, argv
    assert len(os.listdir('/proc/self/fd')) == descriptors


def test_its_limits_are_ours(way: str) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    assert said(['sh', '-c', 'ulimit -c']).strip() == ('unlimited' if soft == -1 else str(soft // 512))


def test_an_inherited_descriptor_above_the_limit(way: str) -> None:
    """As `exec 200>lock; ulimit -n 100` has it: the system's library closes none above the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with open('/dev/zero', 'rb') as file:
        os.dup2(file.fileno(), 500)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (400, hard))
        assert '/dev/zero' not in said([sys.executable, '-c', SHOW])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        os.close(500)
