"""The terminal that something is drawn on."""
from __future__ import annotations

import os
import sys
from typing import Optional

import pexpect
import pytest

from tao_launcher.base import terminal

DRAW = '''
import os, time
from tao_launcher.base.output import Output
from tao_launcher.base.terminal import Screen, can_be_drawn_on, size
print('can', can_be_drawn_on(os.environ), size())
with Screen(Output('tao', os.environ)) as screen:
    screen.draw(['one', 'two', 'three'], 2)
    screen.draw([], 2)
print('left')
'''


def test_a_screen_of_its_own() -> None:
    child = pexpect.spawn(
        sys.executable, ['-c', DRAW], env={**os.environ, 'TERM': 'xterm'}, encoding='utf-8', dimensions=(30, 90),
    )
    child.expect(pexpect.EOF)
    assert child.before == (
        'can True (90, 30)\r\n\x1b[?1049h\x1b[?25l\x1b[Hone\x1b[K\r\ntwo\x1b[K\x1b[J\x1b[H\x1b[J'
        '\x1b[?25h\x1b[?1049lleft\r\n'
    )


@pytest.mark.parametrize('term', ['', 'dumb'])
def test_what_cannot_be_drawn_on(term: str) -> None:
    assert not terminal.can_be_drawn_on({'TERM': term})
    child = pexpect.spawn(sys.executable, ['-c', DRAW.partition('with')[0]], env={**os.environ, 'TERM': term},
                          encoding='utf-8', dimensions=(30, 90))
    child.expect(pexpect.EOF)
    assert child.before == 'can False (90, 30)\r\n'


@pytest.mark.parametrize(('encoding', 'environ', 'has'), [
    ('utf-8', {'LANG': 'en_US.UTF-8'}, True), ('UTF8', {}, True), ('utf-8', {'LANG': 'C'}, False),
    ('utf-8', {'LC_ALL': 'POSIX', 'LANG': 'en_US.UTF-8'}, False), ('utf-8', {'LC_CTYPE': 'C.UTF-8', 'LANG': 'C'}, True),
    ('iso8859-1', {'LANG': 'de_DE'}, False), (None, {}, False),
])
def test_blocks(encoding: Optional[str], environ: dict[str, str], has: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stream:
        pass

    stream = Stream()
    stream.encoding = encoding  # type: ignore[attr-defined]
    monkeypatch.setattr(sys, 'stdout', stream)
    assert terminal.has_blocks(environ) is has
