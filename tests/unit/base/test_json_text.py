"""Mounts files that are no JSON, or not the JSON that was meant: each with its place and its remedy."""
from __future__ import annotations

import json
import re
from typing import Any

import pytest
from mounts import PATH, faults, parsed, refusal

from tao_launcher.base.errors import ConfigError

EMPTY = (f'{PATH}: the file is empty', ('expected a JSON object, at least {}',), '')
DEEP = (f'{PATH}: nested too deeply', (), '')
MARKERS = 'conflict markers of git left in the file'
CONFLICT = 'keep one side of each conflict, and delete the lines with <<<<<<<, ======= and >>>>>>>'
NO_COMMENTS = 'JSON has no comments; a key that starts with "_" can hold one'


BLANK = 'put an ordinary blank in its place'


def slip(place: str, reason: str, line: str, caret: int, advice: str) -> tuple[str, tuple[str, ...], str]:
    return f'{PATH}:{place}: not JSON: {reason}', (line, ' ' * caret + '^'), advice


TEXTS: list[Any] = [
    (b'', EMPTY), (b' \r\n\t', EMPTY), (b'\xef\xbb\xbf', EMPTY),
    ('{"Mounts": [],}', slip('1:14', 'trailing comma', '{"Mounts": [],}', 13, 'remove the comma')),
    ('{"Mounts": [{},\n]}', slip('1:15', 'trailing comma', '{"Mounts": [{},', 14, 'remove the comma')),
    ('{"Mounts": [,]}', slip('1:13', 'trailing comma', '{"Mounts": [,]}', 12, 'remove the comma')),
    ('{ // all\n}', slip('1:3', 'comment', '{ // all', 2, NO_COMMENTS)),
    ('{\n  # all\n}', slip('2:3', 'comment', '  # all', 2, NO_COMMENTS)),
    ('{"Mounts": /* none */ []}', slip('1:12', 'comment', '{"Mounts": /* none */ []}', 11, NO_COMMENTS)),
    ("{'Mounts': []}", slip('1:2', 'single quotes', "{'Mounts': []}", 1, 'use double quotes for strings')),
    ('{"source": <path>}', slip(
        '1:12', 'placeholder text left in the file', '{"source": <path>}', 11,
        'put your own value here, in double quotes')),
    ('{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> x\n}', slip(
        '2:1', MARKERS, '<<<<<<< HEAD', 0, CONFLICT)),
    ('{"a": 1\r\n=======\r\n, "b": 2}', slip('2:1', MARKERS, '=======', 0, CONFLICT)),
    ('{"a": 1,\n||||||| 1a2b\n}', slip('2:1', MARKERS, '||||||| 1a2b', 0, CONFLICT)),
    ('{"a": 1}\n>>>>>>> x', slip('2:1', MARKERS, '>>>>>>> x', 0, CONFLICT)),
    ('<<<<<<< HEAD\n{}', slip('1:1', MARKERS, '<<<<<<< HEAD', 0, CONFLICT)),
    ('{"a": [\n<<<<<<<< HEAD>\n]}', slip(
        '2:1', 'placeholder text left in the file', '<<<<<<<< HEAD>', 0, 'put your own value here, in double quotes')),
    ('{"a":\n  <<<<<<< x>}', slip(
        '2:3', 'placeholder text left in the file', '  <<<<<<< x>}', 2, 'put your own value here, in double quotes')),
    ('{"tty": True}', slip('1:9', 'True is Python', '{"tty": True}', 8, 'write true')),
    ('{"tty": False}', slip('1:9', 'False is Python', '{"tty": False}', 8, 'write false')),
    ('{"tty": None}', slip('1:9', 'None is Python', '{"tty": None}', 8, 'write null')),
    ('{"Mounts": [{} {}]}', slip(
        '1:16', 'a comma is missing before this', '{"Mounts": [{} {}]}', 15, 'put a comma between the entries')),
    ('{"a": 1\n"b": 2}', slip('2:1', 'a comma is missing before this', '"b": 2}', 0,
        'put a comma between the entries')),
    ('{}{}', slip('1:3', 'unexpected content after the end of the object', '{}{}', 2,
        'the file holds one object, in one pair of { }')),
    ('{"Mounts": [', slip('1:13', 'the file ends too early', '{"Mounts": [', 12, 'close what is still open')),
    ('{"Mounts": [{"source": "/a\n"}]}', slip(
        '1:27', 'a string is not closed on its line', '{"Mounts": [{"source": "/a', 26,
        'close it with a double quote')),
    ('{"a": "\\d"}', slip('1:8', 'unknown escape', '{"a": "\\d"}', 7, r'write a backslash as \\')),
    ('{"a" 1}', slip('1:6', "expecting ':' delimiter", '{"a" 1}', 5, '')),
    ('{"a": }', slip('1:7', 'expecting value', '{"a": }', 6, '')),
    ('x', slip('1:1', 'expecting value', 'x', 0, '')),
    ('\xa0{"a": 1}', slip('1:1', 'U+00A0 is no blank to JSON', ' {"a": 1}', 0, BLANK)),
    ('{\n\u3000"a": 1}', slip('2:1', 'U+3000 is no blank to JSON', ' "a": 1}', 0, BLANK)),
    ('{"a": 1 \u200b,"b": 2}', slip('1:9', 'U+200B is no blank to JSON', '{"a": 1  ,"b": 2}', 8, BLANK)),
    ('{"a": 1}\xa0', slip('1:9', 'U+00A0 is no blank to JSON', '{"a": 1} ', 8, BLANK)),
    ('{"\x1b[31m": x}', slip('1:9', 'a string is not closed on its line', '', 0, '')),
    ('{"Mounts": []}'.encode('utf-16'), (f'{PATH}: is UTF-16; save it as UTF-8', (), '')),
    (b'\xfe\xff\0{\0}', (f'{PATH}: is UTF-16; save it as UTF-8', (), '')),
    ('{\n"a": "ü"}'.encode('latin-1'), (f'{PATH}:2: is not UTF-8 (byte 0xfc)', ('save the file as UTF-8',), '')),
    (b'\xff', (f'{PATH}:1: is not UTF-8 (byte 0xff)', ('save the file as UTF-8',), '')),
    (b'\xef\xbb\xbf{"\xfc"}', (f'{PATH}:1: is not UTF-8 (byte 0xfc)', ('save the file as UTF-8',), '')),
    ('[' * 100_000, DEEP), ('{"a":' * 100_000, DEEP), ('[' * 100_000 + ']' * 100_000, DEEP),
    (b'[' * (16 * 1024 * 1024 + 1), (f'{PATH}: larger than 16 MiB, so it cannot be the right file', (), '')),
    ('{"Envs": [{"variable": "A", "value": ' + '1' * 5000 + '}]}', None),
]


@pytest.mark.parametrize(('text', 'error'), TEXTS, ids=lambda value: repr(value)[:30])
def test_text(text: object, error: Any) -> None:
    if error is None:  # Python 3.8 to 3.10 convert any number
        try:
            assert parsed(text).variables[0].value == '1' * 5000
        except ConfigError as e:
            assert str(e) == f'{PATH}: holds a number with too many digits'
    elif '\x1b' in str(text):
        # the terminal is not to obey a file
        assert '\x1b' not in str(refusal(text))
    else:
        assert refusal(text) == error


def test_byte_order_mark_is_accepted() -> None:
    assert parsed(b'\xef\xbb\xbf{"Mounts": [{"source": "/a", "destination": "/b"}]}').mounts[0].source == '/a'


def test_windows_line_ends_are_accepted() -> None:
    assert parsed('{\r\n"Mounts": [\r\n]\r\n}\r\n').mounts == ()
    assert refusal('{\r\n"a": 1,\r\n}')[:2] == (f'{PATH}:2:7: not JSON: trailing comma', ('"a": 1,', '      ^'))


def test_long_line_is_cut_around_the_place() -> None:
    what, (line, caret), _ = refusal('{"a": "' + 'x' * 500 + '" 1}')
    assert what == f'{PATH}:1:510: not JSON: a comma is missing before this'
    assert line == 'x' * 58 + '" 1}' and line[len(caret) - 1] == '1'


@pytest.mark.parametrize(('text', 'path'), [
    ('{"Mounts": [], "Mounts": []}', 'Mounts'),
    ('{"Mounts": [{"source": "/a", "source": "/b", "destination": "/c"}]}', 'Mounts[0].source'),
    ('{"DockerOptions": {"ports": {"80": 1, "80": 2}}}', 'DockerOptions.ports.80'),
    ('{"DockerOptions": {"a b": {"x": 1, "x": 1}}}', 'DockerOptions["a b"].x'),
])
def test_duplicate_key_is_a_fault(text: str, path: str) -> None:
    assert f'{path}: appears more than once' in faults(text)


@pytest.mark.parametrize('number', ['NaN', 'Infinity', '-Infinity', '1e999'])
def test_numbers_that_json_does_not_have(number: str) -> None:
    assert faults(f'{{"Envs": [{{"variable": "A", "value": {number}}}]}}') == [
        'Envs[0].value: NaN and infinity are not JSON numbers',
    ]


@pytest.mark.parametrize(('escape', 'message'), [
    ('\\u0000', 'holds a NUL character'), ('\\ud800', 'holds half a surrogate pair'),
    ('\\udc80x', 'holds half a surrogate pair'),
])
def test_characters_that_no_argument_holds(escape: str, message: str) -> None:
    text = (
        f'{{"Mounts": [{{"source": "/a{escape}", "destination": "/b{escape}", "note": "{escape}"}}],'
        f' "Envs": [{{"variable": "A", "value": "{escape}"}}], "_comment": "{escape}"}}'
    )
    assert faults(text) == [f'{path}: {message}' for path in (
        'Mounts[0].source', 'Mounts[0].destination', 'Mounts[0].note', 'Envs[0].value', '_comment',
    )]


def test_faults_of_the_text_stand_in_document_order() -> None:
    text = (
        '{"Envs": [{"variable": "A", "value": NaN}, {"variable": "B\\u0000", "variable": "B\\u0000"}],'
        ' "_a": {"z": ["\\u0000", {"y": 1e999, "x": "\\ud800"}], "a": "\\u0000"}, "Mounts": [], "_b": -Infinity}'
    )
    assert faults(text) == [
        'Envs[0].value: NaN and infinity are not JSON numbers',
        'Envs[1].variable: appears more than once',
        'Envs[1].variable: holds a NUL character',
        '_a.z[0]: holds a NUL character',
        '_a.z[1].y: NaN and infinity are not JSON numbers',
        '_a.z[1].x: holds half a surrogate pair',
        '_a.a: holds a NUL character',
        '_b: NaN and infinity are not JSON numbers',
    ]


@pytest.mark.parametrize('depth', [10, 31, 40, 300])
def test_depth(depth: int) -> None:
    text = '{"_c": ' + '[' * depth + ']' * depth + '}'
    if depth < 32:
        assert parsed(text) == parsed('{}')
    else:
        assert faults(text) == ['_c' + '[0]' * 19 + '[: nested too deeply' if depth else '']


def test_secret_is_never_shown() -> None:
    line = '{"variable": "A", "value": "s3cr3t"}'
    slips = [
        f'{{"Envs": [{line},]}}', f'{{"Envs": [{line} {line}]}}', f'{{"Envs": [{line[:-2]}\n]}}',
        "{'Envs': [{'variable': 'A', 'value': 's3cr3t'}]}", '{"Envs": [{"variable": "A", "value": s3cr3t}]}',
        '{"Envs": [{"variable": "A", "value": "s3cr3t\\d"}]}', '{"Envs": [{"variable": "A", "value": "s3cr3t',
        '{"Envs": [{"variable": "A", "value" "s3cr3t"}]}', '{"Envs": [{"value":\n"s3cr3t" 1}]}',
        '{"value": "\n s3cr3t"}', '{"Envs": [{"value": "\\"s3cr3t" 1}]}',
    ]
    wrong: list[Any] = [
        {'variable': 'A', 'value': ['s3cr3t']}, {'variable': 'A', 'value': {'s3cr3t': 1}},
        {'variable': '', 'value': 's3cr3t'},
        {'value': 's3cr3t'}, {'variable': 'A=s3cr3t'}, {'variable': 'A', 'value': 's3cr3t\0'},
        {'variable': 1, 'value': 's3cr3t'},
    ]
    for text in [*slips, *(json.dumps({'Envs': [entry]}) for entry in wrong)]:
        assert 's3cr3t' not in str(refusal(text)), text


@pytest.mark.parametrize('indent', [None, 2])
def test_secret_is_not_shown_whatever_single_slip(indent: Any) -> None:
    text = json.dumps({'Envs': [{'variable': 'A', 'value': 's3cr3t'}, {'value': 's3cr3t', 'variable': 'B'}]},
        indent=indent)
    for i in range(len(text)):
        for slip in ('', *',"\'{}[]:x\n\\#'):
            for changed in (text[:i] + slip + text[i:], text[:i] + slip + text[i + 1:]):
                try:
                    parsed(changed)
                except ConfigError as e:
                    assert 's3cr3t' not in f'{e} {e.why} {e.advice}', changed


@pytest.mark.parametrize('document', [
    {'Env': {'API_KEY': 's3cr3t'}},
    {'Mounts': [{'source': '/a'}], 'environment': [{'name': 'API_KEY', 'text': 's3cr3t'}]},
    {'vars': [{'text': 's3cr3t', 'name': 'API_KEY'}]}, {'WANDB_API_KEY': 's3cr3t', 'Mounts': []},
    {'DockerOptions': {'password': 's3cr3t'}}, {'a': {'b': {'hf-token': 's3cr3t'}}},
])
def test_secret_is_not_shown_whatever_its_section_is_called(document: Any) -> None:
    for indent in (None, 2):
        text = json.dumps(document, indent=indent)
        (name,) = re.finditer('[A-Za-z_-]*(API_KEY|password|token)', text)
        for i in range(len(text)):
            for slip in ('', *',"\'{}[]:x\n\\#'):
                if name.start() <= i <= name.end():
                    continue  # which makes another name
                for changed in (text[:i] + slip + text[i:], text[:i] + slip + text[i + 1:]):
                    try:
                        parsed(changed)
                    except ConfigError as e:
                        if ' not JSON: ' in e.what:
                            assert 's3cr3t' not in f'{e} {e.why} {e.advice}', changed


def test_a_path_with_a_key_stays_readable() -> None:
    line = '{"Mounts": [{"source": "/a/key.json" "destination": "/a"}]}'
    assert refusal(line)[1][0] == line


def test_rest_of_the_line_stays_readable() -> None:
    line = '{"Envs": [{"variable": "A_B", "value": "x y"} {"variable": "C"}], "Mounts": [{"source": "/a"}]}'
    assert refusal(line)[1][0] == line.replace('x y', '* *')
