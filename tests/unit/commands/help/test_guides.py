"""The guides: as text, as a page that man shows, from wherever the launcher was started."""
from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Mapping

import pytest
from manual import guides as pages
from support import CHECKOUT, FakeDocker, tao

from tao_launcher import __version__
from tao_launcher.commands.help import guides
from tao_launcher.commands.help.topics import GUIDES, TOPICS
from tao_launcher.commands.images.pyz import build

SOURCES = {path.stem: path.read_text('utf-8') for path in (CHECKOUT / 'tao_launcher/data/guides').glob('*.md')}


@pytest.fixture
def man(tmp_path: Path) -> Path:
    """A folder with a man that prints what it is called with."""
    (tmp_path / 'programs').mkdir()
    shutil.copy('/bin/echo', tmp_path / 'programs/man')
    return tmp_path / 'programs'


def on_terminal(program: Path, *words: str, path: Path) -> str:
    """What a program writes to a terminal; `path` is all of its PATH."""
    ours, theirs = pty.openpty()
    env: Mapping[str, str] = {'PATH': str(path), 'HOME': str(Path.home())}
    child = subprocess.Popen([sys.executable, '-S', program, *words], stdin=theirs, stdout=theirs, env=env)
    os.close(theirs)
    written = b''
    try:
        while True:
            written += os.read(ours, 1 << 16)
    except OSError:  # as a terminal ends
        pass
    os.close(ours)
    assert child.wait() == 0
    return written.decode('utf-8').replace('\r\n', '\n')


def test_every_guide_is_a_topic_with_its_title() -> None:
    assert {*SOURCES} == {*GUIDES} and not {*GUIDES} & {*TOPICS}
    for name, source in SOURCES.items():
        section = 5 if name == 'mounts' else 7
        assert source.startswith(f'# tao-{name}({section}) - {GUIDES[name]}\n\n'), name


@pytest.mark.parametrize('name', GUIDES)
def test_a_guide_is_plain(name: str) -> None:
    """Of Markdown it has what the page is made of, and its text fits a terminal as it is."""
    prose = re.sub(r'^```\w.*?\n```$', '', SOURCES[name], flags=re.MULTILINE | re.DOTALL)
    assert [line for line in prose.splitlines() if len(line) > 80] == []
    assert [line for line in prose.splitlines() if re.match(r'```|\||> |###|\* |\d+\. |\t| {3,}', line)] == []
    assert not re.search(r'\]\(|\*\*|[^\x00-\x7f]', prose)
    assert not re.search(r'[^\x00-\x7f…]', SOURCES[name])
    assert all(paragraph.count('`') % 2 == 0 for paragraph in re.split(r'\n\s*\n|^- ', prose, flags=re.MULTILINE))


@pytest.mark.parametrize('name', GUIDES)
@pytest.mark.parametrize('program', ['tao', 'tao_pt'])
def test_as_text(name: str, program: str, fake_docker: FakeDocker) -> None:
    done = tao('help', name, program=program)
    assert (done.code, done.err, fake_docker.calls) == (0, '', [])
    assert done.out == guides.text(SOURCES[name])
    assert done.out.startswith(f'tao-{name}(') and '```' not in done.out
    assert tao('--help', name, program=program) == tao(name, '--help') == done
    assert tao('help', f'tao-{name}', program=program) == done  # as guides name each other


def test_text_has_code_indented_and_headings_without_marks() -> None:
    source = '# tao-x(7) - x\n\n## Begin `here`\n- one\n  # two\n```console\n$ tao\n\n# no heading\n```\nend\n'
    assert guides.text(source) == (
        'tao-x(7) - x\n\nBEGIN `HERE`\n- one\n  # two\n    $ tao\n\n    # no heading\nend\n')


def test_a_faulty_catalogue_is_no_reason_for_no_guide(home: Path) -> None:
    (home / '.tao').mkdir()
    (home / '.tao/config.json').write_text('{')
    assert tao('help', 'mounts').code == 0


def test_a_terminal_has_the_page_in_man(man: Path) -> None:
    """That of the checkout; man is called by its path, so that no MANPATH is needed."""
    page = CHECKOUT / 'tao_launcher/data/man/man5/tao-mounts.5'
    assert on_terminal(CHECKOUT / 'bin/tao', 'help', 'mounts', path=man) == f'{page}\n'
    assert on_terminal(CHECKOUT / 'bin/tao_pt', 'help', 'mounts', path=man) == f'{page}\n'


def test_what_pip_installs_has_its_page_beside_the_program(man: Path, tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns('__pycache__', 'man')
    shutil.copytree(CHECKOUT / 'tao_launcher', tmp_path / 'lib/tao_launcher', ignore=ignored)
    program = tmp_path / 'bin/tao'
    program.parent.mkdir()
    program.write_text(
        f'import sys\nsys.path.insert(0, {str(tmp_path / "lib")!r})\n'
        'from tao_launcher.main import console\nconsole()\n',
    )
    text = guides.text(SOURCES['mounts'])
    assert on_terminal(program, 'help', 'mounts', path=man) == text  # no page is there yet
    page = tmp_path / 'share/man/man5/tao-mounts.5'
    page.parent.mkdir(parents=True)
    page.touch()
    assert on_terminal(program, 'help', 'mounts', path=man) == f'{page}\n'


def test_without_a_man_it_is_text(man: Path, tmp_path: Path) -> None:
    text = guides.text(SOURCES['mounts'])
    assert on_terminal(CHECKOUT / 'bin/tao', 'help', 'mounts', path=tmp_path) == text
    (man / 'man').write_text('#!/bin/sh\necho This system has been minimized\n')  # as in an image of Ubuntu
    assert on_terminal(CHECKOUT / 'bin/tao', 'help', 'mounts', path=man) == text
    shutil.copy('/bin/echo', man / 'man')
    (man / 'man').write_bytes(b'\x7fELF nothing that runs')
    assert on_terminal(CHECKOUT / 'bin/tao', 'help', 'mounts', path=man) == text


def test_the_one_file_program_has_the_guides(man: Path, tmp_path: Path) -> None:
    made = tmp_path / 'tao.pyz'
    made.write_bytes(build(str(CHECKOUT / 'tao_launcher'), b'', __version__, []))
    assert on_terminal(made, 'help', 'mounts', path=man) == guides.text(SOURCES['mounts'])


def test_help_on_topics_has_each_with_its_line() -> None:
    for program in ('tao', 'tao_pt'):
        text = tao('help', 'topics', program=program).out
        for name, about in {**TOPICS, **GUIDES}.items():
            assert re.search(rf'^  {name} +{re.escape(about.split()[0])}', text, re.MULTILINE), name
        assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(('typed', 'meant'), [('mount', 'mounts'), ('topcis', 'topics'), ('exit_codes', 'exit-codes')])
def test_a_slip_is_answered_with_a_topic(typed: str, meant: str) -> None:
    assert tao('help', typed) == (
        2, '', f'tao: error: no help for {typed}\n    did you mean {meant}?\n    try: tao help topics\n')


def test_a_page_has_what_the_guide_has() -> None:
    source = '# tao-x(7) - an x\n\nOne `-x` of tao(1).\n\n- a\n  b\n- c\n\n## Next part\n\n```sh\n.x\n```\n'
    assert pages.page(source, '1.0', [('tao', 1), ('tao-x', 7), ('tao-y', 7)], also='tao_x') == (
        '.TH tao\\-x 7 "" "tao\\-launcher 1.0" "TAO launcher"\n.nh\n.ad l\n'
        '.SH "NAME"\ntao\\-x, tao_x \\- an x\n'
        '.SH "DESCRIPTION"\n.PP\nOne \\fB\\-x\\fR\\& of \\fBtao\\fR(1).\n.IP \\- 2\na b\n.IP \\- 2\nc\n'
        '.SH "NEXT PART"\n.PP\n.RS 2\n.nf\n\\&.x\n.fi\n.RE\n'
        '.SH "SEE ALSO"\n\\fBtao\\fR(1),\n\\fBtao\\-y\\fR(7)\n'
    )
    with pytest.raises(ValueError, match='a guide begins with'):
        pages.named('## tao')


@pytest.mark.parametrize(('program', 'typed', 'said'), [
    ('tao', 'xyzzy', 'no help for xyzzy\n    try: tao help topics, or tao tasks\n'),
    ('tao_pt', 'xyzzy', 'no help for xyzzy\n    try: tao_pt help topics\n'),
    ('tao_pt', 'jbos', 'no help for jbos\n    did you mean jobs?\n    try: tao_pt help topics\n'),
    ('tao_pt', 'biuld', 'no help for biuld\n    did you mean build?\n    try: tao_pt help topics\n'),
])
def test_what_is_no_topic(program: str, typed: str, said: str) -> None:
    assert tao('help', typed, program=program) == (2, '', f'{program}: error: {said}')
