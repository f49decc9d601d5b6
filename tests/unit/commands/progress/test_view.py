"""How wide progress is, and with which characters."""
from __future__ import annotations

import pytest

from tao_launcher.commands.progress.view import View

UNICODE = View(10, True, lambda text, color: text, 0.0)
ASCII = UNICODE._replace(blocks=False)


@pytest.mark.parametrize(('text', 'unicode', 'ascii'), [
    ('0123456789', '0123456789', '0123456789'), ('0123456789a', '012345678…', '0123456...'),
    ('é', 'é', r'\xe9'), ('ab…', 'ab…', 'ab...'), ('é€x', 'é€x', r'\xe9\u2...'),
])
def test_what_fits(text: str, unicode: str, ascii: str) -> None:
    assert (UNICODE.cut(text), ASCII.cut(text)) == (unicode, ascii)


def test_elsewhere_all_fits() -> None:
    text = '0123456789é'
    assert [each._replace(is_terminal=False).cut(text) for each in (UNICODE, ASCII)] == [text, r'0123456789\xe9']
    assert UNICODE._replace(is_terminal=False).end(text) == text
    assert UNICODE._replace(is_terminal=False).cut(text, 5) == '0123…'


def test_the_end() -> None:
    assert (UNICODE.end('/a/b/c/d/e/f'), ASCII.end('/a/b/c/d/e/f')) == ('…b/c/d/e/f', '...c/d/e/f')
    assert UNICODE.end('/a') == '/a' and len(UNICODE.end('/日本' * 9)) <= 10
