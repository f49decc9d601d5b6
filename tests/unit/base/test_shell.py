"""Words as bash reads them back."""
from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tao_launcher.base import shell


@pytest.mark.parametrize(('word', 'quoted'), [
    ('', "''"), ('a', 'a'), ("it's", "'it'\"'\"'s'"), ("a\n'b\\", "$'a\\n\\'b\\\\'"), ('\x01', "$'\\001'"),
])
def test_quoting(word: str, quoted: str) -> None:
    assert shell.quote(word) == quoted


@given(st.text() | st.text("aZ0_-./=:,@%+ '\\t\"$é#\\\\"))
def test_a_line_is_split_as_shlex_splits_it(line: str) -> None:
    try:
        words = shlex.split(line)
    except ValueError as e:
        with pytest.raises(ValueError, match=f'^{e}$'):
            shell.split(line)
    else:
        assert shell.split(line) == words


@given(st.lists(st.text() | st.text("aZ0_-./=:,@%+ '\"$é\\\\")))
def test_a_line_is_read_back_by_shlex(words: list[str]) -> None:
    line = shell.exact_line(words)
    assert shlex.split(line) == words
    if not any('\\' in word or word[:1] in ('=', '%') for word in words):
        assert line == shlex.join(words)
