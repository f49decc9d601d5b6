"""A JSON text read as json.loads reads it and written as json.dumps writes it, without module json."""
from __future__ import annotations

import json
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tao_launcher
from tao_launcher.base import json_value
from tao_launcher.base.json_value import compact, value

ROOT = Path(str(tao_launcher.__file__)).parents[1]
TEXTS = [
    '', ' ', '{}', '[]', ' \t\r\n{"a": [1, -2.5, 1e3, true, false, null, "\\u00e9\\ud83d\\ude00 é"]}\n ', '1', '"a"',
    '-Infinity', '[NaN]', '1 2', '{} x', '{"a": 1,}', '{"a": 1, "a": 2}', '{"a"', '"a\nb"', '"a\\x"', "{'a': 1}",
    '\x0b1', '\xa0[]', '[]\x0b', '\ufeff{}', '\0', '01', '"\\ud800"', '[' * 100_000, '1' * 5000, '//', 'nul', '{"a": }',
]


def outcome(read: Any, data: Any, **settings: Any) -> str:
    """The value as a text, as NaN equals nothing; or the error with all that it says."""
    try:
        return repr(read(data, **settings))
    except json.JSONDecodeError as e:
        return f'{type(e).__name__} {e} {e.pos} {e.lineno} {e.colno}'
    except (ValueError, RecursionError) as e:
        return type(e).__name__


@pytest.mark.parametrize('text', TEXTS, ids=lambda text: repr(text[:40]))
def test_it_is_what_json_makes_of_it(text: str) -> None:
    assert outcome(value, text) == outcome(json.loads, text)
    for encoding in ('utf-8', 'utf-8-sig', 'utf-16', 'utf-16-le', 'utf-16-be', 'utf-32', 'utf-32-le', 'latin-1'):
        data = text.encode(encoding, 'replace')
        assert outcome(value, data) == outcome(json.loads, data), encoding
    assert outcome(value, text, pairs=OrderedDict, parse_float=str) == outcome(
        json.loads, text, object_pairs_hook=OrderedDict, parse_float=str)


@given(st.text(st.sampled_from('{}[]",:\\ \n\t\x0b\0\ufeffntrue01-.eEN\ud800é'), max_size=20) | st.binary(max_size=12))
def test_whatever_is_read(data: str | bytes) -> None:
    assert outcome(value, data) == outcome(json.loads, data)


def test_it_works_where_json_has_no_such_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_value, 'make_scanner', None)
    assert value(b'{"a": [1.5]}', parse_float=str) == {'a': ['1.5']}


WITHOUT_MODULE = """\
import sys
sys.path.insert(0, sys.argv[1])
from tao_launcher.base.json_value import value
for text in eval(sys.stdin.read()):
    for name in [name for name in sys.modules if name.partition('.')[0] == 'json']:
        del sys.modules[name]
    try:
        print(ascii(value(text)))
    except (ValueError, RecursionError) as e:
        print(ascii(str(e)))
"""


def test_what_is_wrong_is_told_by_the_module() -> None:
    """Which the scanner of some Pythons takes for loaded when it has something to complain of."""
    texts = [text for text in TEXTS if len(text) < 1000]
    done = subprocess.run([sys.executable, '-c', WITHOUT_MODULE, str(ROOT)], input=ascii(texts),
                          stdout=subprocess.PIPE, encoding='ascii', check=True)
    wanted = []
    for text in texts:
        try:
            wanted.append(ascii(json.loads(text)))
        except ValueError as e:
            wanted.append(ascii(str(e)))
    assert done.stdout.splitlines() == wanted


def test_what_is_right_needs_no_module() -> None:
    program = (
        f'import sys; sys.path.insert(0, {str(ROOT)!r}); from tao_launcher.base.json_value import value\n'
        'print(value(b\'{"a": "b"}\'), "json" in sys.modules)'
    )
    done = subprocess.run([sys.executable, '-I', '-S', '-c', program], capture_output=True, text=True, check=True)
    assert done.stdout == "{'a': 'b'} False\n"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each) | st.tuples(each), max_leaves=20,
)


@given(VALUES)
def test_whatever_is_written(data: object) -> None:
    assert compact(data) == json.dumps(data, separators=(',', ':'))


@pytest.mark.parametrize('data', [b'a', {1: 2}, {'a': {1, 2}}, float('nan'), '\ud800'], ids=repr)
def test_what_json_writes_or_refuses_otherwise(data: object) -> None:
    def written(write: Any, **settings: Any) -> str:
        try:
            return str(write(data, **settings))
        except TypeError as e:
            return str(e)
    assert written(compact) == written(json.dumps, separators=(',', ':'))


def test_it_writes_where_json_has_no_such_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_value, 'make_encoder', None)
    assert compact({'a': ['b', 1.5]}) == '{"a":["b",1.5]}'


def test_nothing_is_loaded_to_write() -> None:
    program = (
        f'import sys; sys.path.insert(0, {str(ROOT)!r}); from tao_launcher.base.json_value import compact\n'
        'print(compact({"a": [1.5, None]}), "json" in sys.modules)'
    )
    done = subprocess.run([sys.executable, '-c', program], capture_output=True, encoding='utf-8', check=True)
    assert done.stdout == '{"a":[1.5,null]} False\n'
