"""What is said of words that were meant for a shell, and of which nothing is said."""
from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from runner_checkout import backend, run
from support import tao

from tao_launcher.launch import quoting
from tao_launcher.settings.programs import RUNNERS
from tao_launcher.settings.values import Variable


@pytest.mark.parametrize(('value', 'said'), [
    ('"5.3 6.0"', True), ("'x'", True), ('""', True), ('"', False), ('', False), (None, False), ('x', False),
    ('["a", "b"]', False), ('"a" b', False), ('a"', False), ('{"a": 1}', False),
])
def test_quotes_around_a_value(value: str | None, said: bool) -> None:
    notice = '--env A: the quotes around its value are part of it in the job; no shell takes them away here'
    assert quoting.notices(('make',), [Variable('A', value)], by_runner=True) == ([notice] if said else [])
    assert quoting.notices(('make',), [Variable('A', value)], by_runner=False) == []


SINGLE = 'quotes are passed through unchanged: write bash -c "…" without the inner \'…\''
DOUBLE = 'quotes are passed through unchanged: write bash -c \'…\' without the inner "…"'


@pytest.mark.parametrize(('script', 'notices'), [
    ("'rm -rf build/ dist/ *_build '", [SINGLE]), ("'ls'", [SINGLE]), ('"cd /x; make"', [DOUBLE]),
    ('"$prog" "$x"', []), ('"$0"', []), ('echo "a"', []), ('"', []), ('make', []),
])
def test_quotes_around_a_script(script: str, notices: list[str]) -> None:
    assert quoting.notices(('bash', '-c', script), (), by_runner=False) == notices


@pytest.mark.parametrize(('line', 'used', 'script'), [
    ("cd x '&&' make -j '2 3'", '&& is a word', "cd x && make -j '2 3'"), ("a '|' b '|' c", '| is a word', 'a | b | c'),
    ("a ';' b '&&' c", '; and && are words', 'a ; b && c'),
    ("make '>' log '2>&1'", '> and 2>&1 are words', 'make > log 2>&1'),
    ("find . -name x '|' sort", '| is a word', 'find . -name x | sort'),
    ("dino train -k s3cr3t '&&' ls", '&& is a word', "dino train -k '***' && ls"),
    ("find . -exec rm {} ';'", '', ''), ("expr 1 '|' 2", '', ''), ("[ a '>' b ]", '', ''), ("bash -c x '&&'", '', ''),
    ("echo a;b 'a && b' '|x'", '', ''), ("'&&'", '', ''), ('', '', ''),
])
def test_operators(line: str, used: str, script: str) -> None:
    notice = f'{used} of the command, as no shell runs it: for one, write bash -c {shlex.quote(script)}'
    assert quoting.notices(shlex.split(line), (), by_runner=True) == ([notice] if used else [])


@pytest.mark.parametrize(('word', 'said'), [
    ('cd x && make', True), ('make build', True), ('make', False), ('/opt/my program/x', False), (' ', False),
])
def test_a_command_that_is_one_word(word: str, said: bool) -> None:
    notice = f'the command is one word, which nothing splits: write bash -c {shlex.quote(word)}'
    assert quoting.notices((word,), (), by_runner=True) == ([notice] if said else [])


@pytest.mark.parametrize('program', RUNNERS)
def test_of_a_runner(program: str, tmp_path: Path) -> None:
    """NVIDIA's had a shell run the command, or the whole of docker's line."""
    root = backend(tmp_path / 'x', program)
    (root / 'docker/Dockerfile').unlink()
    words = ['--env', 'TORCH_CUDA_ARCH_LIST="5.3 6.0"', '--', 'cd', 'x', '&&', 'bash', '-c', '"make a"']
    done = run(root, '--dry-run', *words, program=program)
    assert done.code == 0 and done.err.splitlines() == [
        f'{program}: notice: --env TORCH_CUDA_ARCH_LIST: the quotes around its value are part of it in the job; '
        'no shell takes them away here',
        f'{program}: notice: {DOUBLE}',
        f'{program}: notice: && is a word of the command, as no shell runs it: for one, write bash -c '
        '\'cd x && bash -c \'"\'"\'"make a"\'"\'"\'\'',
    ]
    assert shlex.split(done.out)[-5:] == words[-5:] and 'TORCH_CUDA_ARCH_LIST="5.3 6.0"' in shlex.split(done.out)


def test_of_a_task() -> None:
    """Its words are its own, whatever they look like."""
    for words in (['dino', 'run', 'cd', '/x', '&&', 'ls'], ['dino', 'run', 'a b']):
        assert tao('--dry-run', *words).err == ''
    assert tao('--dry-run', 'dino', 'run', 'bash', '-c', '"a b"').err == f'tao: notice: {DOUBLE}\n'


@pytest.mark.parametrize('operator', sorted(quoting.OPERATORS))
def test_every_operator_shows_at_a_launch(operator: str, tmp_path: Path) -> None:
    done = run(backend(tmp_path / 'x', 'tao_ds'), '--dry-run', '--', 'a', operator, 'b', program='tao_ds')
    assert f'{operator} is a word of the command' in done.err


def test_an_innocent_launch_does_not_load_it() -> None:
    code = (
        'import sys; from tao_launcher.main import main; '
        'main(["--no-check", "--dry-run", "--env", "A=b", "dino", "train", "-e", "/x", "a=[\'b c\']"]); '
        'print("tao_launcher.launch.quoting" in sys.modules)'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, encoding='utf-8', check=True)
    assert done.stdout.splitlines()[-1] == 'False'
