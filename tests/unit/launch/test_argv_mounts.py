"""Mounts in argv: -v, and --mount where a path has a colon."""
from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import pytest
from plans import FILE, launch
from support import FakeDocker, mounted, tao

from tao_launcher.base.errors import ConfigError
from tao_launcher.launch import argv
from tao_launcher.settings import mounts_file
from tao_launcher.settings.values import Mount, Source

NASTY = ['/a', '/a b', "/a'b", '/a"b', '/a,b', '/$A', '/*', '/;id', '/ünïcode', '/-x', '/=', '/a\\b', '/\t', '/a:b,"c"']


def words(found: Any) -> list[str]:
    return list(found.before_image)


@pytest.mark.parametrize('path', [path for path in NASTY if ':' not in path])
def test_volume(path: str) -> None:
    # a $ in a source is a variable's, in a destination only a character
    source = path.replace('$', '')
    file = {'Mounts': [{'source': source, 'destination': path, 'mode': 'ro'}]}
    assert words(launch('dino', 'train', file=file)) == ['-v', f'{source}:{path}:ro']


def test_volume_without_a_destination(home: Path, tmp_path: Path, fake_docker: FakeDocker) -> None:
    """A host path, absolute or relative, at the same path on both sides."""
    (home / 'data').mkdir()
    (tmp_path / 'here' / 'a b').mkdir()
    done = tao('--dry-run', '--volume', f'{home}/data', '--volume', '~', '--volume', 'a b', 'dino', 'train')
    assert (mounted(done), done.err) == (
        [f'{home}/data:{home}/data', f'{home}:{home}', f'{tmp_path}/here/a b:{tmp_path}/here/a b'], '',
    )
    assert mounted(tao('dino', 'train', '--dry-run', '--volume', f'{home}/data')) == [f'{home}/data:{home}/data']
    assert tao('--volume', f'{home}/no', 'dino', 'train') == (
        2, '', f'tao: error: 1 mount source not found\n    {home}/no (--volume; nearest existing folder: {home})\n'
        '    try: correct or create them (daemon elsewhere? --no-check)\n',
    )
    assert fake_docker.calls == []


@pytest.mark.parametrize(('source', 'destination', 'mode', 'value'), [
    ('/a:b', '/c', '', 'type=bind,source=/a:b,destination=/c'),
    ('/a', '/b:c', 'rw', 'type=bind,source=/a,destination=/b:c'),
    ('/a:b', '/c', 'ro', 'type=bind,source=/a:b,destination=/c,readonly'),
    ('/a:,b', '/c d', '', 'type=bind,"source=/a:,b",destination=/c d'),
    ('/a:"b"', '/c,"', 'ro', 'type=bind,"source=/a:""b""","destination=/c,""",readonly'),
])
def test_colon_needs_mount(source: str, destination: str, mode: str, value: str) -> None:
    entry = {'source': source, 'destination': destination, **({'mode': mode} if mode else {})}
    assert words(launch('dino', 'train', file={'Mounts': [entry]})) == ['--mount', value]


@pytest.mark.parametrize('path', NASTY)
def test_mount_is_read_back_as_it_was(path: str) -> None:
    path = path.replace('$', '')
    [option, value] = words(launch('dino', 'train',
        file={'Mounts': [{'source': f'/:{path}', 'destination': f'{path}:'}]}))
    assert option == '--mount'
    # docker reads it with Go's csv.Reader
    assert next(csv.reader([value])) == ['type=bind', f'source=/:{path}', f'destination={path}:']


@pytest.mark.parametrize('mode', ['z', 'Z', 'ro,z', 'Z,rw'])
def test_colon_can_not_be_relabelled(mode: str) -> None:
    with pytest.raises(ConfigError) as error:
        launch('dino', 'train', file={'Mounts': [{'source': '/a:b', 'destination': '/c', 'mode': mode}]})
    assert (error.value.what, error.value.why, error.value.advice) == (
        f'Mounts[0] of {FILE}: mode {mode} cannot be combined with ":" in a path', ('/a:b → /c',),
        'rename the folder, or mount its parent',
    )


def test_later_mount_wins_at_its_own_place() -> None:
    found = launch('--volume', '/4:/b', 'dino', 'train', file={'Mounts': [
        {'source': '/1', 'destination': '/a'}, {'source': '/2', 'destination': '/b'},
        {'source': '/1', 'destination': '/c'}, {'source': '/3', 'destination': '/x/../a/'},
    ]})
    assert words(found) == ['-v', '/1:/c', '-v', '/3:/a', '-v', '/4:/b']
    assert found.plan.notices == (f'{FILE}: /a is mounted twice; /3 is used, /1 is not',)


def test_same_volume_twice() -> None:
    found = launch('--volume', '/1:/a', '--volume', '/2:/a/.', 'dino', 'train')
    assert words(found) == ['-v', '/2:/a']
    assert found.plan.notices == ('command line: /a is mounted twice; /2 is used, /1 is not',)


@pytest.mark.parametrize('cwd', ['/a\nb', '/a\rb'])
def test_line_break_in_the_current_folder(cwd: str) -> None:
    with pytest.raises(ConfigError) as error:
        launch('--volume', '.:/x', 'dino', 'train', cwd=cwd)
    assert (error.value.what, error.value.why) == (
        '--volume: a path with a line break cannot be mounted', (repr(cwd),),
    )


def test_line_break_in_the_folder_of_the_file() -> None:
    found = mounts_file.parse(b'{"Mounts": [{"source": "x", "destination": "/x"}]}', '/a\nb/m.json', {}, '/home/user')
    with pytest.raises(ConfigError) as error:
        argv.refuse_mount(found.mounts[0])
    assert (error.value.what, error.value.why) == (
        'Mounts[0] of /a\nb/m.json: a path with a line break cannot be mounted', ("'/a\\nb/x'",),
    )


@pytest.mark.parametrize(('source', 'destination'), [
    ('/a\n', '/b'), ('/a', '/b\n'), ('/a\r', '/b'), ('/a\0', '/b'), ('/a:\n', '/b'), ('/a', '/b:\n'),
])
def test_line_break(source: str, destination: str) -> None:
    with pytest.raises(ConfigError) as error:
        argv.refuse_mount(Mount(source, destination, '', Source('option', 'X')))
    assert (error.value.what, error.value.why) == ('X: a path with a line break cannot be mounted', (repr(source),))


def test_a_path_that_is_not_utf8(tmp_path: Path) -> None:
    """Docker's client sends it as JSON, with other characters in place of its bytes."""
    source = os.fsdecode(bytes(tmp_path) + b'/a\xff')
    os.mkdir(source)
    done = tao('--volume', f'{source}:/data', 'dino', 'train')
    assert (done.code, done.out) == (2, '')
    assert done.err.startswith(
        'tao: error: --volume: a path that is not UTF-8 cannot be mounted: the engine would create a different folder\n'
        f"    '{tmp_path}/a\\xff'\n"
    )


@pytest.mark.parametrize('engine', ['docker', 'podman'])
@pytest.mark.parametrize('words', [
    [b'--workdir=/w\xff', b'dino', b'train'], [b'--volume=/tmp:/a\xff', b'dino', b'train'],
    [b'--volume=/tmp:/a', b'dino', b'train', b'-r', b'/a/r\xff'],
    [b'--volume=/tmp:/a', b'dino', b'train', b'x=/a/\xff'],
])
def test_other_paths_that_are_not_utf8(engine: str, words: list[bytes]) -> None:
    done = tao('--dry-run', f'--engine={engine}', *map(os.fsdecode, words))
    assert (done.code, done.out) == (2, '')
    assert 'UTF-8' in done.err and '\\xff' in done.err
