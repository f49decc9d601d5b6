"""The manual pages: made from the program itself, the same bytes from any Python, and nothing left out."""
from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from manual import pages as manual
from manual import roff
from support import CHECKOUT

from tao_launcher.commands import verbs
from tao_launcher.commands.help import topics
from tao_launcher.commands.help.verb_parser import HelpAsked
from tao_launcher.settings.environment import VARIABLES
from tao_launcher.settings.options import OPTIONS
from tao_launcher.settings.programs import RUNNERS, VERBS

PAGES = CHECKOUT / 'tao_launcher' / 'data' / 'man'
SCHEMA = json.loads((CHECKOUT / 'tao_launcher' / 'data' / 'mounts.schema.json').read_text())
SECTIONS = [
    'NAME', 'SYNOPSIS', 'DESCRIPTION', 'OPTIONS', 'COMMANDS', 'FILES', 'ENVIRONMENT', 'EXIT STATUS', 'EXAMPLES',
    'NOTES', 'SEE ALSO',
]


def words(page: str) -> str:
    """A page's text, without what is for groff."""
    text = (PAGES / page).read_text(encoding='ascii')
    text = re.sub(r'\\f[BIR]|\\&', '', text)
    for character, escape in roff.ESCAPES.items():
        text = text.replace(escape, character)
    return text


def test_they_are_those_of_this_checkout() -> None:
    done = subprocess.run(
        [sys.executable, CHECKOUT / 'bin' / 'make_man', '--check'], capture_output=True, encoding='utf-8', check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, '', '')


def test_a_change_is_named(tmp_path: Path) -> None:
    """In a copy: what differs is shown, with the command that helps; after that command nothing differs."""
    for name in ('bin', 'tao_launcher', 'setup.cfg'):
        subprocess.run(['cp', '-r', CHECKOUT / name, tmp_path], check=True)
    made: list[str | Path] = [sys.executable, tmp_path / 'bin' / 'make_man']
    page, folder = tmp_path / 'tao_launcher/data/man/man1/tao.1', tmp_path / 'tao_launcher/data/man/man7'
    before = page.read_bytes()
    page.write_bytes(before.replace(b'GPU', b'CPU'))
    folder.mkdir(exist_ok=True)
    (folder / 'old.7').write_text('old\n')
    done = subprocess.run([*made, '--check'], capture_output=True, encoding='utf-8', check=False)
    assert done.returncode == 1
    assert done.stderr == 'the manual pages are not those of this checkout; make them: bin/make_man\n'
    assert '--- man1/tao.1 as it is\n+++ man1/tao.1 as it is made\n' in done.stdout
    assert '--- man7/old.7 as it is\n' in done.stdout
    subprocess.run(made, check=True)
    assert page.read_bytes() == before and not (folder / 'old.7').exists()


@pytest.mark.parametrize('program', ['tao', 'tao_pt'])
def test_page_of_a_program(program: str) -> None:
    text = words(f'man1/{program}.1')
    found = re.findall(r'^\.SH "(.*)"$', text, re.MULTILINE)
    assert found == [name for name in SECTIONS if name in found]
    assert {*SECTIONS} - {*found} <= ({'COMMANDS', 'NOTES'} if program == 'tao_pt' else set())
    programs = {'tao'} if program == 'tao' else set(RUNNERS)
    for option in OPTIONS:
        having = programs.intersection(option.programs)
        assert (option.help in text) == bool(having), option.name
        if having and having != programs:
            assert f'{option.help} ({", ".join(name for name in RUNNERS if name in having)} only)' in text
    assert [variable.name for variable in VARIABLES if variable.help not in text] == []
    assert [code for code, meaning in topics.EXIT_CODES if f'\n{code}\n{meaning}\n' not in text] == []


def test_every_verb_with_every_option() -> None:
    text = words('man1/tao.1').partition('.SH "COMMANDS"')[2].partition('.SH')[0]
    shown = re.findall(r'^\.SS tao (\w+)', text, re.MULTILINE)
    assert set(shown) == set(VERBS)
    for part in text.split('.SS ')[1:]:
        first = part.splitlines()[0]
        command = [word for word in re.sub(r'\[.*', '', first).split()[1:] if word.islower()]
        with pytest.raises(HelpAsked) as asked:
            verbs.parser().parse_args([*command, '--help'])
        options = set(re.findall(r'^  .*?(--[a-z-]+)', str(asked.value), re.MULTILINE)) - {'--help'}
        assert options <= set(re.findall(r'--[a-z-]+', part)), first


def test_siblings_have_the_page_of_tao_pt() -> None:
    for name in RUNNERS[1:]:
        assert (PAGES / 'man1' / f'{name}.1').read_text() == '.so man1/tao_pt.1\n'
        assert f'{name}' in words('man1/tao_pt.1').splitlines()[4]


def descriptions(part: Any) -> list[str]:
    """Every description of a key below a part of the schema."""
    if isinstance(part, dict):
        own = [part['description']] if isinstance(part.get('description'), str) else []
        return [*own, *(found for value in part.values() for found in descriptions(value))]
    return [found for value in part for found in descriptions(value)] if isinstance(part, list) else []


def test_page_of_the_mounts_file() -> None:
    text = words('man5/tao-mounts.5')
    limit = {**SCHEMA['$defs']['ulimit'], 'anyOf': []}
    texts = descriptions({**SCHEMA['properties'], '$schema': {}, **SCHEMA['$defs'], 'ulimit': limit})
    assert len(texts) > 20
    assert [found for found in texts if found not in text] == []
    for part in ('mount', 'variable', 'dockerOptions'):
        for name in SCHEMA['$defs'][part]['properties']:
            assert re.search(rf'^{name} \(.*\)$', text, re.MULTILINE), name
    assert all(f' {name}' in text for name in SCHEMA['$defs']['ulimits']['properties'])


def test_example_of_the_mounts_file() -> None:
    source = (CHECKOUT / 'tao_launcher/data/guides/mounts.md').read_text('utf-8')
    example, = re.findall(r'^```json\n(.*?)^```', source, re.MULTILINE | re.DOTALL)
    assert example in words('man5/tao-mounts.5')
    import jsonschema

    jsonschema.validate(json.loads(example), SCHEMA)
    options, = re.findall(r'^`DockerOptions` has (.*?)\. The', source, re.MULTILINE | re.DOTALL)
    assert {*re.findall(r'`(\w+)`', options)} == {*SCHEMA['$defs']['dockerOptions']['properties']}


def test_every_guide_has_a_page_that_others_name() -> None:
    pages = {f'tao-{name}({5 if name == "mounts" else 7})' for name in topics.GUIDES}
    assert {f'{path.stem}({path.suffix[1:]})' for path in PAGES.glob('*/tao-*')} == pages
    assert (PAGES / 'man5/tao_mounts.5').read_text() == '.so man5/tao-mounts.5\n'
    for page in ('man1/tao.1', 'man1/tao_pt.1', 'man5/tao-mounts.5'):
        named = {*re.findall(r'tao-\w+\(\d\)', words(page).rpartition('.SH "SEE ALSO"')[2])}
        assert named == pages - {f'{Path(page).stem}({page[-1]})'}


@pytest.mark.parametrize(('text', 'escaped'), [
    ('-e', '\\-e'), ('a\\b', 'a\\(rsb'), ('.profile', '\\&.profile'), ("'quoted'", '\\(aqquoted\\(aq'),
    ('a\n.b\n c', 'a\n\\&.b\n\\& c'), ('~ ^ ` "', '\\(ti \\(ha \\(ga \\(dq'), ('é…', '\\[u00E9]...'),
])
def test_escapes(text: str, escaped: str) -> None:
    assert roff.text(text) == escaped


def test_no_verb_is_without_words() -> None:
    """A command or an option that says nothing of itself has nothing in the manual either."""
    for name, about, found in manual.leaves(verbs.parser(), 'tao'):
        assert about, name
        assert [action.dest for action in found._actions if not action.help] == [], name


def test_usage_shows_what_is_typed_and_what_stands_for_something() -> None:
    assert roff.usage('tao [options] TASK run COMMAND...') == (
        '\\fBtao\\fR [\\fIoptions\\fR] \\fITASK\\fR \\fBrun\\fR \\fICOMMAND\\fR...'
    )
    assert roff.usage('tao_pt -- A|b') == '\\fBtao_pt\\fR \\fB\\-\\-\\fR \\fIA\\fR|\\fBb\\fR'
