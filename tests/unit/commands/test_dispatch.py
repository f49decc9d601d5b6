"""What a command line asks for: a verb, help, or a task."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support import tao

import tao_launcher

ROOT = Path(str(tao_launcher.__file__)).parents[1]


@pytest.mark.parametrize('words', [['list'], ['bundle', 'save'], ['config', 'init']], ids=' '.join)
def test_help_goes_before_or_after(words: list[str]) -> None:
    done = tao(*words, '--help')
    assert (done.code, done.out.split('\n')[0].split()[:3]) == (0, ['usage:', 'tao', words[0]])
    assert tao('help', *words) == tao('--help', *words) == done


def test_help_of_help() -> None:
    assert tao('help', 'help') == tao('help')


def test_help_of_a_verb_is_not_that_of_its_words() -> None:
    assert tao('help', 'list', '--nonsense') == tao('list', '--help')


@pytest.mark.parametrize('verb', ['list', 'stop', 'logs', 'pull'])
def test_a_verb_loads_nothing_that_launches(verb: str) -> None:
    program = (
        f'import sys; sys.path.insert(0, {str(ROOT)!r}); from tao_launcher.main import main; main()\n'
        'print(*[name for name in sys.modules if name.startswith("tao_launcher.launch")], file=sys.stderr)\n'
        'print(*{"subprocess"} & {*sys.modules}, file=sys.stderr)'
    )
    done = subprocess.run(
        [sys.executable, '-I', '-S', '-c', program, verb, '--help'], capture_output=True, text=True, check=True)
    assert done.stderr.split() == []


@pytest.mark.parametrize('words', [
    ['--no-check', '--dry-run', 'dino', 'train'], ['tasks'], ['images'], ['info', 'dino'],
])
def test_the_variable_of_an_unknown_release_is_named(words: list[str]) -> None:
    done = tao(*words, env={'TAO_RELEASE': '1.2.3'})
    assert done.code == 2 and done.err.startswith('tao: error: TAO_RELEASE: unknown release 1.2.3\n')
    given = tao('--release', '1.2.4', '--dry-run', 'dino', 'train', env={'TAO_RELEASE': '1.2.3'})
    assert given.code == 2 and given.err.startswith('tao: error: unknown release 1.2.4\n')
