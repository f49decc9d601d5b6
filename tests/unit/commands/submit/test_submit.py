"""tao submit: which options stand where, and which tasks can be submitted."""
from __future__ import annotations

import re

import pytest
from slurm_submission import script, submit
from support import Result, tao


def test_options_before_and_behind() -> None:
    before = tao('--dry-run', '--volume=/:/a', '--gpus', 'none', 'submit', 'slurm', '--volume=/:/b', 'dino', 'train')
    assert before.code == 0
    assert re.findall(r'-v (/\S+)', before.out) == ['/:/a', '/:/b']
    assert submit('--gpus=none', '--volume=/:/a', '--volume=/:/b', 'dino', 'train').out == before.out
    late = tao('submit', 'slurm', '--gpus=none', '--volume=/:/a', 'dino', 'train', '--volume=/:/b', '--dry-run')
    assert late.out == before.out


@pytest.mark.parametrize(('line', 'said'), [
    ('dino', 'tao: error: submit slurm dino: which subtask?\n    try: tao dino --help\n'),
    ('', 'tao: error: which task?\n    try: tao --help\n'),
    ('dino train --nodes 2 x=1', 'tao: error: --nodes: the options of submit go before the task name\n'
     '    try: tao submit slurm --nodes … dino train …\n'),
    ('--pvc a:/b dino train', 'tao: error: unknown option --pvc\n'
     '    it is an option of tao submit kubernetes, and goes after that\n    try: tao submit slurm --help\n'),
    ('dino train --wait', 'tao: error: --wait: the options of submit go before the task name\n'
     '    try: tao submit slurm --wait … dino train …\n'),
    ('--dry-run=json dino train',
     'tao: error: submit slurm submits a script; there is no JSON form of it\n    try: --dry-run\n'),
    ('--env a-b dino train', 'tao: error: a-b: cannot be passed to a node by name\n'
     '    try: a name of letters, digits and _\n'),
])
def test_lines_that_are_wrong(line: str, said: str) -> None:
    done = tao('submit', 'slurm', '--dry-run', *line.split(), env={'a-b': 'x'})
    assert (done.code, done.out) == (2, '')
    assert done.err == said


def test_options_of_submit_before_it() -> None:
    assert tao('--gpus-per-node=2', 'submit', 'slurm', 'dino', 'train') == Result(2, '', (
        'tao: error: unknown option --gpus-per-node\n'
        '    it is an option of tao submit slurm and submit kubernetes, and goes after that\n'
        '    try: tao --help options\n'
    ))


@pytest.mark.parametrize('words', [['dinno', 'train'], ['list']])
def test_a_task_that_is_none(words: list[str]) -> None:
    done = submit(*words)
    assert (done.code, done.out) == (2, '')
    assert done.err.startswith(f'tao: error: no task {words[0]}\n')


def test_behind_a_bare_dash_dash_options_are_the_tasks() -> None:
    assert '        dino train --nodes 2\n' in script('dino', 'train', '--', '--nodes', '2')


@pytest.mark.parametrize('how', ['slurm', 'kubernetes'])
def test_the_machines_of_a_cluster_have_engines_of_their_own(how: str) -> None:
    """Where this one has none, as in a pod of a notebook."""
    words = ('submit', how, '--dry-run', 'dino', 'train')
    assert tao(*words, env={'TAO_ENGINE': 'none'}) == tao(*words, env={'TAO_ENGINE': 'docker'})
    assert tao(*words, env={'TAO_DOCKER_DISABLE': '1'}).out == tao(*words).out
    done = tao('--engine', 'none', *words)
    assert (done.code, done.err.splitlines()[0]) == (2, 'tao: error: --engine none: a submitted job needs an engine')
