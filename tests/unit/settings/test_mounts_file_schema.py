"""The parser and the JSON Schema agree on what a mounts file's structure is."""
from __future__ import annotations

import json
from typing import Any, Iterator

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from tao_launcher.base.host import package_data
from tao_launcher.base.json_reader import Reader
from tao_launcher.settings import mounts_file

jsonschema = pytest.importorskip('jsonschema')
SCHEMA = json.loads(package_data('mounts.schema.json'))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

STRINGS = [
    '', ' ', '\n', 'a\n', '\nb', '/', '/a', 'a', '-', '--x', '-x\n', '16G', '16GB!', '1.5 GiB', '0', '00.0k', '0.', '1',
    '-1', '-1:5',
    '5:4', '1:', '65536', '100000', '8888', '8888/udp', '8888/x', '8888\n', '127.0.0.1:80', '[::1]:80', ':80', '::80',
    '1.2:3', 'ro',
    'ro,z', 'ro,ro', 'RO', 'host', '1000:1000', 'uid:gid', 'A=B', 'A B', 'A\u00a0B', 'ü', '٣', '٣G', '$x', '_x',
    '\u2028', 'x\u2028', '\x1c',
    '1\x85', 'stack', 'all', 'none', '0,1', 'true', 'null', '1e5', '0x10', '1_000', '\ufeff', '𝟙', 'x' * 70, '1' * 30,
    '1' * 5000,
]
KEYS = [
    'Mounts', 'Envs', 'DockerOptions', 'source', 'destination', 'mode', 'variable', 'value',
    *SCHEMA['$defs']['dockerOptions']['properties'],
    'soft', 'hard', 'stack', 'memlock', '80', '8888/udp', '080', '99999', *STRINGS,
]
scalars = (
    st.sampled_from(STRINGS) | st.none() | st.booleans() | st.integers(-5, 70000) | st.integers(-2**70,
        2**70) | st.text(max_size=6)
    | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-10, 70000).map(float)
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a document."""
    found: list[tuple[Any, Any]] = []
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in members:
        found += [(value, key), *places(item)]
    return found


@st.composite
def near_valid(draw: st.DrawFn) -> Any:
    """A valid document with a few of its values replaced, removed, renamed or added to."""
    document = json.loads(json.dumps(draw(strategies.mounts_files | st.just({
        'Mounts': [{'source': '/a', 'destination': '/b', 'mode': 'ro'}], 'Envs': [{'variable': 'A', 'value': 'x'}],
        'DockerOptions': {
            'shm_size': '1G', 'ulimits': {'stack': {'soft': 1, 'hard': 2}}, 'user': 'host', 'ports': {'80': [1, '2']},
            'gpus': [0],
            'privileged': True, 'network': 'host', 'group_add': ['video'], 'workdir': '/w', 'extra_args': ['--cpus=8'],
        },
    }))))
    for _ in range(draw(st.integers(0, 3))):
        at = places(document)
        if not at:
            return draw(values)
        container, key = draw(st.sampled_from(at))
        change = draw(st.sampled_from(['replace', 'replace', 'remove', 'rename', 'add']))
        if change == 'replace':
            container[key] = draw(values)
        elif change == 'remove':
            del container[key]
        elif isinstance(container, list):
            container.append(draw(values))
        else:
            item = container.pop(key) if change == 'rename' else draw(values)
            container[draw(st.sampled_from(KEYS) | st.text(max_size=5))] = item
    return document


def agrees(document: Any) -> None:
    reader = Reader()
    mounts_file.structure(document, reader)
    structural = [str(fault) for fault in reader.faults if fault.structural]
    errors = [f'{list(error.path)}: {error.message}' for error in VALIDATOR.iter_errors(document)]
    assert bool(structural) == bool(errors), (document, structural, errors)


@settings(max_examples=600)
@given(document=near_valid())
def test_near_valid_documents(document: Any) -> None:
    agrees(document)


@settings(max_examples=200)
@given(document=values)
def test_any_document(document: Any) -> None:
    agrees(document)


@pytest.mark.parametrize('key', SCHEMA['$defs']['dockerOptions']['properties'])
def test_every_option_with_every_odd_value(key: str) -> None:
    odd: list[Any] = [
        *STRINGS, None, True, False, 0, -1, 1, 1.0, 1.5, -0.0, 65535, 65536, 1e300, 2**70, [], {}, [None], [''], [1],
        ['a'], ['-x'], [[]], [{}],
    ]
    odd += [{name: value} for name in ('stack', '80', '080/udp', 'x', '_x', '') for value in odd[:]]
    odd += [{'stack': {'soft': 1, 'hard': value}} for value in (None, 1, 1.0, 1.5, 'x', True)]
    for value in odd:
        agrees({'DockerOptions': {key: value}})


@pytest.mark.parametrize('key', ['source', 'destination', 'mode', 'variable', 'value', '_x', 'other'])
def test_every_entry_with_every_odd_value(key: str) -> None:
    odd: list[Any] = [*STRINGS, None, True, 0, 1.5, [], {}]
    for value in odd:
        agrees({'Mounts': [{'source': '/a', 'destination': '/b', key: value}]})
        agrees({'Envs': [{'variable': 'A', key: value}]})
        agrees({key: value})


def test_schema_is_a_schema() -> None:
    VALIDATOR.check_schema(SCHEMA)
    assert set(SCHEMA['properties']) == {*mounts_file.SECTIONS, '$schema'}
    assert SCHEMA['$schema'] == 'https://json-schema.org/draft/2020-12/schema'
    assert SCHEMA['$id'] == 'mounts.schema.json'  # nothing to be fetched


def properties(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every property of a schema, with its name."""
    if isinstance(schema, dict):
        yield from schema.get('properties', {}).items() if isinstance(schema.get('properties'), dict) else ()
        for value in schema.values():
            yield from properties(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from properties(value)


def test_every_property_is_described_for_editors() -> None:
    found = list(properties(SCHEMA))
    assert len(found) > 30
    for name, one in found:
        described = {**SCHEMA['$defs'].get(one.get('$ref', '').rpartition('/')[2], {}), **one}
        assert described.get('description', '').endswith('.'), name
