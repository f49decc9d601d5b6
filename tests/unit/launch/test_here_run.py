"""A command of this machine while it runs: its words, signals, exit code, and that nothing of it is left."""
from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pexpect
import pytest
from support import command, tao, tao_process, write_mounts
from waiting import has_heard, until

from tao_launcher.engine import family

# A task that says what it was given.
TASK = '''#!/bin/sh
printf '<%s>' "$@"; echo; pwd; env | grep -E '^(ONE|TWO|A_TOKEN|EMPTY|CUDA_[A-Z_]*|HOME)=' | sort
'''
# A job that writes down its signals; with the file `ends` it ends by the first.
LASTING = '''#!/bin/sh
exec 2>/dev/null # where the shell tells how its children end
got() { echo "$1" >>signals; [ ! -e ends ] || exit "$2"; }
trap 'got INT 130' INT; trap 'got TERM 7' TERM; trap 'got HUP 129' HUP
setsid sleep 1234 & echo $! >outlives
sh -c 'sleep 1235' & echo $$ >started
while :; do sleep 0.05; echo >>beats; done
'''


@pytest.fixture(autouse=True)
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on PATH with tasks, on a machine that has no engine for them."""
    folder = tmp_path / 'tasks'
    folder.mkdir()
    for name, text in (('dino', TASK), ('lasting', LASTING)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    monkeypatch.setenv('PATH', f'{folder}:{os.environ["PATH"]}')
    monkeypatch.setenv('TAO_ENGINE', 'none')
    return folder


@pytest.mark.parametrize('words', [
    ['dino', 'train', 'a b', '', '*', '$HOME', '"\'', 'é✓', 'x=y', '-k', '{a: [1,2]}'],
    ['--env', 'ONE=1 2', '--env', 'TWO=$X\n', '--env', 'EMPTY=', '--gpus', '1,0', 'dino', 'train'],
    ['--workdir', '/usr', '--gpus', 'none', 'dino', 'export'],
    ['--entrypoint', 'dino', 'dino', 'run', 'x'], ['--env', 'A_TOKEN', 'dino', 'train'],
    ['--env', 'ONE=1', 'dino', 'run', './a=b', '2'], ['--user', '12:34', 'dino', 'train'],
])
def test_the_dry_run_is_what_is_run(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('A_TOKEN', 's3cr3t')
    Path('a=b').write_text(TASK)
    Path('a=b').chmod(0o755)
    printed = tao('--dry-run', *words)
    assert printed.code == 0 and 's3cr3t' not in printed.out
    pasted = subprocess.run(['sh', '-c', printed.out], stdout=subprocess.PIPE, encoding='utf-8', check=True)
    done = tao_process(*words)
    assert (done.code, done.out) == (0, pasted.stdout)
    assert done.out.startswith('<')


def test_secrets_of_the_file(home: Path) -> None:
    write_mounts(home, {'Envs': [
        {'variable': 'A_TOKEN', 'value': 's3cr3t'}, {'variable': 'ONE', 'value': 1},
    ]})
    printed = tao('--dry-run', 'dino', 'train')
    assert printed.out == 'env ONE=1 dino train\n'
    assert printed.err == 'tao: notice: the line takes A_TOKEN from its environment: export it first\n'
    assert tao_process('dino', 'train').out.splitlines()[2:] == ['A_TOKEN=s3cr3t', f'HOME={home}', 'ONE=1']


@pytest.mark.parametrize(('script', 'code'), [
    ('exit 0', 0), ('exit 42', 42), ('exit 125', 125), ('exit 127', 127), ('kill -9 $$', 137), ('kill -TERM $$', 143),
])
def test_exit_codes(script: str, code: int) -> None:
    assert tao_process('dino', 'run', 'sh', '-c', f'echo out; {script}') == (code, 'out\n', '')


def test_a_bus_error_is_explained() -> None:
    done = tao_process('dino', 'run', 'sh', '-c', 'kill -BUS $$')
    assert done.code == 128 + signal.SIGBUS
    assert 'tao: error: a bus error, as when /dev/shm is full; it has ' in done.err


def test_what_a_job_says_of_its_failure(task: Path, tmp_path: Path) -> None:
    told = '{"date": "1/1/2030", "time": "1:1:1", "status": "FAILURE", "message": "no such class"}'
    (task / 'dino').write_text(f"#!/bin/sh\nmkdir -p r/train && echo '{told}' >r/train/status.json; exit 1\n")
    assert tao_process('dino', 'train', 'results_dir=r') == (1, '', 'tao: the job says: no such class\n')


@pytest.mark.parametrize(('words', 'code', 'error'), [
    (['dino', 'run', 'nosuch'], 127, 'nosuch is not on PATH'), (['dino', 'run', './none'], 127, './none is not here'),
    (['dino', 'run', '/etc/passwd'], 126, '/etc/passwd is not executable'),
    (['--no-check', 'dino', 'run', 'nosuch'], 127, 'nosuch: no such program, or the one that its first line names'),
    (['--no-check', 'dino', 'run', '/etc/passwd'], 126, '/etc/passwd: cannot be started (Permission denied)'),
    (['--workdir', '/nosuch', 'dino', 'train'], 127, '--workdir /nosuch: no such folder'),
])
def test_what_cannot_be_started(words: list[str], code: int, error: str) -> None:
    done = tao_process(*words)
    assert (done.code, done.out, done.err.splitlines()[0]) == (code, '', f'tao: error: {error}')


def test_input_is_only_passed_on_when_asked_for() -> None:
    cat = ['dino', 'run', 'cat']
    for options, out in (([], b''), (['--interactive'], b'in')):
        done = subprocess.run([*command(), *options, *cat], input=b'in', stdout=subprocess.PIPE, check=True)
        assert done.stdout == out


def until_it_has_acted(pid: int) -> None:
    """Wait until the launcher has had its time to act on what it was told, as its job had."""
    until(lambda: has_heard(pid))
    before = Path('beats').stat().st_size
    until(lambda: Path('beats').stat().st_size > before + 5)


class Run:
    """A job that runs until it is told otherwise."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [*command(), *options, 'dino', 'run', 'lasting'], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            encoding='utf-8',
        )
        until(lambda: Path('started').exists())
        self.job = family.descendants(self.process.pid)
        until(lambda: len(family.descendants(self.process.pid)) > 3)
        self.job = family.descendants(self.process.pid)

    def send(self, number: int, count: int = 1) -> None:
        self.process.send_signal(number)
        until(lambda: Path('signals').exists() and len(Path('signals').read_text().split()) == count)

    def end(self) -> tuple[int, str]:
        _, err = self.process.communicate(timeout=60)
        left = [pid for pid in self.job.items() if family.is_alive(pid)]
        assert len(self.job) > 3 and left == []
        return self.process.returncode, err


@pytest.mark.parametrize(('number', 'code'), [
    (signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 7), (signal.SIGHUP, 129),
])
def test_a_signal_is_told_once_and_nothing_is_left(number: int, code: int) -> None:
    Path('ends').touch()
    run = Run()
    run.send(number)
    assert run.end() == (code, '')
    assert Path('signals').read_text() == f'{signal.Signals(number).name[3:]}\n'


def test_the_second_ctrl_c_kills() -> None:
    run = Run()
    run.send(signal.SIGINT)
    until_it_has_acted(run.process.pid)
    assert run.process.poll() is None  # no clock: a checkpoint may be being written
    run.process.send_signal(signal.SIGINT)
    assert run.end() == (-signal.SIGINT, '')
    assert Path('signals').read_text() == 'INT\n'


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGHUP])
def test_a_job_that_does_not_end_in_its_time(number: int) -> None:
    run = Run('--stop-timeout', '1')
    begun = time.monotonic()
    run.send(number)
    code, _ = run.end()
    assert code == 137 and 1 < time.monotonic() - begun < 60


@pytest.mark.parametrize('ends', [True, False])
def test_a_job_that_has_had_its_time(ends: bool) -> None:
    if ends:
        Path('ends').touch()
    run = Run('--timeout', '2s', '--stop-timeout', '1')
    code, err = run.end()
    assert (code, err) == (124, 'tao: the job has had its 2s (--timeout), and is told to stop\n')
    assert Path('signals').read_text() == 'TERM\n'


@pytest.mark.parametrize(('words', 'how', 'code'), [
    (['dino', 'train', '-k', 's3cr3t'], 'job', 0), (['dino', 'run', 'sh', '-c', 'exit 3'], 'job', 3),
    (['--no-check', 'dino', 'run', 'nosuch'], 'refused', 127),
    (['dino', 'run', 'sh', '-c', 'kill $PPID; sleep 600'], 'signal', 143),
])
def test_it_is_recorded(words: list[str], how: str, code: int, home: Path) -> None:
    history = home / 'history.jsonl'
    env = {'TAO_HISTORY': str(history), 'TAO_TOOLKIT_VERSION': '6.0.0'}
    assert tao_process('--env', 'ONE=1', *words, env=env).code == code
    start, end = map(json.loads, history.read_text().splitlines())
    assert start['argv'][:2] == ['env', 'ONE=1'] and (start['image'], start['release']) == ('', '6.0.0')
    assert start['engine'] == ['none'] and 's3cr3t' not in history.read_text()
    assert (end['how'], end['code'], end['job']) == (how, code, start['job'])
    assert start['job'] in tao('history', env=env).out


def test_what_a_job_leaves_behind_ends_with_it() -> None:
    done = tao_process('dino', 'run', 'sh', '-c', 'setsid sh -c "setsid sleep 4321 & echo \\$!; exit" ; exit 3')
    assert done.code == 3
    assert not family.begun(int(done.out))


def test_a_signal_that_was_ignored_stays_ignored() -> None:
    Path('ends').touch()
    started = subprocess.Popen(
        ['sh', '-c', f'trap "" HUP; exec {shlex.join(command())} dino run lasting'], stdin=subprocess.DEVNULL,
    )
    until(lambda: Path('started').exists())
    started.send_signal(signal.SIGHUP)
    started.send_signal(signal.SIGTERM)
    assert started.wait(60) == 7
    assert Path('signals').read_text() == 'TERM\n'


def on_terminal(*words: str) -> pexpect.spawn[str]:
    """The launcher on a terminal, as the first process of its session."""
    child = pexpect.spawn(command()[0], [*command()[1:], *words], encoding='utf-8', timeout=60)
    child.delaybeforesend = None
    return child


def test_a_shell_has_the_terminal() -> None:
    child = on_terminal('dino')
    child.expect('[$#] ')
    child.sendline('[ -t 0 ] && [ -t 1 ] && echo at"" home; exit 7')
    child.expect('at home')
    child.expect(pexpect.EOF)
    child.wait()
    assert (child.exitstatus, child.signalstatus) == (7, None)


@pytest.mark.parametrize('ends', [True, False])
def test_ctrl_c_reaches_a_job_on_the_terminal(ends: bool) -> None:
    if ends:
        Path('ends').touch()
    child = on_terminal('dino', 'run', 'lasting')
    until(lambda: Path('started').exists())
    child.sendintr()
    until(lambda: Path('signals').exists())
    if not ends:
        assert child.pid is not None
        until_it_has_acted(child.pid)
        assert child.isalive()
        child.sendintr()
    child.expect(pexpect.EOF)
    child.wait()
    assert (child.exitstatus, child.signalstatus) == (None, signal.SIGINT)
    assert set(Path('signals').read_text().split()) == {'INT'}
    assert not family.begun(int(Path('outlives').read_text()))


@pytest.mark.parametrize(('ends', 'code'), [(True, 129), (False, 137)])
def test_a_closed_terminal_ends_the_job(ends: bool, code: int) -> None:
    """The kernel tells the first process of the session, which tells the job."""
    if ends:
        Path('ends').touch()
    child = on_terminal('--stop-timeout', '1', 'dino', 'run', 'lasting')
    until(lambda: Path('started').exists())
    child.ptyproc.fileobj.close()  # type: ignore[attr-defined]
    child.closed = child.ptyproc.closed = True  # type: ignore[attr-defined]
    until(lambda: not child.isalive())
    assert child.exitstatus == code and Path('signals').read_text() == 'HUP\n'
    assert not family.begun(int(Path('outlives').read_text()))


def test_a_signal_for_the_launcher_alone_ends_a_job_on_the_terminal() -> None:
    """It may have reached the job as well, so that comes to be asked for its end only a moment later."""
    Path('ends').touch()
    child = on_terminal('dino', 'run', 'lasting')
    until(lambda: Path('started').exists())
    assert child.pid
    os.kill(child.pid, signal.SIGQUIT)
    child.expect(pexpect.EOF)
    child.wait()
    assert (child.exitstatus, Path('signals').read_text()) == (7, 'TERM\n')


def test_links(tmp_path: Path, home: Path) -> None:
    for name in ('data', 'data/inner', 'more'):
        (home / name).mkdir()
    place = tmp_path / 'work' / 'space'
    write_mounts(home, {'Mounts': [
        {'source': '~/more', 'destination': f'{place}/data/more'}, {'source': '~/data', 'destination': f'{place}/data'},
    ]})
    words = ['dino', 'run', 'ls', f'{place}/data', f'{place}/data/more']
    printed = tao('--quiet', '--link', '--dry-run', *words)
    assert printed.out.splitlines()[:4] == [
        f'mkdir -p {place}', f'ln -sn {home}/data {place}/data', f'ln -sn {home}/more {place}/data/more', '# then:',
    ]
    assert not place.exists()
    done = tao_process('--link', *words)
    assert (done.code, done.out.splitlines()[:3]) == (0, [f'{place}/data:', 'inner', 'more'])
    assert [os.readlink(place / name) for name in ('data', 'data/more')] == [str(home / 'data'), str(home / 'more')]
    # they stay, and the next launch needs no option
    again = tao_process(*words)
    assert (again.code, again.out, again.err) == (0, done.out, '')


def test_a_link_that_someone_else_has_made_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the launch: the same link is as good as our own, and none is put into the source."""
    (tmp_path / 'ln').write_text('#!/bin/sh\n/bin/ln "$@"\nexec /bin/ln "$@"\n')
    (tmp_path / 'ln').chmod(0o755)
    monkeypatch.setenv('PATH', f'{tmp_path}:{os.environ["PATH"]}')
    (tmp_path / 'source').mkdir()
    done = tao_process('--quiet', '--link', '--volume', f'{tmp_path}/source:{tmp_path}/there', 'dino', 'train')
    assert (done.code, done.err, list((tmp_path / 'source').iterdir())) == (0, '', [])


def test_a_link_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'ln').write_text('#!/bin/sh\necho "ln: no room" >&2\nexit 1\n')
    (tmp_path / 'ln').chmod(0o755)
    monkeypatch.setenv('PATH', f'{tmp_path}:{os.environ["PATH"]}')
    words = ['--quiet', '--link', '--volume', f'{tmp_path}:{tmp_path}/x', 'dino', 'train']
    assert tao(*words) == (2, '', f'tao: error: ln -sn {tmp_path} {tmp_path}/x failed\n    ln: no room\n')
