"""tao exec: the docker command that it runs."""
from __future__ import annotations

import shlex
import signal
import subprocess

import pytest
from engine_answers import Engine, container, ids, last
from support import command, tao, tao_process

A, B, C = ids(3)


@pytest.mark.parametrize(('words', 'argv'), [
    (['exec', 'dino', 'sh', '-c', 'echo "a b"', '--', '--dry-run', ''],
     ['exec', A, 'sh', '-c', 'echo "a b"', '--', '--dry-run', '']),
    (['exec', 'dino', '--', 'ls', '-l'], ['exec', A, 'ls', '-l']),
    (['exec', 'dino', '--', '--odd'], ['exec', A, '--odd']),
])
def test_runs_docker(engine: Engine, words: list[str], argv: list[str]) -> None:
    engine.has(container(A))
    engine.answers(words[0], 'its own output\n', 'its own errors\n', 42)
    assert tao_process(*words) == (42, 'its own output\n', 'its own errors\n')
    assert last(engine) == ['docker', *argv]
    dry = tao('--dry-run', *words)
    assert (dry.code, shlex.split(dry.out), dry.err) == (0, ['docker', *argv], '')


def test_a_shell_without_input_is_told_of(engine: Engine) -> None:
    notice = 'tao: notice: no terminal: the shell gets no input and ends at once (--interactive passes it on)\n'
    engine.has(container(A))
    assert tao_process('exec', 'dino') == (0, '', notice)
    assert tao('--dry-run', 'exec', 'dino') == (0, f'docker exec {A} /bin/bash\n', notice)
    assert tao('--dry-run', '--interactive', 'exec', 'dino') == (0, f'docker exec -i {A} /bin/bash\n', '')


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_that_is_interrupted_has_not_succeeded(engine: Engine, number: int) -> None:
    """Whatever the client says of it: docker's ends with 0."""
    engine.has(container(A))
    (engine.folder / 'docker').rename(engine.folder / 'answers')
    (engine.folder / 'docker').write_text(
        '#!/bin/sh\n[ "$1" = exec ] || exec "${0%/*}/answers" "$@"\n'
        'trap "exit 0" INT TERM; echo ready; while :; do sleep 0.05; done\n'
    )
    (engine.folder / 'docker').chmod(0o755)
    with subprocess.Popen(
        [*command(), 'exec', A, 'sleep', '60'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, encoding='utf-8',
    ) as run:
        assert run.stdout and run.stdout.readline() == 'ready\n'
        run.send_signal(number)
        _, err = run.communicate(timeout=60)
    assert run.returncode == -number
    assert err.endswith(f'tao: notice: left; the command goes on in container {A[:12]}\n')  # after the shell's own


def test_interactive_exec(engine: Engine) -> None:
    engine.has(container(A))
    assert tao('--dry-run', '--interactive', 'exec', A, 'sh').out == f'docker exec -i {A} sh\n'
    assert tao('--tty', 'exec', A, 'sh') == (
        2, '', 'tao: error: --tty: the input is not a terminal\n    try: leave --tty out, or use --interactive\n',
    )


def test_an_empty_command(engine: Engine) -> None:
    engine.has(container(A))
    for words in (('',), ('--', '', 'x')):
        done = tao('exec', A, *words)
        assert done.code == 2 and 'the command is an empty word: was a variable not set?' in done.err
    assert engine.calls == []
    assert tao('exec', '--dry-run', A, 'x', '').out.endswith(" x ''\n")


def test_a_dry_run_never_turns_into_an_exec(engine: Engine) -> None:
    engine.has(container(A))
    for words in (['exec', '--dry-run', A, 'ls'], ['exec', A, '--dry-run', 'ls'], ['exec', A, '--dry-run', '--', 'ls']):
        assert tao(*words) == (0, f'docker exec {A} ls\n', '')
    assert tao('exec', A, '-it', 'ls') == (
        2, '', 'tao: error: exec: -it is no command\n    try: tao exec --help; options go before JOB\n',
    )
