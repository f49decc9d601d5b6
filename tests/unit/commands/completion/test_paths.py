"""Paths of the container at the cursor."""
from __future__ import annotations

import pytest
from completion_world import offered

DATA = ['/workspace/tao/data/a b/', '/workspace/tao/data/spec.yaml', '/workspace/tao/data/straße/',
    '/workspace/tao/data/inner/']


@pytest.mark.parametrize(('words', 'expected'), [
    (['-e', ''], ['/workspace/tao/data/', '/workspace/tao/specs/', '/one.yaml', '/workspace/tao/data/inner/']),
    (['-r', '/'], ['/workspace/tao/', '/one.yaml']),
    (['--experiment_spec_file', '/w'], ['/workspace/tao/']),
    (['--results_dir', '/workspace/tao/s'], ['/workspace/tao/specs/']),
    (['-e', '/workspace/tao/specs/'], ['/workspace/tao/specs/dino.yaml']),
    (['-e', '/workspace/tao/data/'], DATA),
    (['-e', '/workspace/tao/data/.h'], ['/workspace/tao/data/.hidden']),
    (['-e', '/workspace/tao/data/inner/'], ['/workspace/tao/data/inner/dino.yaml']),
    (['--spec=/o'], ['--spec=/one.yaml']),
    (['results_dir=/workspace/tao/data/a'], ['results_dir=/workspace/tao/data/a b/']),
    (['results_dir='], [f'results_dir={path}' for path in ('/workspace/tao/data/', '/workspace/tao/specs/',
        '/one.yaml', '/workspace/tao/data/inner/')]),
    (['train.lr='], []), (['train.num_gpus=2', ''], []), (['-e', 'specs/'], []), (['-e', '/workspace/../'], []),
    (['dataset.roots=[/a,/o'], ['dataset.roots=[/a,/one.yaml']),
    (['/o'], ['/one.yaml']), (['-e', '/data/'], []),
])
def test_container_paths(words: list[str], expected: list[str]) -> None:
    assert offered('dino', 'train', *words) == expected
    assert offered('submit', 'slurm', 'dino', 'train', *words) == expected


def test_container_paths_of_an_option_and_of_any_command() -> None:
    assert offered('--volume', '/specs:/extra', 'dino', 'train', '-e', '/e') == ['/extra/']
    assert offered('dino', 'train', '--volume', '/specs:/extra', '-e', '/e') == ['/extra/']
    assert offered('dino', 'run', 'ls', '/o') == ['/one.yaml']
    assert offered('dino', 'run', 'ls', 'o') == []
    assert offered('--volume', '/specs:/extra', '--volume', '/data:/ex') == ['/data:/extra/']
    assert offered('--volume', '/data:')[0] == '/data:/data'
