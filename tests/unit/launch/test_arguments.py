"""Which of a task's words may be paths, and what the options or keys in front of them say."""
from __future__ import annotations

import pytest

from tao_launcher.launch.arguments import Argument, arguments, is_path_key


@pytest.mark.parametrize(('words', 'found'), [
    (['-e', '/a/b.yaml'], [('/a/b.yaml', '-e')]),
    (['--spec=/a/b'], [('/a/b', '--spec')]),
    (['results_dir=/r'], [('/r', 'results_dir')]),
    (['train.results_dir=/r'], [('/r', 'train.results_dir')]),
    (['k=[/a,/b]'], [('/a', 'k'), ('/b', 'k')]),
    (['k=[/a, "/b c"]'], [('/a', 'k'), ('/b c', 'k')]),
    (["k=['/a','/b']"], [('/a', 'k'), ('/b', 'k')]),
    (['k=(/a,/b)'], [('/a', 'k'), ('/b', 'k')]),
    (['k="/a b"'], [('/a b', 'k')]),
    (['/bare'], [('/bare', '')]),
    (['-e', '/a,b.yaml'], [('/a,b.yaml', '-e')]),
    (['-e', '/a[1].yaml'], [('/a[1].yaml', '-e')]),
    (['-e', '/x]'], [('/x]', '-e')]),
    (['-e', '/a=b'], [('/a=b', '-e')]),
    (['-e', '/a b'], [('/a b', '-e')]),
    (['-e', '//a//b/'], [('/a/b', '-e')]),
    (['--flag', 'x', '/bare'], [('x', '--flag'), ('/bare', '')]),
    (['-e', '/a/../b'], []),
    (['-e', 'relative/a', '-m', '~/b c', './d', '../e', '../../f/g'],
     [('relative/a', '-e'), ('~/b c', '-m'), ('./d', ''), ('../e', ''), ('../../f/g', '')]),
    (['-d', '/a', 'b', '-v', '-e', 'c'], [('/a', '-d'), ('b', ''), ('c', '-e')]),
    # nobody means these as paths
    (['k=1', '-g', '0,1', '1e-4', '-1', 'k=true', 'k=None', 'k=null', '.', '..', 'https://host/a', 'k=s3://b/c'], []),
    (['a/../b', '/a/../b', '../a/../b'], []),
    (['x', '/', "it's", '"', '[', '[]', 'k=', '=/a', '=', ''],
     [('x', ''), ("it's", ''), ('"', ''), ('[', ''), ('/a', '')]),
    # but where one has to be, a variable may not have been set
    (['-r', '/', 'results_dir=', '--spec=', '-e', ''], [('/', '-r'), ('', 'results_dir'), ('', '--spec'), ('', '-e')]),
    (['results_dir=.', '-r', '2', 'results_dir=s3://b/c'], [('.', 'results_dir'), ('2', '-r')]),
    # hydra's lists and dicts
    (['k={a: /b}'], [('/b', 'a')]),
    (['k={test: test}'], [('test', 'test')]),
    (['k={a:/b,c: {d: "e f", g: 1}}'], [('/b', 'a'), ('e f', 'd')]),
    (['k=[{image_dir: /i, json_file: "/j,k"}, {image_dir: l/m}]'],
     [('/i', 'image_dir'), ('/j,k', 'json_file'), ('l/m', 'image_dir')]),
    (['k={a: [/x, y/z]}'], [('/x', 'a'), ('y/z', 'a')]),
    (['k=[a:b, http://c]'], [('a:b', 'k')]),
])
def test_arguments(words: list[str], found: list[list[str]]) -> None:
    assert arguments(words) == [Argument(path, key) for path, key in found]


@pytest.mark.parametrize(('key', 'is_spec', 'is_output'), [
    ('-e', True, False), ('--experiment_spec_file', True, False), ('-r', False, True), ('--results_dir', False, True),
    ('results_dir', False, True), ('train.results_dir', False, True), ('my_output_file', False, True),
    ('--my-output_path', False, True), ('myresults_dir', False, False), ('results_dir.x', False, False),
    ('-m', False, False), ('', False, False),
])
def test_what_a_key_says(key: str, is_spec: bool, is_output: bool) -> None:
    one = Argument('/a', key)
    assert (one.is_spec('dino'), one.is_output('dino')) == (is_spec, is_output)


def test_the_converters_e_is_an_output() -> None:
    for task in ('converter', 'tao-converter', 'tlt-converter'):
        assert (Argument('/a', '-e').is_spec(task), Argument('/a', '-e').is_output(task)) == (False, True)


@pytest.mark.parametrize('key', [
    'model', 'train.model', '--pretrained_model', 'model_path', 'dataset.image_dirs', 'a.root', '--spec', 'checkpoint',
])
def test_path_key(key: str) -> None:
    assert is_path_key(key) and not is_path_key(f'{key}.x') and not is_path_key(f'{key}_name')


def test_no_path_key() -> None:
    assert not any(map(is_path_key, ('', '-k', 'supermodel', 'train.num_gpus')))
