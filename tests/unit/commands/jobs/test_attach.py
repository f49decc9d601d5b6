"""tao attach: what it shows of a job with a terminal and of one without, and how it ends."""
from __future__ import annotations

import json

import pexpect
import pytest
from engine_answers import FUTURE, PAST, Engine, container, ended_at, ids
from support import command, tao, tao_process

A, B, C = ids(3)
LINE = f'{A[:12]}  model/dino/train  running'


def test_attach_without_a_terminal_follows_the_log(engine: Engine) -> None:
    for tty in (False, True):
        engine.has(container(A, Config={**container()['Config'], 'Tty': tty}))
        engine.answers('logs', 'epoch 1\n')
        engine.answers('wait', '42\n')
        engine.forget()
        assert tao_process('attach', 'dino') == (42, 'epoch 1\n', '')
        calls = [call for call in engine.calls if call[1] in ('logs', 'wait')]
        assert sorted(calls) == [['docker', 'logs', '-f', '--tail', '20', A], ['docker', 'wait', A]]
        assert tao('attach', '--dry-run', 'dino').out == f'docker logs -f --tail 20 {A}\ndocker wait {A}\n'


@pytest.mark.parametrize(('waited', 'running', 'code', 'said'), [
    ('3\n', '', 3, ''),
    ('', f'{A}\n', 0, 'tao: notice: left; the job runs on\r\n'),
    ('', '', 125, f'tao: error: the job could not be followed to its end\r\n    {LINE}\r\n'
        f'    try: tao --engine podman wait {A[:12]}\r\n'),
])
def test_attach_a_terminal_with_podman(engine: Engine, waited: str, running: str, code: int, said: str) -> None:
    """Its attach does not tell the job's code, and its wait misses one that ended at once."""
    job = container(A)
    engine.has({**job, 'Config': {**job['Config'], 'Tty': True}})
    engine.answers('wait', waited, code=0 if waited else 125)
    engine.answers('ps.2', running)
    words = [*command(), '--color=never', '--engine', 'podman', 'attach', 'dino']
    child = pexpect.spawn(words[0], words[1:], encoding='utf-8')
    child.expect(pexpect.EOF, timeout=60)
    child.close()
    assert (child.exitstatus, child.before) == (code, f'tao: notice: Ctrl-P Ctrl-Q leaves the job running\r\n{said}')


def test_attach_to_one_that_is_gone(engine: Engine) -> None:
    engine.has(container(A))
    engine.answers('logs', err='Error: No such container\n', code=1)
    engine.answers('wait', code=1)
    engine.answers('inspect.2', '[]\n', f'Error: No such container: {A}\n', 1)
    assert tao_process('--stop-timeout', '0', 'attach', 'dino') == (
        125, '', f'Error: No such container\ntao: error: the job could not be followed to its end\n    {LINE}\n'
        f'    try: tao wait {A[:12]}\n',
    )


@pytest.mark.parametrize(('finished', 'shown'), [(PAST, 'a line\n'), (FUTURE, 'a line\nthe rest\n')])
def test_the_rest_of_what_ended_while_the_engine_was_away(engine: Engine, finished: str, shown: str) -> None:
    engine.has(ended_at(finished))
    engine.answers('inspect.1', json.dumps([container(A)]))
    engine.answers('logs.1', 'a line\n')
    engine.answers('logs', 'the rest\n')
    assert tao_process('attach', A)[:2] == (4, shown)


def test_a_log_that_the_engine_does_not_give(engine: Engine) -> None:
    """Another log driver's: the connection was not lost, and the job is waited for all the same."""
    engine.has(container(A))
    refusal = 'Error response from daemon: configured logging driver does not support reading\n'
    engine.answers('logs', '', refusal, 1)
    # the first wait is given up with the log
    (engine.folder / 'docker').write_text((engine.folder / 'docker').read_text().replace(
        '\nanswer=', '\n[ "$1" != wait ] || [ "$(wc -l <"$folder/wait.count")" -gt 1 ] || exec sleep 60\nanswer=', 1,
    ))
    engine.answers('wait', '3\n')
    done = tao_process('attach', A)
    assert (done.code, done.out) == (3, '')
    said = done.err.replace(refusal, '')
    assert said == 'tao: notice: its log cannot be shown; waiting for its end (tao wait does, too)\n'
