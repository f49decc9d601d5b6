"""tao catalogue: its actions."""
from __future__ import annotations

import pytest
from support import Result, tao


def test_which_action() -> None:
    assert tao('catalogue') == Result(2, '', (
        'tao: error: tao catalogue: which action? add, show, validate, remove, probe\n'
        '    try: tao catalogue --help\n'))


@pytest.mark.parametrize('words', [['show', 'x', 'y'], ['add'], ['probe'], ['remove'], ['validate', '--dry-run']])
def test_wrong_words(words: list[str]) -> None:
    done = tao('catalogue', *words)
    assert (done.code, done.out) == (2, '')


@pytest.mark.parametrize('action', ['add', 'show', 'validate', 'remove', 'probe'])
def test_help(action: str) -> None:
    done = tao('catalogue', action, '--help')
    assert (done.code, done.err) == (0, '')
    assert done.out.startswith(f'usage: tao catalogue {action} [-h]')
    assert tao('help', 'catalogue', action).out == done.out
