"""From container paths to host paths and back, and where links lead."""
from __future__ import annotations

import pytest

from tao_launcher.launch import paths
from tao_launcher.launch.paths import Led, volume, without_dots
from tao_launcher.settings.values import Mount

MOUNTS = [
    Mount('/h/data', '/workspace/data'),
    Mount('/h/specs', '/workspace/specs'),
    Mount('/h/inner', '/workspace/data/inner'),
    Mount('/h/one.yaml', '/workspace/one.yaml'),
    Mount('/h/data', '/data'),
]


@pytest.mark.parametrize(('path', 'folder', 'rest'), [
    ('/a/b', '/a', '/b'), ('/a', '/a', ''), ('/a', '/a/', ''), ('/a/b', '/a/', '/b'), ('/ab', '/a', None),
    ('/a', '/', '/a'), ('/', '/', ''), ('/a', '/a/b', None),
])
def test_below(path: str, folder: str, rest: str | None) -> None:
    assert paths.below(path, folder) == rest


@pytest.mark.parametrize(('path', 'there'), [
    ('/workspace/data/x', '/h/data/x'), ('/workspace/data', '/h/data'), ('/workspace/data/inner/x', '/h/inner/x'),
    ('/workspace/one.yaml', '/h/one.yaml'), ('/workspace/other', None), ('/data/x', '/h/data/x'),
    ('/workspace/database', None),
])
def test_to_host(path: str, there: str | None) -> None:
    assert paths.to_host(path, MOUNTS) == there


@pytest.mark.parametrize(('path', 'there'), [
    ('/h/data/x', ['/workspace/data/x', '/data/x']),
    ('/h/data/inner/x', ['/data/inner/x']),  # /workspace/data/inner is another folder there
    ('/h/inner', ['/workspace/data/inner']),
    ('/h/one.yaml', ['/workspace/one.yaml']),
    ('/elsewhere', []),
])
def test_to_container(path: str, there: list[str]) -> None:
    assert paths.to_container(path, MOUNTS) == there


def test_inside() -> None:
    real = {'/link': '/h', '/link/data': '/h/data', '/link/data/x': '/h/data/x', '/mine': '/h/own'}
    asked = []

    def follow(path: str) -> str:
        asked.append(path)
        return real.get(path, path)

    assert (paths.inside('/h/data/x', MOUNTS, follow), asked) == (['/workspace/data/x', '/data/x'], [])
    assert paths.inside('/link/data/x', MOUNTS, follow) == ['/workspace/data/x', '/data/x']
    assert paths.inside('/h/own/x', [Mount('/mine', '/d')], follow) == ['/d/x']
    assert paths.inside('/elsewhere', MOUNTS, follow) == []
    hidden = [Mount('/mine', '/d'), Mount('/h/x', '/d/x')]
    assert paths.inside('/h/own/x', hidden, follow) == []


def test_is_below_a_source() -> None:
    mounts = [Mount('/h', '/d'), Mount('/', '/all'), Mount('/lib', '/l')]
    assert paths.is_below_a_source('/h/a', mounts)
    assert not any(paths.is_below_a_source(path, mounts) for path in ('/a', '/lib/a', '/link/a'))
    assert paths.is_below_a_source('/link/a', mounts, lambda path: path.replace('/link', '/h'))


def test_to_the_same_path_first() -> None:
    mounts = [Mount('/h', '/x'), Mount('/h/data', '/d'), Mount('/h/data', '/h/data'), Mount('/h/data', '/e')]
    assert paths.to_container('/h/data/a', mounts) == ['/h/data/a', '/d/a', '/e/a', '/x/data/a']


@pytest.mark.parametrize(('mount', 'inside', 'outside'), [
    (Mount('/', '/host'), '/host/a', '/a'),
    (Mount('/a/', '/b/'), '/b/c', '/a/c'),
    (Mount('/a/', '/b/'), '/b', '/a'),
    (Mount('/a b', '/c,d'), '/c,d/"e"', '/a b/"e"'),
])
def test_both_ways(mount: Mount, inside: str, outside: str) -> None:
    assert paths.to_host(inside, [mount]) == outside
    assert paths.to_container(outside, [mount]) == [inside]


@pytest.mark.parametrize(('path', 'links', 'led'), [
    ('/data/a', {}, Led('/data/a')),
    ('/elsewhere/a', {'/elsewhere/a': 'b'}, Led('/elsewhere/a')),  # of the image
    ('/data/a', {'/h/data/a': 'b'}, Led('/data/b', '/data/a', '/h/data/b')),
    ('/data/v/x/y', {'/h/data/v': './v2'}, Led('/data/v2/x/y', '/data/v', '/h/data/v2/x/y')),
    ('/data/a', {'/h/data/a': '/data/b'}, Led('/data/b', '/data/a', '/data/b')),
    ('/data/a', {'/h/data/a': '/h/data/b'}, Led('/h/data/b', '/data/a', '/h/data/b')),  # under no mount
    ('/data/d/a', {'/h/data/d/a': '../../o/a'}, Led('/o/a', '/data/d/a', '/h/o/a')),
    # one after the other; the first is named
    ('/data/a/x', {'/h/data/a': 'b', '/h/data/b': '/workspace/specs', '/h/specs/x': '/o/x'},
     Led('/o/x', '/data/a', '/o/x')),
    # what is under a mount inside another one is another folder
    ('/workspace/data/inner/a', {'/h/data/inner': 'x', '/h/inner/a': 'b'},
     Led('/workspace/data/inner/b', '/workspace/data/inner/a', '/h/inner/b')),
    ('/workspace/one.yaml', {'/h/one.yaml': 'x'}, Led('/workspace/one.yaml')),  # docker follows that one
])
def test_follow(path: str, links: dict[str, str], led: Led) -> None:
    assert paths.follow(path, MOUNTS, links.get) == led


def test_a_loop_of_links_has_an_end() -> None:
    assert paths.follow('/data/a', MOUNTS, {'/h/data/a': 'b', '/h/data/b': 'a'}.get).link == '/data/a'


@pytest.mark.parametrize(('path', 'found'), [
    ('/results/a', '/results/a'), ('a/../b', 'a/../b'), ('/results/../tmp', '/tmp'), ('/results/a/../../tmp', '/tmp'),
    ('/results/link/../x', None), ('/opt/../tmp', None), (f'/results/{"a/" * 3000}..', None),
])
def test_without_dots(path: str, found: str | None) -> None:
    links = {'/h/link': '/elsewhere'}
    assert without_dots(path, [Mount('/h', '/results')], links.get) == found


@pytest.mark.parametrize(('path', 'option'), [
    ('/a/b', '--volume /a:/a'), ('/a', '--volume /a:/a'), ('/tmp', ''), ('/tmp/b', '--volume /tmp/b:/tmp/b'), ('/', ''),
    ('/home', ''), ('/usr/lib', ''), ('/a:b/c', 'in the mounts file'),
])
def test_volume(path: str, option: str) -> None:
    folders = dict.fromkeys(['/a/.', '/tmp/.', '/home/.', '/usr/lib/.', '/.'], True)
    assert volume(path, path, folders.get) == option
