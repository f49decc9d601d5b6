"""What is said of words that are not UTF-8: they reach the engine's client as they are, and the job changed."""
from __future__ import annotations

import os

import pytest
from support import FakeDocker, tao, tao_process

WORDS = [os.fsdecode(word) for word in (b'run', b'sh', b'caf\xe9', b'-k', b'se\xff')]
SAID = 'not UTF-8: the job gets other characters in its place'


@pytest.mark.parametrize('engine', ['docker', 'podman'])
def test_it_is_said(engine: str, fake_docker: FakeDocker) -> None:
    variables = ['--env', os.fsdecode(b'A=\xff'), '--env', 'HERE', '--env', 'B=ü']
    done = tao('--engine', engine, *variables, 'dino', *WORDS, env={'HERE': os.fsdecode(b'\xe9')})
    assert (done.code, fake_docker.argv[-4:]) == (0, WORDS[1:])
    assert [line for line in done.err.splitlines() if 'UTF-8' in line] == [
        f"tao: notice: 'caf\\xe9' is {SAID}", f"tao: notice: '***' is {SAID}",
        f'tao: notice: the value of A is {SAID}', f'tao: notice: the value of HERE is {SAID}',
    ]


@pytest.mark.parametrize('env', [{}, {'LC_ALL': 'C', 'PYTHONUTF8': '0', 'PYTHONCOERCECLOCALE': '0'}])
def test_it_is_not_said_of_utf_8(env: dict[str, str], fake_docker: FakeDocker) -> None:
    done = tao_process('dino', 'train', 'é'.encode(), env=env)
    assert (done.code, 'UTF-8' in done.err) == (0, False)


def test_a_job_of_this_machine_gets_every_byte() -> None:
    words = ['--engine', 'none', '--no-check', '--env', os.fsdecode(b'A=\xe9'), 'dino', 'run', 'sh', '-c']
    done = tao_process(*words, 'printf %s "$A$1" | od -An -tx1', 'x', b'\xff')
    assert (done.code, done.out.split(), 'UTF-8' in done.err) == (0, ['e9', 'ff'], False)
