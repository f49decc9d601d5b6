"""What was masked is given again, or asked for."""
from __future__ import annotations

from typing import Mapping

import pytest

from tao_launcher.base.errors import UsageError
from tao_launcher.commands.history.entries import PastLaunch
from tao_launcher.commands.history.masked import restored

VERB = ['dino', 'train']


def again(words: list[str], masked: list[int], more: list[str], environ: Mapping[str, str] | None = None) -> list[str]:
    return restored(PastLaunch('abc', 1, words=(*words,), masked=(*masked,)), more, environ or {})


@pytest.mark.parametrize(('words', 'masked', 'more', 'kept'), [
    ([*VERB, '-k', '***', '-e', 'x'], [3], ['-k', 'K'], [*VERB, '-e', 'x']),
    ([*VERB, '-k', '***'], [3], ['-kK'], VERB),
    ([*VERB, '-k***'], [2], ['-k', 'K'], VERB),
    ([*VERB, 'key=***', 'a=1'], [2], ['key=K'], [*VERB, 'a=1']),
    ([*VERB, '--token', '***'], [3], ['--token=K'], VERB),
    ([*VERB, 'a=***'], [], [], [*VERB, 'a=***']),
    (VERB, [7, -1], [], VERB),
])
def test_given_again(words: list[str], masked: list[int], more: list[str], kept: list[str]) -> None:
    assert again(words, masked, more) == kept


@pytest.mark.parametrize(('words', 'masked', 'kept'), [
    (['--env', 'T_KEY=***', *VERB], [1], ['--env', 'T_KEY', *VERB]),
    (['--env=T_KEY=***', *VERB], [0], ['--env=T_KEY', *VERB]),
    (['build', '--build-secret', 'T_KEY=***'], [2], ['build', '--build-secret', 'T_KEY']),
])
def test_variables_come_from_the_environment(words: list[str], masked: list[int], kept: list[str]) -> None:
    assert again(words, masked, [], {'T_KEY': 'x'}) == kept
    with pytest.raises(UsageError) as error:
        again(words, masked, [])
    assert error.value.advice == 'export T_KEY'


def test_every_word_is_asked_for_at_once() -> None:
    words = ['--env', 'T_KEY=***', *VERB, '-k', '***', 'token=***', 'sh -c "x -k ***"']
    with pytest.raises(UsageError) as error:
        again(words, [1, 5, 6, 7], ['-e', '/x'])
    assert error.value.what == 'launch abc had secrets, which the history does not keep'
    assert error.value.why == (
        'word 2: --env T_KEY=***', 'word 6: -k ***', 'word 7: token=***',
        'word 8: sh -c "x -k ***", which cannot be given anew: see tao history LAUNCH --format shell',
    )
    assert error.value.advice == 'export T_KEY'
    with pytest.raises(UsageError) as error:
        again(words, [1, 5, 6], ['-e', '/x'], {'T_KEY': ''})
    assert error.value.advice == 'tao again abc -- -k VALUE token=VALUE'
    with pytest.raises(UsageError) as error:
        again(words, [7], [])
    assert error.value.advice == ''
