"""The verbs of jobs: how they are left, and what is refused."""
from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest
from engine_answers import Engine, container, ids
from support import command, tao, tao_process
from waiting import until

A, B, C = ids(3)


@pytest.mark.parametrize(('words', 'number'), [
    *((words, number) for words in (('wait', 'dino'), ('attach', 'dino'), ('logs', '-f', 'dino'))
      for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)),
    (('stop', 'dino'), signal.SIGINT),  # after another signal it ends by itself
])
def test_leaving_leaves_nothing_behind(engine: Engine, words: tuple[str, ...], number: int) -> None:
    """Ctrl-C, kill or a closed terminal: at once, no traceback, no docker client that goes on for days."""
    engine.has(container(A))
    slow = '''#!/bin/sh
        case $1 in wait | logs | stop) echo $$ >>"${0%/*}/pids" && exec sleep 600 ;; esac
        exec "${0%/*}/quick" "$@"
    '''
    (engine.folder / 'docker').rename(engine.folder / 'quick')
    (engine.folder / 'docker').write_text(slow)
    (engine.folder / 'docker').chmod(0o755)
    pids = engine.folder / 'pids'
    with subprocess.Popen([*command(), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
        count = 2 if words[0] == 'attach' else 1
        until(lambda: pids.exists() and len(pids.read_text().split()) >= count)
        started.send_signal(number)
        out, err = started.communicate(timeout=60)
    said = f'tao: notice: left; the job runs on (tao attach {A[:12]})\n' if words[0] == 'attach' else ''
    assert (started.returncode, out, err.decode()) == (-number, b'', said)
    until(lambda: not any(Path(f'/proc/{pid}').exists() for pid in pids.read_text().split()), 'no client is left')


@pytest.mark.parametrize('verb', ['list', 'stop', 'logs', 'attach', 'wait', 'exec', 'clean', 'info'])
def test_help(engine: Engine, verb: str) -> None:
    done = tao_process(verb, '--help')
    assert (done.code, done.err) == (0, '')
    assert done.out.startswith(f'usage: tao {verb} [-h]')
    assert tao('--help', verb)[:1] == (0,)
    assert engine.calls == []
