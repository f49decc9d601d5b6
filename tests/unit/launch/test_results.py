"""Where a job writes its status file: by its words, by its spec file, by the tasks' default."""
from __future__ import annotations

import pytest

from tao_launcher.launch import results
from tao_launcher.launch.results import Dirs, Ran, Said

TRAIN = 'model/dino/train'


def said(command: str, job: str = TRAIN, workdir: str = '/workspace') -> Said:
    return results.said(Ran(job, tuple(command.split()), (), workdir))


def below(folder: str) -> list[str]:
    return [f'{folder}/train/status.json', f'{folder}/status.json']


@pytest.mark.parametrize('words', [
    'results_dir=/r', '+results_dir=/r', '++results_dir=/r', 'results_dir="/r"', "results_dir='/r/'",
    '-r /r', '-r/r', '-r=/r', '--results_dir /r', '--results_dir=/r', '--results-dir=/r', '-r /other -r /r',
    '-e /specs/train.yaml -r /r --gpus 2', 'results_dir=/other results_dir=//r/.',
])
def test_words(words: str) -> None:
    assert results.files(said(f'dino train {words}')) == below('/r')


@pytest.mark.parametrize(('words', 'spec', 'found'), [
    ('train.results_dir=/own results_dir=/r', '', ['/own/status.json']),
    ('train.results_dir=${results_dir}/dino results_dir=/r', '', ['/r/dino/status.json']),
    ('evaluate.results_dir=/own results_dir=/r', '', below('/r')),
    ('results_dir=out', '', below('/workspace/out')),
    ('results_dir=./out', '', below('/workspace/out')),
    ('results_dir=$RESULTS', '', []),
    ('results_dir=${oc.env:RESULTS}', '', []),
    ('results_dir=/r/../etc', '', []),
    ('', 'results_dir: /r\n', below('/r')),
    ('results_dir=/w', 'results_dir: /r\n', below('/w')),
    ('results_dir=/w', 'train:\n  results_dir: ${results_dir}/x\n', ['/w/x/status.json']),
    ('', '', below('/results')),
    ('', 'results_dir: ???\n', below('/results')),
])
def test_precedence(words: str, spec: str, found: list[str]) -> None:
    assert results.files(said(f'dino train {words}'), spec) == found


def test_nothing_is_known_of_an_unknown_folder() -> None:
    assert results.files(said('dino train results_dir=out', workdir='')) == []


@pytest.mark.parametrize(('spec', 'told'), [
    ('results_dir: /r', Dirs('', '/r')),
    ('"results_dir": "/r x"  # here\r\n', Dirs('', '/r x')),
    ("results_dir: '/r'\n", Dirs('', '/r')),
    ('results_dir: /r # no\n', Dirs('', '/r')),
    ('results_dir: /r#1\n', Dirs('', '/r#1')),
    ('# results_dir: /r\n', Dirs()),
    ('results_dir:\ntrain:\n', Dirs()),
    ('results_dir: null', Dirs()), ('results_dir: ~', Dirs()), ('results_dir: &x /r', Dirs()),
    ('results_dir: # none', Dirs()),
    ('results_dir:/r', Dirs()),
    ('encoder:\n  results_dir: /no\n', Dirs()),
    ('results_dir: /r\ntrain:\n    num_gpus: 1\n    results_dir: /own\n', Dirs('/own', '/r')),
    ('train:\n  optim:\n    results_dir: /no\n', Dirs()),
    ('train:\n  optim:\n    lr: 1\n  results_dir: /own\nresults_dir: /r', Dirs('/own', '/r')),
    ('training_config {\n  results_dir: "/no"\n}\n', Dirs()),
    ('\tresults_dir: /r\n', Dirs()),
    ('', Dirs()), ('\0\x85', Dirs()),
])
def test_spec(spec: str, told: Dirs) -> None:
    assert results.in_spec(spec, 'train') == told


@pytest.mark.parametrize(('job', 'command', 'name'), [
    (TRAIN, '', 'train'),
    ('dataset/annotations/convert', 'annotations convert', 'convert'),
    ('model/dino/run', 'dino evaluate -e /x.yaml', 'evaluate'),
    ('model/dino/run', '/usr/local/bin/dino evaluate', 'evaluate'),
    ('model/dino/run', 'echo hi', ''),
    ('model/dino/run', 'sh fail train results_dir=/r', ''),
    ('model/dino/run', 'python /opt/scripts/train.py -e /x.yaml', 'train'),
    ('tao_pt/shell', 'torchrun --nproc-per-node 2 scripts/inference.py', 'inference'),
    ('tao_pt/shell', '/bin/bash', ''), ('tao_pt/shell', 'dino -e x', ''), ('', '', ''),
    ('model/dino/../..', 'dino train', ''), ('model/dino/a b', 'dino train', ''),
])
def test_subtask(job: str, command: str, name: str) -> None:
    assert said(command, job).subtask == name


@pytest.mark.parametrize(('job', 'script', 'found'), [
    ('tao_tf2/shell', 'cd /x && efficientdet_tf2 train -e /s.yaml results_dir=/r; echo done', below('/r')),
    ('model/dino/run', 'dino train -e /s.yaml "results_dir=/r s"', below('/r s')),
    ('model/dino/run', 'echo hi', []), ('model/dino/run', 'echo "open', []),
    ('model/dino/run', 'x ' * (1 << 16), []),
    ('model/dino/run', '', []),
])
def test_a_shells_command(job: str, script: str, found: list[str]) -> None:
    for words in (('/bin/bash', '-c', script), ('bash', '-lc', script), ('-c', script)):
        assert results.files(results.said(Ran(job, words, (), '/'))) == found


def test_a_shells_command_has_the_spec_file() -> None:
    found = results.said(Ran('model/dino/run', ('bash', '-c', 'ls; dino train -e /s.yaml'), (), '/'))
    assert (found.spec, found.subtask) == ('/s.yaml', 'train')


@pytest.mark.parametrize(('words', 'job', 'path'), [
    ('-e /specs/train.yaml', TRAIN, '/specs/train.yaml'),
    ('--experiment_spec_file=/specs/../x.yaml', TRAIN, ''),
    ('--experiment_spec_file specs/x.yaml', TRAIN, '/workspace/specs/x.yaml'),
    ('-e /a.yaml -e /b.yaml', TRAIN, '/b.yaml'),
    ('-e /x.engine', 'model/converter/run', ''),
    ('results_dir=/r', TRAIN, ''),
])
def test_spec_file(words: str, job: str, path: str) -> None:
    assert said(f'dino train {words}', job).spec == path


@pytest.mark.parametrize(('command', 'spec', 'folder'), [
    ('sh fail.sh train results_dir=/r', '', '/r'), ('sh fail.sh -e /s.yaml', 'results_dir: /r\n', '/r'),
    ('sh fail.sh results_dir=/r/../x', '', ''), ('sh fail.sh', '', ''), ('dino train results_dir=/r', '', ''),
])
def test_the_folder_of_an_unknown_subtask(command: str, spec: str, folder: str) -> None:
    assert results.folder(said(command, 'model/dino/run'), spec) == folder


def test_deploy_tasks_have_folders_of_their_own() -> None:
    folders = ['/r/trt_evaluate/status.json', '/r/evaluate/status.json', '/r/status.json']
    assert results.files(said('dino evaluate results_dir=/r', 'deploy/dino/evaluate')) == folders
