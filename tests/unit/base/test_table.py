"""Tables: aligned, cut to the terminal, and with nothing in them that a terminal would obey."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tao_launcher.base.table import WIDEST, table
from tao_launcher.base.text import cut, plain, width
from tao_launcher.base.times import ago

NOW = 1769854830.0  # 2026-01-31T10:20:30Z


@pytest.mark.parametrize(('text', 'shown'), [
    ('', ''),
    ('a b', 'a b'),
    ('né✓日', 'né✓日'),
    ('\x1b[31mred\x1b]0;title\x07', '\\x1b[31mred\\x1b]0;title\\x07'),
    ('two\nlines\r\t', 'two\\nlines\\r\\t'),
    ('\x9b31m', '\\x9b31m'),
    ('\u202etxt.exe', '\\u202etxt.exe'),
    ('\ud800', '\\ud800'),
    ('\u2028', '\\u2028'),
])
def test_plain(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(('text', 'columns'), [('', 0), ('abc', 3), ('日本', 4), ('e\u0301', 1), ('ｆ', 2), ('…', 1)])
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(('text', 'columns', 'shown'), [
    ('abcdef', 0, 'abcdef'), ('abcdef', 6, 'abcdef'), ('abcdef', 5, 'abcd…'), ('abcdef', 1, '…'),
    ('日本語', 6, '日本語'), ('日本語', 5, '日本…'), ('日本語', 4, '日…'),
])
def test_cut(text: str, columns: int, shown: str) -> None:
    assert cut(text, columns) == shown


def test_table() -> None:
    rows = [('ID', 'TASK', 'COMMAND'), ('1', '日本', 'a b'), ('22', '', ''), ('3', 'dino', 'x' * 30)]
    assert table(rows, 20) == (
        'ID  TASK  COMMAND\n'
        '1   日本  a b\n'
        '22\n'
        '3   dino  xxxxxxxxx…\n'
    )
    assert table(rows, 0).splitlines()[3] == '3   dino  ' + 'x' * 30


def test_an_endless_value_leaves_room_for_the_others() -> None:
    rows = [('ID', 'TASK', 'COMMAND'), ('1', 'x' * 100000, 'last')]
    assert table(rows, 0).splitlines()[1] == '1   ' + 'x' * (WIDEST - 1) + '…  last'


@given(rows=st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), min_size=1), columns=st.integers(1, 30))
def test_every_row_is_one_line_that_fits(rows: list[tuple[str, str]], columns: int) -> None:
    lines = table(rows, columns).split('\n')
    assert len(lines) == len(rows) + 1 and lines[-1] == ''
    assert all(line.isprintable() and width(line) <= columns for line in lines)


def test_painted_cells() -> None:
    """Only the cell, not the blanks behind it; not the head; and not what is cut off."""
    rows = [('A', 'B', 'A'), ('1', '日', 'x'), ('22', 'bb', 'y' * 9), ('', '', '')]
    painted = table(rows, 9, lambda head, cell: f'<{cell}>' if head == 'B' else cell)
    assert painted == 'A   B   A\n1   <日>  x\n22  <bb>  …\n\n'
    assert table(rows, 5, lambda head, cell: f'<{cell}>').splitlines()[2] == '<22>  …'


@pytest.mark.parametrize(('time', 'shown'), [
    ('2026-01-31T10:20:30.123456789Z', '0 s'),
    ('2026-01-31T10:19:31Z', '59 s'),
    ('2026-01-31T10:19:30Z', '1 min'),
    ('2026-01-31T07:20:31Z', '2 h'),
    ('2026-01-29T10:20:30Z', '2 d'),
    ('2026-01-31T12:20:00.5+02:00', '30 s'),
    ('2026-01-31T05:50:00-04:30', '30 s'),
    ('2027-01-31T10:20:30Z', '0 s'),
    ('0001-01-01T00:00:00Z', ''),
    ('', ''),
    ('yesterday', ''),
    ('2026-01-31T10:20:XXZ', ''),
])
def test_ago(time: str, shown: str) -> None:
    assert ago(time, NOW) == shown
