"""Words as bash reads them back."""
from __future__ import annotations

import pytest

from tao_launcher.base import shell


@pytest.mark.parametrize(('word', 'quoted'), [
    ('', "''"), ('a', 'a'), ("it's", "'it'\"'\"'s'"), ("a\n'b\\", "$'a\\n\\'b\\\\'"), ('\x01', "$'\\001'"),
])
def test_quoting(word: str, quoted: str) -> None:
    assert shell.quote(word) == quoted
