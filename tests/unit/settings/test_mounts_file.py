"""What a mounts file says: sources, destinations, variables, comments, and every fault at once."""
from __future__ import annotations

from typing import Any

import pytest
from mounts import PATH, faults, parsed

from tao_launcher.base.errors import FileError
from tao_launcher.settings.options import ROWS
from tao_launcher.settings.values import Mount, Source, Variable

ENVIRON = {'DATA': '/data', 'REL': 'x/y', 'EMPTY': '', 'LINES': 'a\nb', 'ünï': '/u'}


def mount(source: object, destination: object = '/c', **more: object) -> dict[str, Any]:
    return {'Mounts': [{'source': source, 'destination': destination, **more}]}


@pytest.mark.parametrize(('source', 'path'), [
    ('/a', '/a'), ('/a/', '/a'), ('//a//b', '/a/b'), ('/a/./b/../c', '/a/c'), ('/..', '/'), ('/', '/'),
    ('a', '/p/a'), ('./a', '/p/a'), ('../a', '/a'), ('.', '/p'), (' /a', '/p/ /a'),
    ('~', '/home/user'), ('~/a', '/home/user/a'), ('~a', '/p/~a'), ('/~', '/~'),
    ('$DATA', '/data'), ('${DATA}/a', '/data/a'), ('$DATA.x', '/data.x'), ('$REL', '/p/x/y'), ('/a$', '/a$'),
    ('$1', '/p/$1'), ('${1}', '/p/${1}'), ('${}', '/p/${}'), ('$', '/p/$'), ('${DATA$DATA', '/p/${DATA/data'),
    ('$DATA${REL}$DATA', '/datax/y/data'), ('${DATA}}', '/data}'), ('/${a b}', '/${a b}'), ('/${ünï}', '/${ünï}'),
    ('$$DATA', '/p/$/data'), ('${DATA', '/p/${DATA'), ('/$ünï', '/$ünï'), ('%DATA%', '/p/%DATA%'),
    ('~/$REL', '/home/user/x/y'),
    ('/a b', '/a b'), ('/日本', '/日本'), ('/a:b', '/a:b'), ('/a\tb', '/a\tb'), ('/-', '/-'), ('$(pwd)', '/p/$(pwd)'),
])
def test_source(source: str, path: str) -> None:
    found, = parsed(mount(source), ENVIRON).mounts
    assert found._replace(is_of_here=False) == Mount(path, '/c', '', Source('file', PATH, 'Mounts[0]'))
    assert found.is_of_here == (source[0] == '~' or path.startswith('/p/') or source in ('.', '../a'))


@pytest.mark.parametrize(('source', 'fault'), [
    ('$NO', '"$NO": the variable NO is not set'), ('/a/${NO}/b', '"/a/${NO}/b": the variable NO is not set'),
    ('$EMPTY/a', '"$EMPTY/a": the variable EMPTY is not set'),
    ('/$LINES', '"/$LINES": a variable in it holds a line break'),
    ('', '"": expected a host path such as "/data"'), (1, '1: expected a host path such as "/data"'),
    (None, 'null: expected a host path such as "/data"'), (['/a'], 'a list: expected a host path such as "/data"'),
    ({}, 'an object: expected a host path such as "/data"'), (True, 'true: expected a host path such as "/data"'),
    ('/a\nb', '"/a\\nb": line breaks are not allowed here'), ('/a\r', '"/a\\r": line breaks are not allowed here'),
])
def test_source_refused(source: object, fault: str) -> None:
    assert faults(mount(source), ENVIRON) == [f'Mounts[0].source: {fault}']


@pytest.mark.parametrize(('destination', 'path'), [
    ('/c', '/c'), ('/c/', '/c'), ('/a/../c', '/c'), ('/../c', '/c'), ('//c', '/c'), ('/a b', '/a b'), ('/$X', '/$X'),
    ('/~', '/~'),
])
def test_destination(destination: str, path: str) -> None:
    assert parsed(mount('/a', destination)).mounts[0].destination == path


ABSOLUTE = 'expected an absolute path in the container'
NOT_ROOT = 'expected a folder below / of the container, not / itself'


@pytest.mark.parametrize(('destination', 'fault'), [
    ('c', f'"c": {ABSOLUTE}'), ('./c', f'"./c": {ABSOLUTE}'), ('~/c', f'"~/c": {ABSOLUTE}'),
    (' /c', f'" /c": {ABSOLUTE}'),
    ('$X/c', f'"$X/c": {ABSOLUTE} (variables are not expanded in it)'),
    ('/', f'"/": {NOT_ROOT}'), ('//', f'"//": {NOT_ROOT}'), ('/a/..', f'"/a/..": {NOT_ROOT}'),
    ('/.', f'"/.": {NOT_ROOT}'),
    ('', '"": expected a container path such as "/data"'), (None, 'null: expected a container path such as "/data"'),
    (1.5, '1.5: expected a container path such as "/data"'), ('/a\n', '"/a\\n": line breaks are not allowed here'),
])
def test_destination_refused(destination: object, fault: str) -> None:
    assert faults(mount('/a', destination)) == [f'Mounts[0].destination: {fault}']


@pytest.mark.parametrize('mode', ['ro', 'rw', 'z', 'Z', 'ro,z', 'Z,rw'])
def test_mode(mode: str) -> None:
    assert parsed(mount('/a', mode=mode)).mounts[0].mode == mode


@pytest.mark.parametrize(('mode', 'fault'), [
    ('', '"": expected a string such as "ro"'), (None, 'null: expected a string such as "ro"'),
    ('RO', '"RO": expected ro, rw, z or Z, or two of them joined by a comma'),
    ('ro,ro', '"ro,ro": expected ro, rw, z or Z, or two of them joined by a comma'),
    ('ro,', '"ro,": expected ro, rw, z or Z, or two of them joined by a comma'),
    ('ro, z', '"ro, z": expected ro, rw, z or Z, or two of them joined by a comma'),
    ('ro,rw', '"ro,rw": expected only one of ro and rw, and only one of z and Z'),
    ('z,Z', '"z,Z": expected only one of ro and rw, and only one of z and Z'),
])
def test_mode_refused(mode: object, fault: str) -> None:
    assert faults(mount('/a', mode=mode)) == [f'Mounts[0].mode: {fault}']


NAME = 'expected a name without blanks and "="'


@pytest.mark.parametrize(('entry', 'fault'), [
    ({}, f'variable: null: {NAME}'), ({'variable': ''}, f'variable: "": {NAME}'),
    ({'variable': 'A B'}, f'variable: "A …": {NAME}'),
    ({'variable': 'A: s3cr3t'}, f'variable: "A:…": {NAME}'),
    ({'variable': 'A=s3cr3t'}, f'variable: "A=…": {NAME}'), ({'variable': 'A\n'}, f'variable: "A\\n": {NAME}'),
    ({'variable': 1}, f'variable: 1: {NAME}'), ({'variable': ['A']}, f'variable: a list: {NAME}'),
    ({'variable': 'A', 'value': []}, 'value: expected a string, a number, true, false or null'),
    ({'variable': 'A', 'value': {}}, 'value: expected a string, a number, true, false or null'),
])
def test_variable_refused(entry: dict[str, Any], fault: str) -> None:
    assert faults({'Envs': [entry]}) == [f'Envs[0].{fault}']


def test_variable() -> None:
    entries: list[Any] = ['$HOME', '~', '', 'a\nb', '日本', 1, 1.0, True, False, None]
    texts = ['$HOME', '~', '', 'a\nb', '日本', '1', '1.0', 'true', 'false', None]
    origin = [Source('file', PATH, f'Envs[{i}]') for i in range(len(entries))]
    found = parsed({'Envs': [{'variable': f'V{i}', 'value': value} for i, value in enumerate(entries)]}).variables
    assert found == tuple(Variable(f'V{i}', text, origin[i]) for i, text in enumerate(texts))


@pytest.mark.parametrize('number', [
    '1.50', '1e2', '1E+02', '0.10', '-0.0', '1.0', '3.141592653589793238462643', '-1', '123456789012345678901234567890',
])
def test_number_keeps_its_spelling(number: str) -> None:
    found = parsed(f'{{"Envs": [{{"variable": "A", "value": {number}}}]}}').variables
    assert found == (Variable('A', number, Source('file', PATH, 'Envs[0]')),)


@pytest.mark.parametrize('document', [
    {}, {'Mounts': [], 'Envs': [], 'DockerOptions': {}}, {'_comment': {'x': [1]}, '$schema': 'https://x'},
])
def test_nothing_is_fine(document: object) -> None:
    found = parsed(document)
    assert (found.mounts, found.variables, dict(found.options), found.notices) == ((), (), {}, ())


def test_unknown_key_in_an_entry_is_a_notice() -> None:
    found = parsed({
        'Mounts': [{'source': '/a', 'destination': '/b', 'type': 'bind', '_why': 1, '$x': 2}],
        'Envs': [{'variable': 'A', 'value': 'x', 'odd key': 1}],
    })
    assert found.notices == (
        'Mounts[0].type: unknown key, not used', 'Envs[0]["odd key"]: unknown key, not used',
    )


def test_an_unknown_key_explains_what_is_missing() -> None:
    with pytest.raises(FileError) as error:
        parsed({'Mounts': [{'Source': '/a', 'target': '/b'}], 'Envs': [{'name': 'A', 'value': '1'}]})
    assert error.value.why == (
        'Mounts[0].source: null: expected a host path such as "/data"',
        'Mounts[0].destination: null: expected a container path such as "/data"',
        f'Envs[0].variable: null: {NAME}',
        'notice: Mounts[0].Source: unknown key, not used; did you mean source?',
        'notice: Mounts[0].target: unknown key, not used; did you mean destination?',
        'notice: Envs[0].name: unknown key, not used; did you mean variable?',
    )
    assert len(error.value.notices) == 3


ALL = ', '.join(row.file for row in ROWS if row.file)


@pytest.mark.parametrize(('document', 'found'), [
    ([], ['a list: expected an object {...}, with the list in its "Mounts"']),
    (1, ['a number: expected an object {...}']), ('"x"', ['a string: expected an object {...}']),
    ('1.5', ['a number: expected an object {...}']), ('false', ['true or false: expected an object {...}']),
    ('null', ['null: expected an object {...}']),
    ({'mounts': []}, ['mounts: unknown key; did you mean Mounts?']),
    ({'Env': []}, ['Env: unknown key; did you mean Envs?']),
    ({'Docker_Options': {}}, ['Docker_Options: unknown key; did you mean DockerOptions?']),
    ({'x': 1}, ['x: unknown key; expected one of Mounts, Envs, DockerOptions']),
    ({'': 1}, ['[""]: unknown key; expected one of Mounts, Envs, DockerOptions']),
    ({'Mounts': {}}, ['Mounts: an object: expected a list [...]']),
    ({'Mounts': None}, ['Mounts: null: expected a list [...]']),
    ({'Mounts': ['/a:/b']}, ['Mounts[0]: a string: expected an object {...}']),
    ({'Envs': 'A=1'}, ['Envs: a string: expected a list [...]']),
    ({'Envs': ['A=1', 2]}, [
        'Envs[0]: a string: expected an object {...}', 'Envs[1]: a number: expected an object {...}',
    ]),
    ({'Mounts': 7}, ['Mounts: a number: expected a list [...]']),
    ({'DockerOptions': True}, ['DockerOptions: true or false: expected an object {...}']),
    ({'Envs': [[]]}, ['Envs[0]: a list: expected an object {...}']),
    ({'DockerOptions': []}, ['DockerOptions: a list: expected an object {...}']),
    ({'DockerOptions': {'shmsize': '1G'}}, ['DockerOptions.shmsize: unknown key; did you mean shm_size?']),
    ({'DockerOptions': {'xyz': 1}}, [f'DockerOptions.xyz: unknown key; expected one of {ALL}']),
])
def test_structure_refused(document: object, found: list[str]) -> None:
    assert faults(document) == found


def test_all_faults_at_once() -> None:
    assert faults({
        'mount': [], 'Mounts': [{'source': '$NO', 'destination': 'b'}, {'source': 1}],
        'Envs': [{'variable': 'A B'}, {'variable': 'C', 'value': []}],
        'DockerOptions': {'shm_size': '16GB!', 'ulimits': {'stack': 'x'}, 'ports': {'70000': 1}},
    }) == [
        'mount: unknown key; did you mean Mounts?',
        'Mounts[0].destination: "b": expected an absolute path in the container',
        'Mounts[1].source: 1: expected a host path such as "/data"',
        'Mounts[1].destination: null: expected a container path such as "/data"',
        f'Envs[0].variable: "A …": {NAME}',
        'Envs[1].value: expected a string, a number, true, false or null',
        'DockerOptions.shm_size: "16GB!": expected a size such as 16G, 512M or a number of bytes',
        'DockerOptions.ulimits.stack: "x": expected a whole number, "SOFT:HARD" or {"soft": N, "hard": N}',
        'DockerOptions.ports.70000: "70000": expected a port from 1 to 65535',
    ]


def test_many_faults_are_counted() -> None:
    from mounts import refusal

    what, why, _ = refusal({'Envs': [{}] * 1000})
    assert (what, len(why), why[-1]) == (f'{PATH}: 1000 problems', 51, '… and 950 more')
