"""A line in a shell's editor: its words as the program gets them, and what is typed kept as it was typed."""
from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tao_launcher.commands.completion import shellwords

LINES = [
    ('tao', ['tao']), ('tao ', ['tao', '']), ('tao a\\ b "c d" \'e f\' g', ['tao', 'a b', 'c d', 'e f', 'g']),
    ('tao "a\\"b" \'a\\b\'', ['tao', 'a"b', 'a\\b']),
    ('tao ~/x ~ a~ "~"', ['tao', '/home/user/x', '/home/user', 'a~', '~']),
    ('tao $A/${A}x "$A" \'$A\' $NONE', ['tao', 'value/valuex', 'value', '$A', '$NONE']),
    ('cd x && tao | tao y; tao z', ['tao', 'z']), ('tao 2>&1 >file x', ['tao', 'x']), ('tao "open', ['tao', 'open']),
    ("tao 'open", ['tao', 'open']), ('tao end\\', ['tao', 'end']), ('tao "" x', ['tao', '', 'x']),
    ("tao $'it\\'s'", ['tao', "it's"]), ('tao a\\\nb', ['tao', 'ab']), ('tao ä\\ ö', ['tao', 'ä ö']),
]


@pytest.mark.parametrize(('line', 'expected'), LINES)
def test_lines(line: str, expected: list[str]) -> None:
    words = shellwords.split(line, 'bash', {'A': 'value'}, '/home/user')
    assert [word.value for word in words] == expected


def test_lines_of_fish() -> None:
    words = shellwords.split("tao 'it\\'s' $A", 'fish', {'A': 'value'}, '/home/user')
    assert [word.value for word in words] == ['tao', "it's", 'value']
    assert words[2].start('value') == ('$A', '$A')


@pytest.mark.parametrize(('line', 'is_target'), [('tao x >', True), ('tao x > ~/f', True), ('tao x 2>>f ', False)])
def test_redirections(line: str, is_target: bool) -> None:
    words = shellwords.split(line, 'bash', {}, '/home/user')
    assert [word.value for word in words[:-1]] == ['tao', 'x']
    assert words[-1].is_target == is_target


@settings(max_examples=60)
@given(typed=st.text(max_size=8), rest=st.text(max_size=8), quote=st.sampled_from(['', '"', "'"]))
def test_what_is_added_is_quoted(typed: str, rest: str, quote: str) -> None:
    """The shell makes of the whole word what was meant, whatever part of it was typed."""
    if any(c in typed + rest for c in '\n\r\0') or any(ord(c) in range(0xd800, 0xe000) for c in typed + rest):
        return
    start = quote + shellwords.quoted(typed, quote)
    word = shellwords.split(f'tao {start}', 'bash', {}, '/')[-1]
    whole = shellwords.continued(word, 0, [rest])[0] + word.quote
    assert word.value == typed
    done = subprocess.run(['bash', '-c', f'printf "%s\\n" {whole}'], capture_output=True, encoding='utf-8', check=False)
    assert (done.stdout, done.stderr) == (f'{typed + rest}\n', '')


@given(st.text(alphabet='ab \\"\'$~{}>&;|', max_size=12))
def test_any_line(line: str) -> None:
    words = shellwords.split(line, 'bash', {'a': 'b'}, '/')
    word = words[-1]
    assert line.endswith(word.raw)
    assert word.start(word.value)[0] in (word.raw, word.raw[:len(word.start(word.value)[0])])
    shellwords.continued(word, word.quoted_from, ['x'])
