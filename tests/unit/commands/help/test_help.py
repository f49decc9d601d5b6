"""Help is offline and at once: from the catalogue, without docker, in any folder."""
from __future__ import annotations

import json
import re

import pytest
from support import CHECKOUT, FakeDocker, tao

from tao_launcher.commands.help.topics import GUIDES
from tao_launcher.settings.environment import VARIABLES
from tao_launcher.settings.programs import RUNNERS, VERBS


def shown(*words: str, program: str = 'tao') -> str:
    done = tao(*words, program=program)
    assert (done.code, done.err) == (0, '')
    return done.out


@pytest.mark.parametrize('words', [
    ['--help', 'options'], ['--help', 'environment'], ['--help', 'exit-codes'], ['model', '--help'],
    ['dino', '--help'],
])
def test_fits_a_terminal(words: list[str]) -> None:
    assert [line for line in shown(*words).splitlines() if len(line) > 80] == []


def test_readme_has_every_verb_and_a_guide_every_variable() -> None:
    readme = (CHECKOUT / 'README.md').read_text(encoding='utf-8')
    section = readme.partition('\n## Commands')[2].partition('\n## ')[0]
    cells = [row.split(' | ')[0] for row in section.splitlines() if row.startswith('| `tao')]
    table = json.loads((CHECKOUT / 'tao_launcher' / 'data' / 'verbs.json').read_text(encoding='utf-8'))
    known = [('tao', verb, step) for verb in VERBS for step in table['tao'].get(verb, {}).get('verbs', [verb])]
    known += [('tao_pt', verb, verb) for verb in table['runner']]
    assert [
        words for words in known
        if not any(all(re.search(rf'\b{word}\b', cell) for word in words) for cell in cells)
    ] == []
    guides = [path.read_text(encoding='utf-8') for path in (CHECKOUT / 'tao_launcher/data/guides').glob('*.md')]
    named = {*re.findall(r'\b[A-Z][A-Z0-9_]+\b', ''.join(guides))}
    assert [variable.name for variable in VARIABLES if variable.name not in named] == []


def test_readme_is_read_in_five_minutes() -> None:
    """Its contents list has every section, and everything else is in the guides, all of which it names."""
    readme = (CHECKOUT / 'README.md').read_text(encoding='utf-8')
    assert len(readme.splitlines()) <= 300
    sections = re.findall(r'^## (.*)$', readme, re.MULTILINE)
    contents = re.findall(r'\[(.*?)\]\(#(.*?)\)', readme.partition('\n## ')[0])
    assert contents == [(name, re.sub(r'[^a-z -]', '', name.lower()).replace(' ', '-')) for name in sections]
    linked = re.findall(r'\]\(tao_launcher/data/guides/(\w+)\.md\)', readme)
    assert linked == [*GUIDES]


def test_help_is_a_word_too() -> None:
    assert shown('help', 'environment') == shown('--help', 'environment')
    assert shown('help', 'dino') == shown('dino', '--help')
    assert shown('help', 'bundle', 'save') == shown('bundle', 'save', '--help')


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


@pytest.mark.parametrize('program', ['tao', *RUNNERS])
def test_version(program: str) -> None:
    name, version = shown('--version', program=program).split()
    assert name == program
    assert version[0].isdigit()
