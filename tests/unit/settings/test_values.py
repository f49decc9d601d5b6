"""Values of settings, in words and normalised."""
from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tao_launcher.settings.values import Port, Source, Ulimit, clean_path


@pytest.mark.parametrize(('path', 'clean'), [
    ('/', '/'), ('//a//b/', '/a/b'), ('/a/./b/.', '/a/b'), ('/a/../b', '/b'), ('/../..', '/'), ('/a/..', '/'),
    ('/…/a b', '/…/a b'),
])
def test_clean_path(path: str, clean: str) -> None:
    assert clean_path(path) == clean


@given(st.lists(st.sampled_from(['', '.', '..', 'a', 'b c', '...']), max_size=8))
def test_clean_path_is_the_normal_one(parts: list[str]) -> None:
    assert clean_path('/' + '/'.join(parts)) == posixpath.normpath('/' + '/'.join(part for part in parts if part))


@pytest.mark.parametrize(('value', 'text'), [
    (Port(80, 'tcp', '8080'), '8080:80'), (Port(53, 'udp', '53'), '53:53/udp'), (Port(80, 'tcp', ''), '80'),
    (Port(80, 'tcp', '1', '127.0.0.1'), '127.0.0.1:1:80'),
    (Ulimit('stack', 5), 'stack=5'), (Ulimit('core', 0, -1), 'core=0:-1'),
])
def test_as_docker_takes_them(value: object, text: str) -> None:
    assert str(value) == text


@pytest.mark.parametrize(('source', 'text'), [
    (Source('option', '--gpus'), '--gpus'),
    (Source('file', '/m.json', 'DockerOptions.gpus'), 'DockerOptions.gpus of /m.json'),
    (Source('default'), 'default'), (Source('variable', 'TAO_GPUS'), 'TAO_GPUS'),
])
def test_a_source_in_words(source: Source, text: str) -> None:
    assert str(source) == text
