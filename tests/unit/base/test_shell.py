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


@given(st.lists(st.text() | st.text("aZ0_-./=:,@%+ '\"$é")))
def test_a_line_is_that_of_shlex(words: list[str]) -> None:
    assert shell.exact_line(words) == shlex.join(words)
