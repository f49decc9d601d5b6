"""Help is offline and at once: from the catalogue, without docker, in any folder."""
from __future__ import annotations

import json
import re

import pytest
from plans import CATALOGUE
from support import CHECKOUT, FakeDocker, tao

from tao_launcher.base.errors import Fatal
from tao_launcher.commands.help.topics import EXIT_CODES, FILES
from tao_launcher.settings.environment import VARIABLES
from tao_launcher.settings.options import OPTIONS
from tao_launcher.settings.programs import RUNNERS, VERBS


def shown(*words: str, program: str = 'tao') -> str:
    done = tao(*words, program=program)
    assert (done.code, done.err) == (0, '')
    return done.out


def test_overview_fits_a_screen_and_has_every_task() -> None:
    text = shown('--help')
    assert len(text.splitlines()) <= 60
    images = [images for groups in CATALOGUE.releases.values() for images in groups.values()]
    names = {name for tasks_of in images for tasks in tasks_of.values() for name in tasks}
    assert names <= set(text.split())
    assert shown('-h') == text


def test_overview_has_every_verb() -> None:
    known = set(re.findall(r'[a-z]+', ''.join(line for line in shown('--help').splitlines() if 'tao ' in line)))
    assert set(VERBS) <= known


@pytest.mark.parametrize('words', [
    ['--help'], ['--help', 'options'], ['--help', 'environment'], ['--help', 'exit-codes'], ['model', '--help'],
    ['dino', '--help'],
])
def test_fits_a_terminal(words: list[str]) -> None:
    assert [line for line in shown(*words).splitlines() if len(line) > 80] == []


def test_topics() -> None:
    options = shown('--help', 'options')
    assert all(f'  {o.name}' in options or f', {o.name}' in options for o in OPTIONS if 'tao' in o.programs)
    environment = shown('--help', 'environment')
    assert all(f'  {variable.name} ' in environment for variable in VARIABLES)
    assert all(f'  {path} ' in environment for path, _ in FILES)
    codes = shown('--help', 'exit-codes')
    assert codes.startswith("exit codes:\n  the job's own   returned unchanged\n")
    assert all(re.search(rf'^  {re.escape(code)}  ', codes, re.MULTILINE) for code, _ in EXIT_CODES)
    for program in RUNNERS:
        assert shown('--help', 'exit-codes', program=program) == codes


def test_every_code_is_explained() -> None:
    """What errors.py ends with, and nothing that README does not have."""
    explained = {word for code, _ in EXIT_CODES for word in code.split(', ')}
    kinds: list[type[Fatal]] = [Fatal]
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert {str(kind.code) for kind in kinds} <= explained
    table = (CHECKOUT / 'README.md').read_text(encoding='utf-8').partition('## Exit codes')[2].partition('## ')[0]
    assert {code for code, _ in EXIT_CODES} == set(re.findall(r'^\| (?!code|---)([^|]+) \|', table, re.MULTILINE))


def test_readme_has_every_verb_and_variable() -> None:
    readme = (CHECKOUT / 'README.md').read_text(encoding='utf-8')
    cells = [row.split(' | ')[0] for row in readme.partition('\n## Jobs')[0].splitlines() if row.startswith('| `tao')]
    table = json.loads((CHECKOUT / 'tao_launcher' / 'data' / 'verbs.json').read_text(encoding='utf-8'))
    known = [('tao', verb, step) for verb in VERBS for step in table['tao'].get(verb, {}).get('verbs', [verb])]
    known += [('tao_pt', verb, verb) for verb in table['runner']]
    assert [
        words for words in known
        if not any(all(re.search(rf'\b{word}\b', cell) for word in words) for cell in cells)
    ] == []
    environment = readme.partition('## Environment')[2].partition('\n## ')[0]
    assert [variable.name for variable in VARIABLES if f'`{variable.name}`' not in environment] == []


@pytest.mark.parametrize('verb', VERBS)
def test_verb(verb: str, fake_docker: FakeDocker) -> None:
    text = shown('help', verb)
    assert text.startswith(f'usage: tao {verb} ')
    assert text == shown(verb, '--help') == shown('--help', verb)
    assert not re.search('--dry_run|--all_users|--container-id|--shm-size', text)  # the other spelling
    assert fake_docker.calls == []


def test_help_is_a_word_too() -> None:
    assert shown('help') == shown('--help')
    assert shown('help', 'environment') == shown('--help', 'environment')
    assert shown('help', 'dino') == shown('dino', '--help')
    assert shown('help', 'bundle', 'save') == shown('bundle', 'save', '--help')


@pytest.mark.parametrize(('words', 'meant'), [
    (['help', 'optoins'], 'no help for optoins\n    did you mean options?\n    try: tao --help\n'),
    (['help', 'tao_pt'], 'tao_pt is a program of its own\n    try: tao_pt --help\n'),
    (['lst'], 'no task lst\n    did you mean list?\n    try: tao --help lists the tasks\n'),
    (['hlep'], 'no task hlep\n    did you mean help?\n    try: tao --help lists the tasks\n'),
    (['bundle'], 'tao bundle: which step? save, verify, load\n    try: tao bundle --help\n'),
    (['config', 'shwo'], 'tao config: action "shwo": expected init, validate, show, path, schema\n'
                         '    did you mean show?\n    try: tao config --help\n'),
    (['list', '--format', 'xml'], 'tao list: --format "xml": expected table, json, ids\n    try: tao list --help\n'),
    (['modle'], 'no task modle\n    did you mean the group model?\n    try: tao --help lists the tasks\n'),
])
def test_slips(words: list[str], meant: str) -> None:
    assert tao(*words) == (2, '', f'tao: error: {meant}')


@pytest.mark.parametrize('words', [['model', '--help'], ['--help', 'model'], ['model', '-h']])
def test_group(words: list[str]) -> None:
    text = shown(*words)
    assert text.startswith('usage: tao [options] model TASK SUBTASK [ARGS...]\n')
    assert 'nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt (release 7.1.0):\n' in text
    assert text == shown('model', '--help')


@pytest.mark.parametrize('words', [['dino', '--help'], ['--help', 'dino'], ['dino', '-h']])
def test_task(words: list[str]) -> None:
    text = shown(*words)
    assert '  subtasks  ' in text and 'gen_trt_engine' in text
    assert '  image     nvcr.io/nvidia/tao/tao-toolkit:7.1.0-pyt\n' in text
    assert text == shown('dino', '--help')
    model = shown('model', 'dino', '--help')
    assert 'gen_trt_engine' not in model and model.startswith('usage: tao [options] model dino SUBTASK [ARGS...]\n')


def test_help_behind_a_subtask_is_the_containers(fake_docker: FakeDocker) -> None:
    assert tao('dino', 'train', '--help').code == 0
    assert fake_docker.argv[-3:] == ['dino', 'train', '--help']


@pytest.mark.parametrize('program', RUNNERS)
def test_runner(program: str, fake_docker: FakeDocker) -> None:
    text = shown('--help', program=program)
    assert text.startswith(f'usage: {program} [options] [-- COMMAND [ARGS...]]\n')
    assert '--release' not in text
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert text == shown('help', program=program)
    assert shown('help', 'build', program=program) == shown('build', '--help', program=program)
    assert fake_docker.calls == []


@pytest.mark.parametrize('words', [['--help', 'dinno'], ['dinno', '--help'], ['model', 'annotations', '--help']])
def test_unknown_name(words: list[str]) -> None:
    done = tao(*words)
    assert (done.code, done.out) == (2, '')
    assert done.err.startswith('tao: error: no task ')


def test_no_words() -> None:
    done = tao()
    assert (done.code, done.out, done.err) == (2, '', 'tao: error: which task?\n    try: tao --help\n')


@pytest.mark.parametrize('program', ['tao', *RUNNERS])
def test_version(program: str) -> None:
    name, version = shown('--version', program=program).split()
    assert name == program
    assert version[0].isdigit()
