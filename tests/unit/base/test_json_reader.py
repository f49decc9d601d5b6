"""Reading the values of a JSON file: faults are collected, each with its path, and no secret is shown."""
from __future__ import annotations

import pytest

from tao_launcher.base.json_reader import Reader, kind, whole


def said(reader: Reader) -> list[str]:
    return [str(fault) for fault in reader.faults]


def test_items_and_members_have_their_paths() -> None:
    reader = Reader()
    assert list(reader.items('a', [1, 's'])) == [('a[0]', 1), ('a[1]', 's')]
    assert reader.members('o', {'k': 1, '_comment': 2, '$schema': 3}) == {'k': 1}
    assert reader.faults == []


def test_another_kind_is_a_fault_that_does_not_show_the_value() -> None:
    reader = Reader()
    assert list(reader.items('a', 's3cr3t')) == []
    assert reader.members('o', ['s3cr3t'], hint=' (such as {})') == {}
    assert said(reader) == ['a: a string: expected a list [...]', 'o: a list: expected an object {...} (such as {})']


def test_unknown_keys() -> None:
    reader = Reader()
    reader.known('o', {'source': 1, 'sorce': 2, 'x': 3}, ('source', 'mode'))
    assert said(reader) == [
        'o.sorce: unknown key; did you mean source?', 'o.x: unknown key; expected one of source, mode',
    ]


def test_parsed_is_the_value_or_a_fault() -> None:
    reader = Reader()
    assert reader.parsed('n', '7', int) == 7
    assert reader.parsed('n', 'seven', int, structural=False) is None
    (fault,) = reader.faults
    assert (fault.path, fault.value, fault.structural) == ('n', '"seven"', False)
    assert fault.message.startswith('invalid literal')


@pytest.mark.parametrize(('value', 'fault'), [
    ('a', None), ('a b', None), ('', 't: "": expected a name'), (7, 't: 7: expected a name'),
    (None, 't: null: expected a name'), ('a\n', 't: "a\\n": line breaks are not allowed here'),
    ('\r', 't: "\\r": line breaks are not allowed here'),
])
def test_text(value: object, fault: str | None) -> None:
    reader = Reader()
    assert reader.text('t', value, 'a name') == (None if fault else value)
    assert said(reader) == ([fault] if fault else [])


@pytest.mark.parametrize(('value', 'name'), [
    ({}, 'an object'), ([], 'a list'), ('', 'a string'), (True, 'true or false'), (None, 'null'), (1, 'a number'),
    (1.5, 'a number'),
])
def test_kind(value: object, name: str) -> None:
    assert kind(value) == name


@pytest.mark.parametrize(('value', 'number'), [
    (8888, 8888), (8888.0, 8888), (-1, -1), (1.5, None), (True, None), ('1', None), (None, None),
    (float('inf'), None), (float('nan'), None), (2**70, 2**70),
])
def test_whole(value: object, number: int | None) -> None:
    assert whole(value) == number
