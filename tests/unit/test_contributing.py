"""What .github tells people who come to change or report something: its paths are there, its recipes work."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import CHECKOUT
from test_architecture import FLOORS

GITHUB = CHECKOUT / '.github'
PAGE = (GITHUB / 'CONTRIBUTING.md').read_text('utf-8')
GATE = (CHECKOUT / '.ci' / 'run').read_text('utf-8')
STEPS = {*re.findall(r'^check_(\w+)\(\)', GATE, re.MULTILINE)}
MAKERS = {path.name for path in (CHECKOUT / 'bin').glob('make_*') if '[--check]' in path.read_text('utf-8')}


def blocks(language: str, text: str = PAGE) -> list[str]:
    return re.findall(rf'^```{language}\n(.*?)^```', text, re.MULTILINE | re.DOTALL)


def paths(text: str) -> set[str]:
    """The files and folders that a text names in this checkout."""
    words = re.findall(r'`([^`\n]+)`', re.sub(r'^```.*?^```', '', text, flags=re.MULTILINE | re.DOTALL))
    words += ' '.join(blocks('sh', text)).split()
    known = r'(tao_launcher|tests|bin|completions|\.ci|\.github)/[\w./-]*|[\w.-]+\.(md|cfg|yaml)'
    return {word for word in words if re.fullmatch(known, word)}


def yaml_of(path: Path) -> Any:
    return yaml.safe_load(path.read_text('utf-8'))


def section(title: str) -> str:
    return PAGE.partition(f'\n## {title}\n')[2].partition('\n## ')[0]


def test_the_picture_has_every_room_in_its_order() -> None:
    rows = [re.split(r' {3,}', row)[0].split() for row in blocks('text')[0].splitlines()]
    assert [{*row} for row in rows] == [{*floor} for floor in FLOORS]


def test_every_path_is_there() -> None:
    made_by_a_recipe = {'tests/unit/commands/test_hello.py'}
    named = {name for name in paths(PAGE) if not name.startswith('dist/')} - made_by_a_recipe
    assert len(named) > 20
    assert [name for name in named if not (CHECKOUT / name).exists()] == []
    assert paths('`tests/nowhere.py`, `word`\n```sh\nbin/make_man\n```\n') == {'tests/nowhere.py', 'bin/make_man'}


def test_every_generator_is_named_and_checked() -> None:
    assert MAKERS == {*re.findall(r'\bbin/(make_\w+)', GATE)} == {*re.findall(r'\bbin/(make_\w+)', PAGE)} - {'make_pyz'}


def test_every_step_of_the_gate_is_named_and_is_a_hook() -> None:
    """The versions of the linters are in .ci/run alone."""
    assert STEPS == {*re.findall(r'\.ci/run (\w+)', PAGE)}
    config = yaml_of(CHECKOUT / '.pre-commit-config.yaml')
    assert [each['repo'] for each in config['repos']] == ['local']
    hooks = [hook for each in config['repos'] for hook in each['hooks']]
    assert {hook['entry'] for hook in hooks} == {f'.ci/run {step}' for step in STEPS}
    assert not any(hook.keys() & {'additional_dependencies'} for hook in hooks)
    everything, = re.findall(r"^ {8}''\)\n(.*?);;", GATE, re.MULTILINE | re.DOTALL)
    assert STEPS == {*re.findall(r'\bcheck_(\w+)', everything)}


def test_the_gate_refuses_a_step_that_it_does_not_know() -> None:
    done = subprocess.run([CHECKOUT / '.ci' / 'run', 'nothing'], stderr=subprocess.PIPE, encoding='utf-8', check=False)
    assert done.returncode == 2
    assert STEPS | {'tests'} == {*done.stderr.partition('done: ')[2].strip(' .\n').split(', ')}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy to change."""
    for name in ('bin', 'completions', 'tao_launcher'):
        shutil.copytree(CHECKOUT / name, tmp_path / name, ignore=shutil.ignore_patterns('__pycache__'))
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text('utf-8')
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), 'utf-8')


def tao(copy: Path, *words: str, program: str = 'tao') -> str:
    """What a program of the copy prints."""
    environ = {name: value for name, value in os.environ.items() if name != 'PYTHONPATH'}
    argv = [sys.executable, str(copy / 'bin' / program), *words]
    done = subprocess.run(argv, env=environ, capture_output=True, encoding='utf-8', check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def make(copy: Path) -> None:
    """Make what is generated, in the order of the page."""
    line, = re.findall('^bin/make_schema.*$', PAGE, re.MULTILINE)
    for maker in re.findall(r'bin/(\w+)', line):
        tao(copy, program=maker)


def test_an_option_is_one_row(copy: Path) -> None:
    row, = blocks('python', section('Add an option'))
    place = "    Option(\n        '--ulimit'"
    change(copy / 'tao_launcher/settings/options.py', place, f'{row}{place}')
    make(copy)
    (Path.home() / '.tao_mounts.json').write_text('{"DockerOptions": {"memory_reservation": "2G"}}')
    assert ' --memory-reservation 2G ' in tao(copy, '--dry-run', 'dino', 'train')
    assert ' --memory-reservation 8G ' in tao(
        copy, '--dry-run', '--engine', 'podman', '--memory_reservation', '8G', 'dino', 'train',
    )
    assert '"memory": "2Gi"' in tao(copy, '--dry-run', 'submit', 'kubernetes', 'dino', 'train')
    assert '--memory_reservation' in tao(copy, 'help', 'options')
    assert 'memory_reservation' in (copy / 'tao_launcher/data/man/man5/tao-mounts.5').read_text('utf-8')


def test_an_engine_is_a_module_and_its_name(copy: Path) -> None:
    text = (copy / 'tao_launcher/engine/podman.py').read_text('utf-8')
    text = text.replace('PODMAN =', 'OTHER =').replace("name='podman'", "name='other'")
    (copy / 'tao_launcher/engine/other.py').write_text(text, 'utf-8')
    listed = copy / 'tao_launcher/engine/profiles.py'
    change(listed, 'from .podman import PODMAN\n', 'from .other import OTHER\nfrom .podman import PODMAN\n')
    change(listed, 'PROFILES = (DOCKER, PODMAN', 'PROFILES = (DOCKER, OTHER, PODMAN')
    argv = tao(copy, '--engine', 'sudo -n other', '--gpus', '0', '--dry-run', 'dino', 'train').split()
    assert argv[:4] == ['sudo', '-n', 'other', 'run'] and 'nvidia.com/gpu=0' in argv


def test_a_verb_is_a_module_and_a_line(copy: Path) -> None:
    text = section('Add a verb')
    (copy / 'tao_launcher/commands/hello.py').write_text(blocks('python', text)[0], 'utf-8')
    line, = re.findall("`('hello': '.*')`", text)
    group = "    'your jobs': {\n"
    change(copy / 'tao_launcher/settings/programs.py', group, f'{group}        {line},\n')
    make(copy)
    assert tao(copy, 'hello', 'you') == 'hello you\n'
    assert tao(copy, 'hello', '--help').startswith('usage: tao hello [-h] [NAME]\n')
    assert 'tao hello' in (copy / 'tao_launcher/data/man/man1/tao.1').read_text('utf-8')
    assert '"hello"' in (copy / 'tao_launcher/data/verbs.json').read_text('utf-8')


def test_every_address_is_of_the_project() -> None:
    about = ConfigParser()
    about.read(CHECKOUT / 'setup.cfg')
    home = about['metadata']['url']
    files = [CHECKOUT / 'setup.cfg', *GITHUB.rglob('*.md'), *GITHUB.rglob('*.yml')]
    found = {url for path in files for url in re.findall(r'https://[^\s)]+', path.read_text('utf-8'))}
    assert [url for url in found if not re.match(f'{re.escape(home)}([/#]|$)', url)] == []
    assert yaml_of(GITHUB / 'ISSUE_TEMPLATE/config.yml')['contact_links'][0]['url'] in found
    assert f'{home}/security/advisories/new' in (GITHUB / 'SECURITY.md').read_text('utf-8')


@pytest.mark.parametrize(('name', 'asked'), [
    ('bug', ['tao --explain', 'tao doctor', 'tao --version', 'Engine', 'Secrets']),
    ('feature', ['tao --version, and the engine']),
])
def test_a_template_asks_for_what_is_needed(name: str, asked: list[str]) -> None:
    form = yaml_of(GITHUB / 'ISSUE_TEMPLATE' / f'{name}.yml')
    assert {'name', 'description', 'body'} <= form.keys()
    labels = [part['attributes'].get('label', '') for part in form['body']]
    assert [word for word in asked if not any(label.startswith(word) for label in labels)] == []
    assert 'ecrets' in str(form)
    names = [part['id'] for part in form['body'] if part['type'] != 'markdown']
    assert len({*names}) == len(names)


def test_the_changes_begin_with_what_is_unreleased() -> None:
    readme = (CHECKOUT / 'README.md').read_text('utf-8')
    headings = re.findall(r'^### (.*)$', readme.partition('\n## Changes\n')[2], re.MULTILINE)
    assert headings[0] == 'Unreleased'
    versions = [tuple(map(int, re.findall(r'\d+', heading)[:3])) for heading in headings[1:]]
    assert versions and versions == sorted(versions, reverse=True)
