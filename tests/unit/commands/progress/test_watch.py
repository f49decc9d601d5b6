"""tao progress --watch: on a terminal, and elsewhere."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pexpect
import pytest
from engine_answers import Engine, container
from status_lines import lightning, line
from support import tao

ENTER, LEAVE = '\x1b[?1049h\x1b[?25l', '\x1b[?25h\x1b[?1049l'
PATIENCE = 60
OFTEN = (
    'import sys; from tao_launcher.commands.progress import watch; watch.EVERY = 0.1; from tao_launcher.main import '
    'console; sys.argv[0] = "tao"; console()'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A status file with 3 of 9 epochs."""
    path = tmp_path / 'results' / 'status.json'
    path.parent.mkdir()
    path.write_bytes(lightning(3, 9))
    return path


def go_on(file: Path, data: bytes, *, long_ago: bool = False) -> None:
    """Write more; what was written long ago is the end."""
    with file.open('ab') as f:
        f.write(data)
    if long_ago:
        os.utime(file, (0, time.time() - 60))


def often(settled: float | None = None) -> list[str]:
    """The words of tao progress --watch, which looks more often than for people, and has another patience if asked."""
    patience = f'watch.SETTLED = {settled}; ' if settled else ''
    return [sys.executable, '-c', OFTEN.replace('from tao_launcher.main', f'{patience}from tao_launcher.main'),
            'progress', '--watch']


def on_terminal(*words: str, term: str = 'xterm') -> Any:
    program, *rest = often()
    return pexpect.spawn(
        program, [*rest, *words], env={**os.environ, 'TERM': term, 'NO_COLOR': '1'},
        encoding='utf-8', timeout=PATIENCE, dimensions=(20, 70),
    )


def test_it_is_redrawn_until_the_file_tells_of_an_end(file: Path) -> None:
    child = on_terminal(str(file))
    child.expect_exact(ENTER)
    child.expect_exact('33%  epoch 3 of 9')
    go_on(file, lightning(4, 9)[len(lightning(3, 9)):])
    child.expect_exact('44%  epoch 4 of 9')
    go_on(file, line('9:5:0', message='Train finished successfully.'), long_ago=True)
    child.expect_exact(LEAVE)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert 'SUCCESS  since ' in child.before and '\x1b' not in child.before  # what was last seen stays


def test_another_size(file: Path) -> None:
    child = on_terminal(str(file))
    child.expect_exact('33%  epoch 3 of 9')
    child.setwinsize(20, 30)
    child.expect_exact('\x1b[H')
    child.expect_exact('\x1b[J')
    assert all(len(each) <= 30 for each in child.before.replace('\x1b[K', '').splitlines())
    child.close(force=True)


@pytest.mark.parametrize(('number', 'code'), [(signal.SIGINT, 2), (signal.SIGTERM, 15)])
def test_leaving_it(number: int, code: int, file: Path) -> None:
    """The terminal is as it was, and the shell around it sees the signal."""
    child = on_terminal(str(file))
    child.expect_exact('33%  epoch 3 of 9')
    if number == signal.SIGINT:
        child.sendintr()
    else:
        child.kill(number)
    child.expect_exact(LEAVE)
    child.expect(pexpect.EOF)
    child.close()
    assert child.signalstatus == code


@pytest.mark.parametrize('term', ['xterm', 'dumb'])
def test_a_closed_terminal(term: str, file: Path) -> None:
    """Whose signal does not come: nothing can be written any more."""
    main, terminal = os.openpty()
    child = subprocess.Popen(
        [*often(), str(file)], stdin=subprocess.DEVNULL, stdout=terminal, stderr=subprocess.PIPE,
        env={**os.environ, 'TERM': term}, start_new_session=True,
    )
    os.close(terminal)
    assert os.read(main, 100)
    os.close(main)
    go_on(file, lightning(4, 9)[len(lightning(3, 9)):])
    _, said = child.communicate(timeout=PATIENCE)
    assert (child.returncode, said) == (-signal.SIGHUP, b'')


def test_a_terminal_that_cannot_be_drawn_on(file: Path) -> None:
    go_on(file, line('9:5:0', 'FAILURE', message='no space'), long_ago=True)
    child = on_terminal(str(file), term='dumb')
    child.expect(pexpect.EOF)
    child.close()
    assert '\x1b' not in child.before and child.exitstatus == 1


def test_elsewhere_a_line_per_epoch(file: Path) -> None:
    child = subprocess.Popen(
        [*often(), str(file)], stdout=subprocess.PIPE, encoding='utf-8', bufsize=1,
    )
    assert child.stdout
    assert '3/9 33%' in child.stdout.readline()
    go_on(file, line('9:3:30', message='a line of the log'))
    go_on(file, lightning(4, 9)[len(lightning(3, 9)):])
    assert '4/9 44%' in child.stdout.readline()
    go_on(file, line('9:5:0', 'FAILURE', message='File system error: no space'), long_ago=True)
    last = child.stdout.readline()
    assert last.rstrip().endswith('the job says: File system error: no space') and 'FAILURE' in last
    assert (child.wait(PATIENCE), child.stdout.read()) == (1, '')
    child.stdout.close()


def test_elsewhere_a_line_when_nothing_more_comes(tmp_path: Path) -> None:
    """Once: it is watched on."""
    path = tmp_path / 'status.json'
    path.write_bytes(lightning(3, 9).replace(b'/2026"', b'/2020"'))
    child = subprocess.Popen([*often(), str(path)], stdout=subprocess.PIPE, encoding='utf-8', bufsize=1)
    assert child.stdout
    first = child.stdout.readline()
    assert 'RUNNING  3/9 33%  last line ' in first and first.endswith(' ago)\n')
    go_on(path, line('9:5:0', 'SUCCESS', message='x'), long_ago=True)
    assert 'SUCCESS' in child.stdout.readline()
    assert (child.wait(PATIENCE), child.stdout.read()) == (0, '')
    child.stdout.close()


def test_a_failure_after_which_the_job_goes_on(file: Path) -> None:
    """A message of the log at level ERROR is one."""
    go_on(file, line('9:3:10', 'FAILURE', message='a bad image'))
    # it has not settled before we write more, however slow this machine is
    child = subprocess.Popen([*often(settled=1e9), str(file)], stdout=subprocess.PIPE, encoding='utf-8')
    assert child.stdout and 'FAILURE' in child.stdout.readline()
    go_on(file, lightning(4, 9)[len(lightning(3, 9)):])
    assert 'RUNNING  4/9' in child.stdout.readline()
    child.kill()
    child.wait()
    child.stdout.close()


@pytest.mark.parametrize('code', [0, 3, 137])
def test_a_job_is_watched_until_it_ends(code: int, engine: Engine, file: Path) -> None:
    """With its own code, whatever its file tells."""
    engine.has(container(
        command=('dino', 'train', '-r', '/r'), Mounts=[{'Source': str(file.parent), 'Destination': '/r'}],
    ))
    engine.answers('wait', f'{code}\n')
    done = tao('progress', '--watch', 'dino')
    assert (done.code, done.err) == (code, '')
    assert 'model/dino/train  RUNNING  3/9 33%' in done.out and [call[1] for call in engine.calls].count('wait') == 1


@pytest.mark.parametrize(('word', 'told'), [('', 'no status.json there'), ('/later', 'no such file or folder')])
def test_a_file_that_is_not_there_yet(word: str, told: str, tmp_path: Path) -> None:
    """It is waited for, which is said: a path with a slip in it never comes."""
    folder = Path(f'{tmp_path}{word}')
    child = subprocess.Popen(
        [*often(), str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8',
    )
    assert child.stdout and child.stdout.readline() == f'{folder}: {told}\n'
    folder.mkdir(exist_ok=True)
    (folder / 'new').write_bytes(lightning(3, 9) + line('9:5:0', 'SUCCESS'))
    os.utime(folder / 'new', (0, time.time() - 60))
    (folder / 'new').rename(folder / 'status.json')
    out, err = child.communicate(timeout=PATIENCE)
    assert (child.returncode, err) == (0, f'tao: notice: waiting for {folder}: a task may still create it\n')
    assert 'SUCCESS  3/9' in out


def test_nobody_reads_it(file: Path) -> None:
    done = subprocess.run(
        ['sh', '-c', '("$@"; echo $? >&2) | true', 'sh', *often(), str(file)],
        stderr=subprocess.PIPE, encoding='utf-8', timeout=PATIENCE, check=False,
    )
    assert done.stderr == '141\n'
