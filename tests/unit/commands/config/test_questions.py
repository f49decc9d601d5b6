"""tao config init on a real terminal: its questions, wrong answers, and every way to leave it."""
from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pexpect
import pytest
from support import command, write_mounts

INSIDE = '/workspace/tao-experiments'
NOBODY = 'none' if os.getuid() == 0 else 'host'
QUESTIONS = [
    'data folder on this host, or none [~/tao-experiments/data]: ',
    f'data folder in the container [{INSIDE}/data]: ',
    'results folder on this host, or none [~/tao-experiments/results]: ',
    f'results folder in the container [{INSIDE}/results]: ',
    'specs folder on this host, or none [~/tao-experiments/specs]: ',
    f'specs folder in the container [{INSIDE}/specs]: ',
    'another folder, DIR:DST[:MODE], or none [none]: ',
    f'who jobs run as: host (whoever launches), UID:GID or none [{NOBODY}]: ',
    'size of /dev/shm, or none [16G]: ',
    'limits, or none [memlock=-1 stack=67108864]: ',
]


class Session:
    """config init on a pty."""

    def __init__(self, *words: str, env: dict[str, str] | None = None) -> None:
        line = [*command(), 'config', 'init', *words]
        self.child: Any = pexpect.spawn(
            line[0], line[1:], env={**os.environ, 'NO_COLOR': '1', **(env or {})}, encoding='utf-8', timeout=60,
            dimensions=(40, 250),
        )

    def answer(self, question: str, text: str) -> None:
        self.child.expect_exact(f'tao: {question}')
        self.child.sendline(text)

    def end(self) -> tuple[int, str]:
        """(the exit code, what was said since the last answer)."""
        self.child.expect(pexpect.EOF)
        said: str = self.child.before
        self.child.close()
        code: int = -self.child.signalstatus if self.child.signalstatus else self.child.exitstatus
        return code, said


def test_enter_takes_the_defaults(home: Path) -> None:
    session = Session()
    path = home / '.tao_mounts.json'
    session.child.expect_exact(
        f'tao: this will write {path}; press Enter to accept the value in [ ], '
        'Ctrl-C to leave everything unchanged\r\n')
    for question in QUESTIONS:
        session.answer(question, '')
    folders = [f'{home}/tao-experiments/{name}' for name in ('data', 'results', 'specs')]
    session.answer(f'create {", ".join(folders)}? [Y/n]: ', '')
    session.answer(f'write this to {path}? [Y/n]: ', 'y')
    code, said = session.end()
    assert code == 0
    assert said.splitlines()[1:] == [
        f'tao: notice: created {home}/tao-experiments', *(f'tao: notice: created {folder}' for folder in folders),
        f'tao: notice: wrote {path}',
    ]
    document = json.loads(path.read_text())
    assert document['DockerOptions']['ulimits'] == {'memlock': -1, 'stack': 67108864}


def test_answers_and_wrong_answers(home: Path) -> None:
    (home / 'ü x').mkdir()
    session = Session()
    answers = [
        ('\x1b[A', '"\\x1b[A": the answer has a control character in it; type it again'),
        ('~/ü x', None), ('data', '"data": expected an absolute path in the container'), ('/d', None),
        ('$NO/x', '"$NO/x": the variable NO is not set'), ('none', None),
        ('/tmp:/d', '"/tmp:/d": ~/ü x is at /d already'), ('/tmp:/t:ro', None),
        ('x', '"x": expected DIR:DST, with the path in the container'), ('/usr:/u', None), ('', None),
        ('uid:gid', '"uid:gid": expected numbers such as 1000:1000, or host for the caller'), ('7:8', None),
        ('16 GG', '"16 GG": expected a size such as 16G, 512M or a number of bytes'), ('1G', None),
        ('stak=1', '"stak=1": did you mean stack?'), ('stack=1:2, core=0', None),
    ]
    questions = [QUESTIONS[i] for i in (0, 0, 1, 1, 2, 2, 4, 4, 6, 6, 6, 7, 7, 8, 8, 9, 9)]
    for (text, complaint), question in zip(answers, questions):
        session.answer(question, text)
        if complaint:
            session.child.expect_exact(f'tao: {complaint}\r\n')
    session.answer(f'write this to {home}/.tao_mounts.json? [Y/n]: ', 'maybe')
    session.child.expect_exact('tao: expected y or n\r\n')
    session.answer(f'write this to {home}/.tao_mounts.json? [Y/n]: ', 'YES')
    assert session.end()[0] == 0
    assert json.loads((home / '.tao_mounts.json').read_text('utf-8')) == {
        'Mounts': [
            {'source': '~/ü x', 'destination': '/d'}, {'source': '/tmp', 'destination': '/t', 'mode': 'ro'},
            {'source': '/usr', 'destination': '/u'},
        ],
        'DockerOptions': {'shm_size': '1G', 'ulimits': {'stack': {'soft': 1, 'hard': 2}, 'core': 0}, 'user': '7:8'},
    }


def test_what_options_say_is_not_asked(home: Path) -> None:
    session = Session('--data', '/tmp', '--specs=none', '--volume', '/usr:/usr2', '--ulimit=none')
    for i in (2, 3, 7, 8):
        session.answer(QUESTIONS[i], '')
    session.answer(f'create {home}/tao-experiments/results? [Y/n]: ', 'n')
    session.child.expect_exact('"destination": "/usr2"')
    session.answer(f'write this to {home}/.tao_mounts.json? [Y/n]: ', '')
    assert session.end()[0] == 0
    assert {entry.name for entry in home.iterdir()} == {'.local', '.tao_mounts.json'}


def test_a_file_that_is_there(home: Path) -> None:
    path = write_mounts(home, 'not JSON')
    for last in ('n', 'y'):
        session = Session('--data=none', '--results=none', '--specs=none', '--volume=none', '--user=none')
        for i in (8, 9):
            session.answer(QUESTIONS[i], '')
        session.answer(f'write this to {path}; the existing file is kept as a backup? [Y/n]: ', last)
        code, said = session.end()
        if last == 'n':
            assert (code, said.splitlines()[1:]) == (1, ['tao: error: nothing was written'])
            assert path.read_text() == 'not JSON'
    assert (code, said.splitlines()[1:]) == (
        0, [f'tao: notice: {path} as it was is kept as {path}.1.bak', f'tao: notice: wrote {path}'])


@pytest.mark.parametrize('number', [0, 1, 6, 10, 11])
@pytest.mark.parametrize('way', ['ctrl-c', 'ctrl-d', 'hang up', 'SIGTERM'])
def test_leaving_changes_nothing(number: int, way: str, home: Path) -> None:
    """At any question: Ctrl-C is 130 for a shell, the end of the input 1; the file and the folders stay as they are."""
    path = write_mounts(home, '{}')
    session = Session()
    folders = ', '.join(f'{home}/tao-experiments/{name}' for name in ('data', 'results', 'specs'))
    last = [f'create {folders}? [Y/n]: ', f'write this to {path}; the existing file is kept as a backup? [Y/n]: ']
    questions = [*QUESTIONS, *last]
    for question in questions[:number]:
        session.answer(question, '')
    session.child.expect_exact(f'tao: {questions[number]}')
    if way == 'hang up':
        os.kill(session.child.pid, signal.SIGHUP)
    elif way == 'SIGTERM':
        os.kill(session.child.pid, signal.SIGTERM)
    else:
        session.child.sendcontrol(way[-1])
    code, said = session.end()
    expected = {'ctrl-c': -signal.SIGINT, 'ctrl-d': 1, 'hang up': -signal.SIGHUP, 'SIGTERM': -signal.SIGTERM}
    assert code == expected[way]
    if way == 'ctrl-d':
        assert said.splitlines()[-1] == 'tao: error: the input ended: nothing was written'
    assert 'Traceback' not in said
    assert [(entry.name, entry.read_text()) for entry in home.iterdir()] == [('.tao_mounts.json', '{}')]


def test_no_terminal_to_read_from_or_to_write_to(home: Path) -> None:
    for redirection in ('</dev/null', '2>/dev/null'):
        words = [*command(), 'config', 'init']
        child: Any = pexpect.spawn('sh', ['-c', f'"$@" {redirection}', 'sh', *words], encoding='utf-8', timeout=60)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 2
        shown = re.sub(r'\x1b\[[0-9;]*m', '', child.before)
        assert ('there is no terminal to ask them on' in shown) == (redirection[0] == '<')
    assert list(home.iterdir()) == []
