"""Resource limits as they are written."""
from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tao_launcher.settings import ulimits
from tao_launcher.settings.values import Ulimit


@pytest.mark.parametrize(('text', 'limit'), [
    ('5', Ulimit('stack', 5)), ('-1', Ulimit('stack', -1)), ('5:6', Ulimit('stack', 5, 6)),
    ('5:-1', Ulimit('stack', 5, -1)), (f'{2**63 - 1}', Ulimit('stack', 2**63 - 1)),
])
def test_limits(text: str, limit: Ulimit) -> None:
    assert ulimits.ulimit('stack', text) == limit


@pytest.mark.parametrize(('name', 'text', 'expected'), [
    ('stak', '1', 'did you mean stack?'), ('x', '1', f'expected one of {", ".join(ulimits.ULIMITS)}'),
    ('stack', '1.5', 'expected a whole number or SOFT:HARD (-1 is unlimited)'),
    ('stack', '-2', 'expected -1 (unlimited) or a number from 0 to 2^63-1'),
    ('stack', '-1:5', 'expected a soft limit not above the hard one, not -1:5'),
])
def test_limits_refused(name: str, text: str, expected: str) -> None:
    with pytest.raises(ValueError) as error:
        ulimits.ulimit(name, text)
    assert str(error.value) == expected


@given(st.text('0129-:²٣ \n', max_size=8))
def test_how_limits_are_written(text: str) -> None:
    assert ulimits.is_written_as_limit(text) == bool(re.fullmatch('-?[0-9]+(:-?[0-9]+)?', text))
