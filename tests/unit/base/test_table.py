"""Tables: aligned, and cut to the terminal."""
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tao_launcher.base.table import WIDEST, table
from tao_launcher.base.text import width


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
    """Only the cell, not the blanks after it; not the head; and not what is cut off."""
    rows = [('A', 'B', 'A'), ('1', '日', 'x'), ('22', 'bb', 'y' * 9), ('', '', '')]
    painted = table(rows, 9, lambda head, cell: f'<{cell}>' if head == 'B' else cell)
    assert painted == 'A   B   A\n1   <日>  x\n22  <bb>  …\n\n'
    assert table(rows, 5, lambda head, cell: f'<{cell}>').splitlines()[2] == '<22>  …'
