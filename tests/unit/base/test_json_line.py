"""JSON on one line is what module json makes of it."""
from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tao_launcher.base.json_line import dumps

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_it_is_what_json_writes(value: Any) -> None:
    assert dumps(value) == json.dumps(value, separators=(',', ':'))


def test_bytes_of_a_word_that_is_no_text() -> None:
    assert dumps('a\udcff"\n') == '"a\\udcff\\"\\n"'
